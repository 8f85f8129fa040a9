-- leave_accounts: with a legacy key: one row per leave account, the kind of an absence, that a half day of leaves is charged to; is_sensitive says
--   whether queries that others may see leave its name out
-- label: Leave accounts | Comptes d'absence
-- zone personal
-- key id
-- column id string! none: identifier of the account
-- label id: ID | Identifiant
-- column name string directory: its name, such as Paid leave
-- label name: Leave account | Compte d'absence
-- column is_sensitive boolean! none: whether the account says what is nobody's business, such as health: every account that
--   harmless_accounts does not name, and those that sensitive_accounts does
-- label is_sensitive: Sensitive | Sensible
WITH named AS (
    SELECT
        leave_account_id AS id,
        leave_account_name AS name,
        NULLIF(lower(trim(leave_account_name)), '') AS spelling,
        lower(leave_account_id) AS number,
        string_to_array($sensitive_accounts, ',') AS sensitive,
        string_to_array($harmless_accounts, ',') AS harmless,
        _extracted_at,
        _run_id
    FROM leaves
    WHERE leave_account_id IS NOT NULL
),

judged AS (
    SELECT
        named.*,
        COALESCE(array_has(sensitive, '*') OR array_has(sensitive, number) OR array_has(sensitive, spelling), FALSE)
            OR NOT COALESCE(array_has(harmless, '*') OR array_has(harmless, number) OR array_has(harmless, spelling), FALSE)
            AS is_sensitive
    FROM named
)

-- Renamed between two of its half days, an account has one name here, and is sensitive when it was by either.
SELECT
    id,
    MAX(name) AS name,
    BOOL_OR(is_sensitive) AS is_sensitive,
    CAST(NULL AS VARCHAR) AS _extra,
    MAX(_extracted_at) AS _extracted_at,
    MAX(_run_id) AS _run_id
FROM judged
GROUP BY id
