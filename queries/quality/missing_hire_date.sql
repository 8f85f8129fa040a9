-- missing_hire_date: somebody with status active has no employment with a first day
-- severity error
-- only today
SELECT 'employees' AS table_name, 'applicable_employment_id' AS column_name, w.id AS record_id
FROM employees w
LEFT JOIN (
    SELECT employee_id FROM employments WHERE start_date IS NOT NULL GROUP BY employee_id
) e ON e.employee_id = w.id
WHERE w.status = 'active' AND e.employee_id IS NULL
ORDER BY record_id NULLS LAST
