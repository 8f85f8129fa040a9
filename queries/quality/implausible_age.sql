-- implausible_age: somebody in employment that day is younger than 16 or older than 80
-- severity warning
WITH aged AS (
    SELECT
        r.id,
        EXTRACT(YEAR FROM CAST($as_of AS DATE)) - EXTRACT(YEAR FROM r.birth_date)
        - CASE
            WHEN EXTRACT(MONTH FROM r.birth_date) * 100 + EXTRACT(DAY FROM r.birth_date)
                > EXTRACT(MONTH FROM CAST($as_of AS DATE)) * 100 + EXTRACT(DAY FROM CAST($as_of AS DATE)) THEN 1
            ELSE 0
        END AS age
    FROM employee_personal_records r
    INNER JOIN assignment_history h ON h.employee_id = r.employee_id
    WHERE h.is_current
)

SELECT 'employee_personal_records' AS table_name, 'birth_date' AS column_name, id AS record_id
FROM aged
WHERE age < 16 OR age > 80
ORDER BY record_id NULLS LAST
