-- unified_locations: one row per establishment, archived ones included, with the column names of unified HRIS models
-- label: Locations (unified model) | Lieux de travail (modèle unifié)
-- key id
-- column id string! none: the establishment
-- source id: business_establishments.id
-- column remote_id string none: identifier of the establishment in the customer's other systems
-- source remote_id: business_establishments.remote_id
-- column name string none: name of the establishment
-- source name: business_establishments.name
-- column company_id string none: legal entity it belongs to, a row of unified_companies when visible
-- source company_id: business_establishments.legal_entity_id
-- label company_id: Legal entity ID | Identifiant de l'entité légale
-- column location_type string! none: always work
-- label location_type: Location type | Type de lieu
-- column street_lines string_list none: lines of the address, which other models split into street_1 and street_2
-- source street_lines: business_establishments.address_lines
-- label street_lines: Address lines | Lignes d'adresse
-- column city string none: locality
-- source city: business_establishments.address_locality
-- label city: Town | Ville
-- column state string none: administrative area
-- source state: business_establishments.address_administrative_area
-- label state: Region | Région
-- column postal_code string none: postal code
-- source postal_code: business_establishments.address_postal_code
-- label postal_code: Postal code | Code postal
-- column country string none: country, ISO 3166-1 alpha-3
-- source country: business_establishments.address_country_code
-- label country: Country | Pays
-- column timezone string none: IANA time zone
-- source timezone: business_establishments.timezone_id
-- label timezone: Time zone | Fuseau horaire
-- column tax_id string none: tax number, in the format that tax_id_type names
-- source tax_id: business_establishments.tax_identification_number_value
-- label tax_id: Tax number | Numéro SIRET (ou équivalent)
-- column tax_id_type string none: such as franceSIRET
-- source tax_id_type: business_establishments.tax_identification_number_format
-- label tax_id_type: Tax number format | Format du numéro d'immatriculation
-- column is_headquarters boolean none: whether it is the head office of its legal entity
-- source is_headquarters: business_establishments.is_headquarters
-- column is_active boolean none: whether the establishment is in use, the contrary of archived
-- source is_active: business_establishments.is_archived
-- label is_active: Active | Actif
-- column created_at timestamp none: when the record was created
-- source created_at: business_establishments.created_at
-- column updated_at timestamp none: when the record was last changed
-- source updated_at: business_establishments.last_updated_at
-- label updated_at: Last updated at | Dernière modification le
SELECT
    id,
    remote_id,
    name,
    legal_entity_id AS company_id,
    'work' AS location_type,
    address_lines AS street_lines,
    address_locality AS city,
    address_administrative_area AS state,
    address_postal_code AS postal_code,
    address_country_code AS country,
    timezone_id AS timezone,
    tax_identification_number_value AS tax_id,
    tax_identification_number_format AS tax_id_type,
    is_headquarters,
    NOT is_archived AS is_active,
    created_at,
    last_updated_at AS updated_at
FROM business_establishments
ORDER BY id NULLS LAST
