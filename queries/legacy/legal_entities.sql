-- legal_entities: one row per legal unit, archived ones included
WITH units AS (
    SELECT
        v4_legal_units.*,
        COALESCE(country_alpha3(json_text(json_get(country, 'code'))), country_alpha3(country_id)) AS country_code,
        NULLIF(legal_identification_number, '') AS number,
        NULLIF(activity_code, '') AS activity
    FROM v4_legal_units
)

SELECT
    id,
    NULL AS url,
    name AS legal_name,
    NULLIF(code, '') AS remote_id,
    is_archived,
    country_code,
    COALESCE(json_text(json_get(country, 'currencyCode')), json_text(json_get(json_get(country, 'currency'), 'code')))
        AS currency_code,
    -- In France the number is the SIREN and the code the APE; of other countries nothing is said.
    CASE WHEN country_code = 'FRA' AND regexp_like(REPLACE(number, ' ', ''), '^[0-9]{9}$') THEN 'franceSIREN' END
        AS tax_identification_number_format,
    number AS tax_identification_number_value,
    CASE WHEN country_code = 'FRA' AND activity IS NOT NULL THEN 'franceAPE' END AS industry_code_format,
    activity AS industry_code_value,
    created_at,
    NULL AS last_updated_at,
    NULL AS last_archived_at,
    json_merge(
        _extra,
        json_object('countryId', country_id, 'country', json(country), 'headquartersId', headquarters_id)
    ) AS _extra,
    _extracted_at,
    _run_id
FROM units
ORDER BY id
