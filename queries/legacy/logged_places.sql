-- logged_places: since when users have which department, establishment and manager, by the log of their changes
-- internal
-- without v3_user_logs: nothing is known of changes then
-- column employee_id string! none: user
-- column field string! none: department, establishment or manager
-- column is_understood boolean! none: whether the log of this field of this user ends with what the user has today; where
--   it does not, the log says something else than what it is taken for, and there is no more than this row
-- column value string directory: what the user had; null for none
-- column valid_from date directory: first day, the one on which the change was recorded, in UTC
-- column valid_to date directory: last day, included; null until today
-- column is_first boolean! none: whether it is what the user was entered with, so that nothing was before it
WITH entries AS (
    SELECT
        id,
        COALESCE(owner_id, owner_ref_id) AS employee_id,
        CASE
            WHEN LOWER(name) IN ('departmentid', 'department') THEN 'department'
            WHEN LOWER(name) IN ('legalentityid', 'legalentity') THEN 'establishment'
            WHEN LOWER(name) IN ('managerid', 'manager') THEN 'manager'
            WHEN name IS NOT NULL THEN 'another'
        END AS field,
        _extracted_at,
        _run_id,
        modified_at,
        LOWER(json_text(entry_type)) = 'creation' AS is_creation,
        -- An identifier, or an object that has one.
        COALESCE(json_text(value), json_text(json_get(value, 'id'))) AS entry_value,
        value IS NULL OR COALESCE(json_text(value), json_text(json_get(value, 'id'))) IS NOT NULL AS is_readable
    FROM v3_user_logs
),

-- An entry without its user, field or time might be of any of them.
broken AS (
    SELECT COUNT(*) AS entries
    FROM entries
    WHERE employee_id IS NULL OR field IS NULL OR modified_at IS NULL
),

known AS (
    SELECT
        e.*,
        ROW_NUMBER() OVER (
            PARTITION BY employee_id, field ORDER BY modified_at DESC, LENGTH(id) DESC, id DESC
        ) AS from_last,
        -- Of the changes of one day the last counts.
        ROW_NUMBER() OVER (
            PARTITION BY employee_id, field, CAST(modified_at AS DATE) ORDER BY modified_at DESC, LENGTH(id) DESC, id DESC
        ) AS from_last_of_day
    FROM entries e
    WHERE employee_id IS NOT NULL AND field IN ('department', 'establishment', 'manager') AND modified_at IS NOT NULL
),

todays AS (
    SELECT id AS employee_id, 'department' AS field, COALESCE(department_id, department_ref_id) AS today_value
    FROM v3_users
    UNION ALL
    SELECT id, 'establishment', COALESCE(legal_entity_id, legal_entity_ref_id) FROM v3_users
    UNION ALL
    SELECT id, 'manager', COALESCE(manager_id, manager_ref_id) FROM v3_users
),

judged AS (
    SELECT
        k.employee_id,
        k.field,
        MAX(k._extracted_at) AS _extracted_at,
        MAX(k._run_id) AS _run_id,
        MAX(CASE WHEN k.from_last = 1 AND k.entry_value IS NOT DISTINCT FROM t.today_value THEN 1 ELSE 0 END) = 1
        AND MIN(CASE WHEN k.is_readable THEN 1 ELSE 0 END) = 1
        AND MAX(b.entries) = 0 AS is_understood
    FROM known k
    INNER JOIN todays t ON t.employee_id = k.employee_id AND t.field = k.field
    CROSS JOIN broken b
    GROUP BY k.employee_id, k.field
),

changes AS (
    SELECT
        k.employee_id,
        k.field,
        k.entry_value AS value,
        k._extracted_at,
        k._run_id,
        CAST(k.modified_at AS DATE) AS valid_from,
        COALESCE(k.is_creation, FALSE)
        AND ROW_NUMBER() OVER (PARTITION BY k.employee_id, k.field ORDER BY k.modified_at) = 1 AS is_first,
        CAST(
            LEAD(CAST(k.modified_at AS DATE)) OVER (PARTITION BY k.employee_id, k.field ORDER BY k.modified_at)
            - INTERVAL '1' DAY AS DATE
        ) AS valid_to
    FROM known k
    INNER JOIN judged j ON j.employee_id = k.employee_id AND j.field = k.field AND j.is_understood
    WHERE k.from_last_of_day = 1
)

SELECT employee_id, field, TRUE AS is_understood, value, valid_from, valid_to, is_first, NULL AS _extra, _extracted_at, _run_id
FROM changes
UNION ALL
SELECT
    employee_id,
    field,
    FALSE AS is_understood,
    NULL AS value,
    CAST(NULL AS DATE) AS valid_from,
    CAST(NULL AS DATE) AS valid_to,
    FALSE AS is_first,
    NULL AS _extra,
    _extracted_at,
    _run_id
FROM judged
WHERE NOT is_understood
ORDER BY employee_id, field, valid_from
