-- status_active_without_employment: somebody with status active has no employment that is valid that day
-- severity error
-- gate above 25% of employees
-- only today
SELECT 'employees' AS table_name, 'status' AS column_name, w.id AS record_id
FROM employees w
LEFT JOIN (
    SELECT employee_id
    FROM employments
    WHERE start_date <= CAST($as_of AS DATE) AND (end_date IS NULL OR end_date >= CAST($as_of AS DATE))
    GROUP BY employee_id
) e ON e.employee_id = w.id
WHERE w.status = 'active' AND e.employee_id IS NULL
ORDER BY record_id NULLS LAST
