-- headcount_rollup: one row per department and legal entity with people on the as-of date in the department or in one below
--   it, counted as headcount counts them. Departments that employ nobody themselves have a row here and none in headcount
-- key department_id, legal_entity_id
-- column department_id string directory: the department; null for positions without one
-- source department_id: job_positions.department_id, and departments.parent_id followed upwards
-- column department_name string directory: its name; null when the department is not visible
-- source department_name: departments.name
-- column parent_id string directory: department directly above; null at the root and when the department is not visible
-- source parent_id: departments.parent_id
-- column legal_entity_id string directory: legal entity of the employment; null for employments without one
-- source legal_entity_id: employments.legal_entity_id
-- column legal_entity_name string directory: its legal name; null when the legal entity is not visible
-- source legal_entity_name: legal_entities.legal_name
-- column headcount int64! none: people in exactly this department: the number in headcount, or 0
-- column headcount_with_sub_departments int64! none: distinct people in this department or any below it, so that rows of
--   one branch do not add up. Nine departments above each are followed, as Lucca allows no more; not those above a missing
--   one, and none twice where they form a circle
-- lowered headcount, headcount_with_sub_departments to none: numbers of people, whom no row names
-- lowered rows to directory: a row says that somebody works there that day
WITH people AS (
    SELECT DISTINCT
        e.employee_id,
        p.department_id,
        e.legal_entity_id
    FROM employments e
    INNER JOIN job_positions p ON p.employment_id = e.id
    WHERE e.start_date <= CAST($as_of AS DATE)
        AND (e.end_date IS NULL OR e.end_date >= CAST($as_of AS DATE))
        AND p.starts_on <= CAST($as_of AS DATE)
        AND (p.ends_on IS NULL OR p.ends_on >= CAST($as_of AS DATE))
),

paths AS (
    SELECT
        d.id,
        p1.id AS id_1,
        p2.id AS id_2,
        p3.id AS id_3,
        p4.id AS id_4,
        p5.id AS id_5,
        p6.id AS id_6,
        p7.id AS id_7,
        p8.id AS id_8,
        p9.id AS id_9
    FROM departments d
    LEFT JOIN departments p1 ON p1.id = d.parent_id AND p1.id <> d.id
    LEFT JOIN departments p2 ON p2.id = p1.parent_id AND p2.id NOT IN (d.id, p1.id)
    LEFT JOIN departments p3 ON p3.id = p2.parent_id AND p3.id NOT IN (d.id, p1.id, p2.id)
    LEFT JOIN departments p4 ON p4.id = p3.parent_id AND p4.id NOT IN (d.id, p1.id, p2.id, p3.id)
    LEFT JOIN departments p5 ON p5.id = p4.parent_id AND p5.id NOT IN (d.id, p1.id, p2.id, p3.id, p4.id)
    LEFT JOIN departments p6 ON p6.id = p5.parent_id AND p6.id NOT IN (d.id, p1.id, p2.id, p3.id, p4.id, p5.id)
    LEFT JOIN departments p7
        ON p7.id = p6.parent_id AND p7.id NOT IN (d.id, p1.id, p2.id, p3.id, p4.id, p5.id, p6.id)
    LEFT JOIN departments p8
        ON p8.id = p7.parent_id AND p8.id NOT IN (d.id, p1.id, p2.id, p3.id, p4.id, p5.id, p6.id, p7.id)
    LEFT JOIN departments p9
        ON p9.id = p8.parent_id AND p9.id NOT IN (d.id, p1.id, p2.id, p3.id, p4.id, p5.id, p6.id, p7.id, p8.id)
),

ancestors AS (
    SELECT
        p.id,
        CASE s.steps
            WHEN 1 THEN p.id_1
            WHEN 2 THEN p.id_2
            WHEN 3 THEN p.id_3
            WHEN 4 THEN p.id_4
            WHEN 5 THEN p.id_5
            WHEN 6 THEN p.id_6
            WHEN 7 THEN p.id_7
            WHEN 8 THEN p.id_8
            WHEN 9 THEN p.id_9
        END AS ancestor_id
    FROM paths p
    CROSS JOIN (VALUES (1), (2), (3), (4), (5), (6), (7), (8), (9)) AS s (steps)
),

-- Each person in their own department, visible or not, and in all those above it.
memberships AS (
    SELECT employee_id, legal_entity_id, department_id, 1 AS is_own
    FROM people
    UNION ALL
    SELECT p.employee_id, p.legal_entity_id, a.ancestor_id AS department_id, 0 AS is_own
    FROM people p
    INNER JOIN ancestors a ON a.id = p.department_id
    WHERE a.ancestor_id IS NOT NULL
),

counted AS (
    SELECT
        department_id,
        legal_entity_id,
        COUNT(DISTINCT CASE WHEN is_own = 1 THEN employee_id END) AS headcount,
        COUNT(DISTINCT employee_id) AS headcount_with_sub_departments
    FROM memberships
    GROUP BY department_id, legal_entity_id
)

SELECT
    c.department_id,
    d.name AS department_name,
    d.parent_id,
    c.legal_entity_id,
    l.legal_name AS legal_entity_name,
    c.headcount,
    c.headcount_with_sub_departments
FROM counted c
LEFT JOIN departments d ON d.id = c.department_id
LEFT JOIN legal_entities l ON l.id = c.legal_entity_id
ORDER BY c.department_id NULLS LAST, c.legal_entity_id NULLS LAST
