-- missing_birth_date: the personal record of somebody in employment that day has no birth date, or there is no record
-- severity warning
SELECT
    CASE WHEN r.id IS NULL THEN 'employees' ELSE 'employee_personal_records' END AS table_name,
    CASE WHEN r.id IS NULL THEN 'id' ELSE 'birth_date' END AS column_name,
    COALESCE(r.id, h.employee_id) AS record_id
FROM assignment_history h
LEFT JOIN employee_personal_records r ON r.employee_id = h.employee_id
WHERE h.is_current AND r.birth_date IS NULL
ORDER BY table_name NULLS LAST, record_id NULLS LAST
