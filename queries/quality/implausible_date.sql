-- implausible_date: an employment or a job position starts or ends before 1950-01-01, or more than 100 years after that day;
--   9999-12-31 as a last day means none
-- severity warning
WITH dates AS (
    SELECT 'employments' AS table_name, 'start_date' AS column_name, id AS record_id, start_date AS found FROM employments
    UNION ALL
    SELECT 'employments' AS table_name, 'end_date' AS column_name, id AS record_id, end_date AS found FROM employments
    UNION ALL
    SELECT 'job_positions' AS table_name, 'starts_on' AS column_name, id AS record_id, starts_on AS found FROM job_positions
    UNION ALL
    SELECT 'job_positions' AS table_name, 'ends_on' AS column_name, id AS record_id, ends_on AS found FROM job_positions
)

SELECT table_name, column_name, record_id
FROM dates
WHERE found < CAST('1950-01-01' AS DATE)
    OR (
        found > CAST(CAST($as_of AS DATE) + INTERVAL '1200' MONTH AS DATE)
        AND (column_name IN ('start_date', 'starts_on') OR found <> CAST('9999-12-31' AS DATE))
    )
ORDER BY table_name NULLS LAST, column_name NULLS LAST, record_id NULLS LAST
