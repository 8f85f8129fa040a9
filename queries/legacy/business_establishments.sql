-- business_establishments: one row per establishment, archived ones included
-- without legal_entities, v4_legal_units: country and headquarters are null where only the legal unit says them
WITH establishments AS (
    SELECT
        e.*,
        COALESCE(e.legal_unit_id, json_text(json_get(e.legal_unit, 'id'))) AS unit_id,
        NULLIF(e.legal_identification_number, '') AS number,
        NULLIF(e.activity_code, '') AS activity,
        json_get(e.legal_unit, 'country') AS country
    FROM v4_establishments e
),

in_units AS (
    SELECT
        e.*,
        COALESCE(
            u.country_code,
            country_alpha3(json_text(json_get(e.country, 'code'))),
            country_alpha3(json_text(json_get(e.legal_unit, 'countryId')))
        ) AS country_code,
        s.headquarters_id
    FROM establishments e
    LEFT JOIN legal_entities u ON u.id = e.unit_id
    LEFT JOIN v4_legal_units s ON s.id = e.unit_id
)

SELECT
    id,
    NULL AS url,
    name,
    NULLIF(code, '') AS remote_id,
    is_archived,
    unit_id AS legal_entity_id,
    id = headquarters_id AS is_headquarters,
    -- In France the number is the SIRET and the code the APE; of other countries nothing is said.
    CASE WHEN country_code = 'FRA' AND regexp_like(REPLACE(number, ' ', ''), '^[0-9]{14}$') THEN 'franceSIRET' END
        AS tax_identification_number_format,
    number AS tax_identification_number_value,
    CASE WHEN country_code = 'FRA' AND activity IS NOT NULL THEN 'franceAPE' END AS industry_code_format,
    activity AS industry_code_value,
    CASE WHEN street <> '' THEN string_to_array(REPLACE(street, CHR(13), ''), CHR(10)) END AS address_lines,
    NULLIF(zip_code, '') AS address_postal_code,
    NULLIF(city, '') AS address_locality,
    NULL AS address_administrative_area,
    NULL AS address_country_code,
    timezone_id,
    NULL AS last_archived_at,
    created_at,
    last_modified_at AS last_updated_at,
    json_merge(
        _extra,
        json_object(
            'calendarId', calendar_id,
            'usersCount', users_count,
            'authorId', author_id,
            'lastModifierId', last_modifier_id
        )
    ) AS _extra,
    _extracted_at,
    _run_id
FROM in_units
ORDER BY id
