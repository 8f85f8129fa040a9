-- contracts: one row per contract that counts, and one for the dates of each user of whom no contract can be read
-- internal
-- without v4_work_contracts, v4_archived_work_contracts, v4_establishments: what cannot be read is no contract, and the dates of its user stand for it
-- column id string! none: identifier of the contract; user- and the user's where there is none
-- column employee_id string! none: user under contract
-- column external_id string none: identifier in the customer's other systems
-- column type_id string personal: kind of contract
-- column starts_on date! directory: first day, included
-- column ends_on date personal: last day, included; null when open
-- column status string! directory: active, upcoming or deactivated that day
-- column is_applicable boolean! none: whether it is the one of its user that applies: as the API says, else the current
--   one, else the next, else the last
-- column establishment_id string directory: establishment
-- column legal_unit_id string directory: legal unit of the establishment, else the one that the user has
-- column spc_id string personal: occupation category
-- column working_time_arrangement_id string personal: working-time arrangement
-- column file_id string personal: document of the contract
-- column trial_period_days int32 personal: as the contract has it
-- column renewed_trial_period_days int32 personal: as the contract has it
-- column trial_period_end_date date personal: as the contract has it; null when open
-- column trial_period_end_date2 date personal: as the contract has it; null when open
-- column created_at timestamp none: when the record was created
-- column last_modified_at timestamp none: when the record last changed
WITH archived AS (
    -- A contract may be archived because it has ended, or because another took its place: it counts where it has ended and
    -- no other is on its days. A route that does not know the parameter gives all contracts both times.
    SELECT a.*
    FROM v4_archived_work_contracts a
    LEFT ANTI JOIN v4_work_contracts c ON c.id = a.id
    WHERE a.ends_on < CAST($as_of AS DATE)
),

ended AS (
    SELECT a.*
    FROM archived a
    LEFT ANTI JOIN v4_work_contracts c
        ON c.owner_id = a.owner_id
        AND c.starts_on <= a.ends_on
        AND (c.ends_on IS NULL OR c.ends_on >= a.starts_on)
),

of_contracts AS (
    SELECT w.*, FALSE AS is_archived FROM v4_work_contracts w
    UNION ALL
    SELECT e.*, TRUE AS is_archived FROM ended e
),

-- What users say of themselves is of the contract that applies.
users AS (
    SELECT
        id,
        dt_contract_start,
        dt_contract_end,
        COALESCE(legal_entity_id, legal_entity_ref_id) AS establishment_id,
        COALESCE(legal_unit_id, legal_unit_ref_id) AS legal_unit_id,
        _extracted_at,
        _run_id
    FROM v3_users
),

all_contracts AS (
    SELECT
        c.id,
        c.owner_id AS employee_id,
        NULLIF(c.external_id, '') AS external_id,
        COALESCE(c.type_id, json_text(json_get(c.type, 'id'))) AS type_id,
        c.starts_on,
        NULLIF(c.ends_on, CAST('9999-12-31' AS DATE)) AS ends_on,
        COALESCE(c.is_applicable, FALSE) AS is_said_to_apply,
        COALESCE(c.establishment_id, json_text(json_get(c.establishment, 'id'))) AS establishment_id,
        json_text(json_get(c.establishment, 'legalUnitId')) AS own_legal_unit_id,
        COALESCE(c.spc_id, json_text(json_get(c.spc, 'id'))) AS spc_id,
        c.working_time_arrangement_id,
        json_text(json_get(c.file, 'id')) AS file_id,
        c.trial_period_days,
        c.renewed_trial_period_days,
        NULLIF(c.trial_period_end_date, CAST('9999-12-31' AS DATE)) AS trial_period_end_date,
        NULLIF(c.trial_period_end_date2, CAST('9999-12-31' AS DATE)) AS trial_period_end_date2,
        c.created_at,
        c.last_modified_at,
        json_merge(
            c._extra,
            json_object(
                'isArchived', CASE WHEN c.is_archived THEN TRUE END,
                'hiringTypeId', c.hiring_type_id,
                'hiringType', json(c.hiring_type),
                'terminationReasonId', c.termination_reason_id,
                'terminationReason', json(c.termination_reason),
                'internshipSupervisorId', c.internship_supervisor_id,
                'authorId', c.author_id,
                'lastModifierId', c.last_modifier_id
            )
        ) AS _extra,
        c._extracted_at,
        c._run_id
    FROM of_contracts c
    UNION ALL
    SELECT
        'user-' || u.id AS id,
        u.id AS employee_id,
        NULL AS external_id,
        NULL AS type_id,
        u.dt_contract_start AS starts_on,
        NULLIF(u.dt_contract_end, CAST('9999-12-31' AS DATE)) AS ends_on,
        TRUE AS is_said_to_apply,
        u.establishment_id,
        u.legal_unit_id AS own_legal_unit_id,
        NULL AS spc_id,
        NULL AS working_time_arrangement_id,
        NULL AS file_id,
        NULL AS trial_period_days,
        NULL AS renewed_trial_period_days,
        NULL AS trial_period_end_date,
        NULL AS trial_period_end_date2,
        NULL AS created_at,
        NULL AS last_modified_at,
        json_object('derivedFrom', 'contract dates of the user') AS _extra,
        u._extracted_at,
        u._run_id
    FROM users u
    LEFT ANTI JOIN of_contracts c ON c.owner_id = u.id
    WHERE u.dt_contract_start IS NOT NULL
),

classed AS (
    SELECT
        c.*,
        CASE
            WHEN starts_on > CAST($as_of AS DATE) THEN 2
            WHEN ends_on IS NULL OR ends_on >= CAST($as_of AS DATE) THEN 1
            ELSE 3
        END AS class
    FROM all_contracts c
),

ranked AS (
    SELECT
        c.*,
        ROW_NUMBER() OVER (
            PARTITION BY employee_id
            ORDER BY
                CASE WHEN is_said_to_apply THEN 1 ELSE 2 END,
                class,
                CASE WHEN class = 2 THEN starts_on END NULLS LAST,
                starts_on DESC,
                id
        ) = 1 AS is_applicable
    FROM classed c
)

SELECT
    c.id,
    c.employee_id,
    c.external_id,
    c.type_id,
    c.starts_on,
    c.ends_on,
    CASE c.class WHEN 1 THEN 'active' WHEN 2 THEN 'upcoming' ELSE 'deactivated' END AS status,
    c.is_applicable,
    c.establishment_id,
    COALESCE(
        e.legal_unit_id,
        json_text(json_get(e.legal_unit, 'id')),
        c.own_legal_unit_id,
        CASE WHEN c.is_applicable THEN u.legal_unit_id END
    ) AS legal_unit_id,
    c.spc_id,
    c.working_time_arrangement_id,
    c.file_id,
    c.trial_period_days,
    c.renewed_trial_period_days,
    c.trial_period_end_date,
    c.trial_period_end_date2,
    c.created_at,
    c.last_modified_at,
    c._extra,
    c._extracted_at,
    c._run_id
FROM ranked c
LEFT JOIN v4_establishments e ON e.id = c.establishment_id
LEFT JOIN users u ON u.id = c.employee_id
ORDER BY c.id
