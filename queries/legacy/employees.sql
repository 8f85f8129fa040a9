-- employees: one row per user, future and former ones included where the key may see them
WITH applicable AS (
    SELECT employee_id, id FROM contracts WHERE is_applicable
),

-- Of the contract that applies, the current position, else the next, else the last.
positions AS (
    SELECT
        p.employee_id,
        p.id,
        ROW_NUMBER() OVER (
            PARTITION BY p.employee_id
            ORDER BY
                CASE p.status WHEN 'active' THEN 1 WHEN 'upcoming' THEN 2 ELSE 3 END,
                CASE WHEN p.status = 'upcoming' THEN p.starts_on END NULLS LAST,
                p.starts_on DESC,
                p.id
        ) AS choice
    FROM job_positions p
    INNER JOIN applicable a ON a.id = p.employment_id
),

statuses AS (
    SELECT
        employee_id,
        CASE MIN(CASE status WHEN 'active' THEN 1 WHEN 'upcoming' THEN 2 ELSE 3 END)
            WHEN 1 THEN 'active'
            WHEN 2 THEN 'upcoming'
            ELSE 'deactivated'
        END AS status
    FROM contracts
    GROUP BY employee_id
)

SELECT
    u.id,
    NULL AS url,
    NULLIF(u.login, '') AS remote_id,
    COALESCE(u.picture_id, u.picture_ref_id) AS portrait_id,
    u.first_name AS given_name,
    u.last_name AS family_name,
    NULLIF(u.employee_number, '') AS employee_number,
    s.status,
    NULLIF(u.mail, '') AS email,
    CAST(EXTRACT(DAY FROM u.birth_date) AS INT) AS birth_day,
    CAST(EXTRACT(MONTH FROM u.birth_date) AS INT) AS birth_month,
    NULLIF(u.professional_mobile, '') AS phone_number,
    a.id AS applicable_employment_id,
    p.id AS applicable_job_position_id,
    NULL AS created_at,
    u.modified_at AS last_updated_at,
    -- What has no column here is private: it stays in v3_users.
    NULL AS _extra,
    u._extracted_at,
    u._run_id
FROM v3_users u
LEFT JOIN statuses s ON s.employee_id = u.id
LEFT JOIN applicable a ON a.employee_id = u.id
LEFT JOIN positions p ON p.employee_id = u.id AND p.choice = 1
ORDER BY u.id
