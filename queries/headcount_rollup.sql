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
--   one branch do not add up. The departments above each are those of department_closure: not those above a missing one,
--   and none twice where they form a circle
-- lowered headcount, headcount_with_sub_departments to none: numbers of people, whom no row names
-- lowered rows to directory: a row says that somebody works there that day
WITH memberships AS (
    -- Each person in their own department, visible or not, and in all those above it.
    SELECT employee_id, legal_entity_id, department_id, 1 AS is_own
    FROM people_in_position
    UNION ALL
    SELECT p.employee_id, p.legal_entity_id, c.ancestor_id AS department_id, 0 AS is_own
    FROM people_in_position p
    INNER JOIN department_closure c ON c.descendant_id = p.department_id
    WHERE c.depth > 0
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
