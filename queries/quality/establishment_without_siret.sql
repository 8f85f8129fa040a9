-- establishment_without_siret: an establishment in use of a French legal entity has no SIRET
-- severity warning
SELECT 'business_establishments' AS table_name, 'tax_identification_number_value' AS column_name, b.id AS record_id
FROM business_establishments b
INNER JOIN legal_entities l ON l.id = b.legal_entity_id
WHERE l.country_code = 'FRA'
    AND NOT COALESCE(b.is_archived, FALSE)
    AND (
        b.tax_identification_number_value IS NULL
        OR b.tax_identification_number_value = ''
        OR b.tax_identification_number_format IS NULL
        OR b.tax_identification_number_format <> 'franceSIRET'
    )
ORDER BY record_id NULLS LAST
