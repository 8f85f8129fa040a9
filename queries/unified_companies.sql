-- unified_companies: one row per legal entity, archived ones included, with the column names of unified HRIS models
-- label: Companies (unified model) | Sociétés (modèle unifié)
-- key id
-- column id string! none: the legal entity
-- source id: legal_entities.id
-- column remote_id string none: identifier of the legal entity in the customer's other systems
-- source remote_id: legal_entities.remote_id
-- column name string none: name to show, which is the legal name: Lucca has no other
-- source name: legal_entities.legal_name
-- label name: Name | Nom
-- column legal_name string none: legal name
-- source legal_name: legal_entities.legal_name
-- column country string none: country, ISO 3166-1 alpha-3
-- source country: legal_entities.country_code
-- label country: Country | Pays
-- column currency string none: currency, ISO 4217
-- source currency: legal_entities.currency_code
-- label currency: Currency | Devise
-- column tax_id string none: tax number, in the format that tax_id_type names
-- source tax_id: legal_entities.tax_identification_number_value
-- label tax_id: Tax number | Numéro SIREN (ou équivalent)
-- column tax_id_type string none: such as franceSIREN
-- source tax_id_type: legal_entities.tax_identification_number_format
-- label tax_id_type: Tax number format | Format du numéro d'immatriculation
-- column is_active boolean none: whether the legal entity is in use, the contrary of archived
-- source is_active: legal_entities.is_archived
-- label is_active: Active | En activité
-- column created_at timestamp none: when the record was created
-- source created_at: legal_entities.created_at
-- column updated_at timestamp none: when the record was last changed
-- source updated_at: legal_entities.last_updated_at
-- label updated_at: Last updated at | Dernière modification le
SELECT
    id,
    remote_id,
    legal_name AS name,
    legal_name,
    country_code AS country,
    currency_code AS currency,
    tax_identification_number_value AS tax_id,
    tax_identification_number_format AS tax_id_type,
    NOT is_archived AS is_active,
    created_at,
    last_updated_at AS updated_at
FROM legal_entities
ORDER BY id NULLS LAST
