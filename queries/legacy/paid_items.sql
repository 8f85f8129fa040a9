-- paid_items: one row per amount that somebody is paid, of both kinds, as remuneration_items has them
-- internal
-- without v4_fixed_items, v4_variable_items: each kind is read by itself
-- column id string! none: identifier of the item
-- column kind string! none: fixed or variable
-- column employee_id string none: employee who is paid
-- column work_contract_id string none: contract that it is paid for
-- column amendment_id string none: amendment of the contract; 0 is none
-- column nature_id string sensitive: kind of remuneration
-- column nature string sensitive: the kind as the API sends it
-- column amount double sensitive: how much
-- column starts_on date sensitive: of a fixed item: first day
-- column ends_on date sensitive: of a fixed item: last day
-- column period date sensitive: of a variable item: first day of its month
-- column comment string sensitive: note
-- column is_deleted boolean! sensitive: whether the item was deleted
SELECT
    id,
    'fixed' AS kind,
    employee_id,
    work_contract_id,
    amendment_id,
    nature_id,
    nature,
    amount,
    starts_on,
    ends_on,
    CAST(NULL AS DATE) AS period,
    comment,
    FALSE AS is_deleted,
    _extra,
    _extracted_at,
    _run_id
FROM v4_fixed_items
UNION ALL
SELECT
    id,
    'variable' AS kind,
    employee_id,
    work_contract_id,
    amendment_id,
    nature_id,
    nature,
    amount,
    CAST(NULL AS DATE) AS starts_on,
    CAST(NULL AS DATE) AS ends_on,
    CAST(date_trunc('month', period) AS DATE) AS period,
    comments AS comment,
    COALESCE(is_deleted, FALSE) AS is_deleted,
    _extra,
    _extracted_at,
    _run_id
FROM v4_variable_items
