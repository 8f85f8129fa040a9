-- job_positions: one row per position of a user: the current one as the user has it, on the contract that applies; where the
--   log of the user's department can be read and is understood, one for each change of department, establishment or manager
--   in it, on any contract. derivedFrom in _extra says which, and why there is no more
-- without logged_places: each user has the current position then
-- past from: v3_user_logs
WITH users AS (
    SELECT
        id,
        COALESCE(department_id, department_ref_id) AS department_id,
        COALESCE(legal_entity_id, legal_entity_ref_id) AS establishment_id,
        COALESCE(manager_id, manager_ref_id) AS manager_id,
        COALESCE(job_qualification_id, job_qualification_ref_id) AS qualification_id,
        COALESCE(csp_id, csp_ref_id) AS category_id,
        NULLIF(job_title, '') AS job_title
    FROM v3_users
),

-- Whose positions before today are known.
logs AS (
    SELECT employee_id, BOOL_AND(is_understood) AS is_understood
    FROM logged_places
    WHERE field = 'department'
    GROUP BY employee_id
),

days AS (
    SELECT id AS employment_id, employee_id, starts_on, ends_on
    FROM contracts
    UNION
    SELECT c.id, c.employee_id, p.valid_from, c.ends_on
    FROM contracts c
    INNER JOIN logged_places p ON p.employee_id = c.employee_id
    WHERE p.valid_from > c.starts_on AND (c.ends_on IS NULL OR p.valid_from <= c.ends_on)
),

-- What the log says on each of these days. Before its first entry it says nothing, unless the user was entered with that
-- during the same contract.
places AS (
    SELECT s.employment_id, s.starts_on, p.field, p.value
    FROM days s
    INNER JOIN logged_places p ON p.employee_id = s.employee_id
    WHERE (p.valid_from <= s.starts_on OR (p.is_first AND (s.ends_on IS NULL OR p.valid_from <= s.ends_on)))
        AND (p.valid_to IS NULL OR p.valid_to >= s.starts_on)
),

logged AS (
    SELECT
        d.employment_id,
        d.starts_on,
        d.value AS department_id,
        e.value AS establishment_id,
        e.employment_id IS NOT NULL AS has_establishment,
        m.value AS manager_id,
        m.employment_id IS NOT NULL AS has_manager
    FROM places d
    LEFT JOIN places e
        ON e.employment_id = d.employment_id AND e.starts_on = d.starts_on AND e.field = 'establishment'
    LEFT JOIN places m ON m.employment_id = d.employment_id AND m.starts_on = d.starts_on AND m.field = 'manager'
    WHERE d.field = 'department'
),

compared AS (
    SELECT
        l.*,
        LAG(place) OVER (PARTITION BY employment_id ORDER BY starts_on) AS place_before
    FROM (
        SELECT
            logged.*,
            json_object(
                'd', COALESCE(department_id, ''),
                'e', CASE WHEN has_establishment THEN COALESCE(establishment_id, '') END,
                'm', CASE WHEN has_manager THEN COALESCE(manager_id, '') END
            ) AS place
        FROM logged
    ) l
),

stretches AS (
    SELECT
        c.*,
        LEAD(starts_on) OVER (PARTITION BY employment_id ORDER BY starts_on) AS next_starts_on
    FROM compared c
    WHERE place_before IS NULL OR place <> place_before
),

positions AS (
    -- A contract to come has been logged nowhere: its position is known where it is the user's own.
    SELECT
        c.*,
        s.starts_on AS position_starts_on,
        CASE
            WHEN s.next_starts_on IS NULL THEN c.ends_on
            ELSE CAST(s.next_starts_on - INTERVAL '1' DAY AS DATE)
        END AS position_ends_on,
        s.next_starts_on IS NULL AS is_last,
        TRUE AS is_logged,
        s.department_id,
        s.establishment_id AS logged_establishment_id,
        s.has_establishment,
        s.manager_id AS logged_manager_id,
        s.has_manager,
        CAST(NULL AS VARCHAR) AS reason
    FROM contracts c
    INNER JOIN stretches s ON s.employment_id = c.id
    WHERE c.is_applicable OR c.status <> 'upcoming'
    UNION ALL
    SELECT
        c.*,
        c.starts_on AS position_starts_on,
        c.ends_on AS position_ends_on,
        TRUE AS is_last,
        FALSE AS is_logged,
        u.department_id,
        NULL AS logged_establishment_id,
        FALSE AS has_establishment,
        NULL AS logged_manager_id,
        FALSE AS has_manager,
        CASE
            WHEN l.employee_id IS NULL THEN 'no change of department can be read'
            ELSE 'the log of the department does not end with the department of today'
        END AS reason
    FROM contracts c
    INNER JOIN users u ON u.id = c.employee_id
    LEFT JOIN logs l ON l.employee_id = c.employee_id
    WHERE c.is_applicable AND NOT COALESCE(l.is_understood, FALSE)
)

SELECT
    p.id || '/' || CAST(p.position_starts_on AS VARCHAR) AS id,
    NULL AS url,
    NULL AS remote_id,
    p.id AS employment_id,
    p.employee_id,
    CASE
        WHEN p.position_starts_on > CAST($as_of AS DATE) THEN 'upcoming'
        WHEN p.position_ends_on IS NULL OR p.position_ends_on >= CAST($as_of AS DATE) THEN 'active'
        ELSE 'deactivated'
    END AS status,
    p.position_starts_on AS starts_on,
    p.position_ends_on AS ends_on,
    CASE
        WHEN p.has_establishment THEN p.logged_establishment_id
        WHEN p.is_applicable AND p.is_last THEN COALESCE(u.establishment_id, p.establishment_id)
        ELSE p.establishment_id
    END AS business_establishment_id,
    -- The log is of places: the rest is known of the last position of the contract that applies.
    CASE WHEN p.is_applicable AND p.is_last THEN u.job_title END AS job_title,
    CASE WHEN p.is_applicable AND p.is_last THEN u.qualification_id END AS job_qualification_id,
    CASE
        WHEN p.has_manager THEN p.logged_manager_id
        WHEN p.is_applicable AND p.is_last THEN u.manager_id
    END AS manager_id,
    CASE
        WHEN p.is_applicable AND p.is_last THEN COALESCE(u.category_id, p.spc_id)
        WHEN p.is_last THEN p.spc_id
    END AS occupation_category_id,
    CASE WHEN p.is_last THEN p.working_time_arrangement_id END AS working_time_arrangement_id,
    p.department_id,
    NULL AS document_id,
    NULL AS notes,
    NULL AS t9n,
    NULL AS updated_attributes,
    NULL AS created_at,
    NULL AS last_updated_at,
    NULL AS redacted,
    json_object(
        'derivedFrom', CASE WHEN p.is_logged THEN 'log of changes' ELSE 'user' END,
        'startsOn', CASE WHEN NOT p.is_logged THEN 'first day of the contract: ' || p.reason END
    ) AS _extra,
    p._extracted_at,
    p._run_id
FROM positions p
LEFT JOIN users u ON u.id = p.employee_id
ORDER BY p.id, p.position_starts_on
