-- contract_after_exit: somebody with status deactivated has an employment that is valid that day or later
-- severity error
-- only today
SELECT 'employments' AS table_name, 'end_date' AS column_name, e.id AS record_id
FROM employments e
INNER JOIN employees w ON w.id = e.employee_id
WHERE w.status = 'deactivated' AND (e.end_date IS NULL OR e.end_date >= CAST($as_of AS DATE))
ORDER BY record_id NULLS LAST
