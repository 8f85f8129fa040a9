-- legal_entities: one row per legal unit
SELECT
    id,
    CAST(NULL AS VARCHAR) AS url,
    name AS legal_name,
    code AS remote_id,
    is_archived,
    CAST(NULL AS VARCHAR) AS country_code,
    json_text(json_get(country, 'currencyCode')) AS currency_code,
    CAST(NULL AS VARCHAR) AS tax_identification_number_format,
    legal_identification_number AS tax_identification_number_value,
    CAST(NULL AS VARCHAR) AS industry_code_format,
    activity_code AS industry_code_value,
    created_at,
    CAST(NULL AS TIMESTAMP) AS last_updated_at,
    CAST(NULL AS TIMESTAMP) AS last_archived_at,
    _extra,
    _extracted_at,
    _run_id
FROM v4_legal_units
