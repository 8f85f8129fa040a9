-- duplicate_email: several people have the same professional e-mail address, capital letters apart
-- severity error
WITH counted AS (
    SELECT id, COUNT(*) OVER (PARTITION BY LOWER(email)) AS people
    FROM employees
    WHERE email <> ''
)

SELECT 'employees' AS table_name, 'email' AS column_name, id AS record_id
FROM counted
WHERE people > 1
ORDER BY record_id NULLS LAST
