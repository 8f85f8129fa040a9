-- latest_personal_records: one row per person with a personal record. A person has one; should there be several, the one that
--   changed last counts, then the one with the smallest id
-- zone personal
-- internal
-- column employee_id string! none: the person
-- column title string personal: civil title
-- column legal_gender string personal: gender in civil status
-- column birth_date date personal: date of birth
-- column nationalities_country_codes string_list personal: nationalities
-- column email string personal: private e-mail address
-- column phone_number string personal: private phone number
-- column insurance_number_value string sensitive: social security number
-- column bank_account_format string sensitive: kind of account number
-- column bank_account_account_identifier string sensitive: account number
-- column bank_account_bank_identifier string sensitive: identifier of the bank
-- column bank_account_bank_name string sensitive: name of the bank
-- without employee_personal_records.last_updated_at: of several the one with the smallest id counts then
WITH ranked AS (
    SELECT
        employee_personal_records.*,
        ROW_NUMBER() OVER (PARTITION BY employee_id ORDER BY last_updated_at DESC NULLS LAST, id) AS choice
    FROM employee_personal_records
)

SELECT
    employee_id,
    title,
    legal_gender,
    birth_date,
    nationalities_country_codes,
    email,
    phone_number,
    insurance_number_value,
    bank_account_format,
    bank_account_account_identifier,
    bank_account_bank_identifier,
    bank_account_bank_name
FROM ranked
WHERE choice = 1
