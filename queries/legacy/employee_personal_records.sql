-- employee_personal_records: one row per user; fields that the key may not see are null
WITH words AS (
    SELECT
        v3_users.*,
        LOWER(TRIM(BOTH ' ' FROM REPLACE(civil_title, '.', ''))) AS title_word,
        LOWER(TRIM(BOTH ' ' FROM gender)) AS gender_word,
        NULLIF(iban, '') AS iban_number,
        NULLIF(rib, '') AS rib_number,
        NULLIF(bic, '') AS bank_identifier,
        NULLIF(bank_name, '') AS bank,
        -- A code, or an object that has one.
        COALESCE(
            country_alpha3(nationality_id),
            country_alpha3(json_text(nationality)),
            country_alpha3(json_text(json_get(nationality, 'code'))),
            country_alpha3(json_text(json_get(nationality, 'id')))
        ) AS country_code
    FROM v3_users
)

SELECT
    -- Records have no identifier of their own there.
    id,
    NULL AS url,
    id AS employee_id,
    CASE
        WHEN title_word IN ('mr', 'mister', 'm', 'monsieur', 'herr', 'sr', 'señor') THEN 'mister'
        WHEN title_word IN (
            'ms', 'mrs', 'miss', 'misses', 'mme', 'mlle', 'madame', 'mademoiselle', 'frau', 'sra', 'señora'
        ) THEN 'miss'
        WHEN title_word IN ('', 'undefined', 'unknown', 'none') THEN 'unknown'
        ELSE civil_title
    END AS title,
    CASE
        WHEN gender_word IN ('male', 'female') THEN gender_word
        WHEN gender_word IN ('', 'undefined', 'unknown') THEN 'unknown'
        WHEN gender_word LIKE 'misc%' OR gender_word = 'diverse' THEN 'diverse'
        ELSE gender
    END AS legal_gender,
    birth_date,
    NULL AS insurance_number_format,
    NULLIF(insurance_number, '') AS insurance_number_value,
    CASE WHEN country_code IS NOT NULL THEN make_array(country_code) END AS nationalities_country_codes,
    CASE
        WHEN iban_number IS NOT NULL THEN 'iban'
        WHEN COALESCE(rib_number, bank_identifier, bank) IS NOT NULL THEN 'other'
    END AS bank_account_format,
    bank AS bank_account_bank_name,
    COALESCE(iban_number, rib_number) AS bank_account_account_identifier,
    bank_identifier AS bank_account_bank_identifier,
    NULLIF(personal_mobile, '') AS phone_number,
    NULLIF(personal_email, '') AS email,
    NULL AS created_at,
    NULL AS last_updated_at,
    -- What has no column here is in v3_users.
    NULL AS _extra,
    _extracted_at,
    _run_id
FROM words
ORDER BY id
