-- headcount: one row per (department, legal entity) that employs someone on the as-of date
-- label: Headcount by department | Effectif par département
-- key department_id, legal_entity_id
-- column department_id string directory: department of the job position; null for positions without one
-- source department_id: job_positions.department_id
-- column department_name string directory: its name; null when the department is not visible
-- source department_name: departments.name
-- label department_name: Department | Département
-- column legal_entity_id string directory: legal entity of the employment; null for employments without one
-- source legal_entity_id: employments.legal_entity_id
-- column legal_entity_name string directory: its legal name; null when the legal entity is not visible
-- source legal_entity_name: legal_entities.legal_name
-- label legal_entity_name: Legal entity | Entité légale
-- column headcount int64! none: distinct employees with an employment and one of its job positions both valid that
--   day, first and last days included
-- label headcount: Headcount | Effectif
-- lowered headcount to none: numbers of people, whom no row names
-- lowered rows to directory: a row says that somebody works there that day
WITH counted AS (
    SELECT department_id, legal_entity_id, COUNT(employee_id) AS headcount
    FROM people_in_position
    GROUP BY department_id, legal_entity_id
)

SELECT
    c.department_id,
    d.name AS department_name,
    c.legal_entity_id,
    l.legal_name AS legal_entity_name,
    c.headcount
FROM counted c
-- Left joins: people are counted although their department or legal entity is not visible to us.
LEFT JOIN departments d ON d.id = c.department_id
LEFT JOIN legal_entities l ON l.id = c.legal_entity_id
ORDER BY c.department_id NULLS LAST, c.legal_entity_id NULLS LAST
