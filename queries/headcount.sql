-- headcount: one row per (department, legal entity) that employs someone on the as-of date
-- key department_id, legal_entity_id
-- column department_id string directory: department of the job position; null for positions without one
-- source department_id: job_positions.department_id
-- column department_name string directory: its name; null when the department is not visible
-- source department_name: departments.name
-- column legal_entity_id string directory: legal entity of the employment; null for employments without one
-- source legal_entity_id: employments.legal_entity_id
-- column legal_entity_name string directory: its legal name; null when the legal entity is not visible
-- source legal_entity_name: legal_entities.legal_name
-- column headcount int64! none: distinct employees with an employment and one of its job positions both valid that
--   day, first and last days included
-- lowered headcount to none: numbers of people, whom no row names
-- lowered rows to directory: a row says that somebody works there that day
SELECT
    p.department_id,
    d.name AS department_name,
    p.legal_entity_id,
    l.legal_name AS legal_entity_name,
    COUNT(p.employee_id) AS headcount
FROM people_in_position p
-- Left joins: people are counted although their department or legal entity is not visible to us.
LEFT JOIN departments d ON d.id = p.department_id
LEFT JOIN legal_entities l ON l.id = p.legal_entity_id
GROUP BY p.department_id, d.name, p.legal_entity_id, l.legal_name
ORDER BY p.department_id NULLS LAST, p.legal_entity_id NULLS LAST
