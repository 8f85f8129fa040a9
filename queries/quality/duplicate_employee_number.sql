-- duplicate_employee_number: several people have the same staff number
-- severity error
WITH counted AS (
    SELECT id, COUNT(*) OVER (PARTITION BY employee_number) AS people
    FROM employees
    WHERE employee_number <> ''
)

SELECT 'employees' AS table_name, 'employee_number' AS column_name, id AS record_id
FROM counted
WHERE people > 1
ORDER BY record_id NULLS LAST
