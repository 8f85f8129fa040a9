-- people_in_position: one row per person, department and legal entity of an employment and one of its job positions both
--   valid on the as-of date, first and last days included
-- internal
-- column employee_id string none: the person
-- column department_id string directory: department of the job position; null for positions without one
-- column legal_entity_id string directory: legal entity of the employment; null for employments without one
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
