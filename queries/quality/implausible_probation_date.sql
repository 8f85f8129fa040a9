-- implausible_probation_date: a probationary period starts or ends before 1950-01-01, or more than 100 years after that day
-- severity warning
WITH dates AS (
    SELECT 'starts_on' AS column_name, id AS record_id, starts_on AS found FROM probationary_periods
    UNION ALL
    SELECT 'initial_ends_on' AS column_name, id AS record_id, initial_ends_on AS found FROM probationary_periods
    UNION ALL
    SELECT 'extended_ends_on' AS column_name, id AS record_id, extended_ends_on AS found FROM probationary_periods
    UNION ALL
    SELECT 'ends_on' AS column_name, id AS record_id, ends_on AS found FROM probationary_periods
)

SELECT 'probationary_periods' AS table_name, column_name, record_id
FROM dates
WHERE found < CAST('1950-01-01' AS DATE) OR found > CAST(CAST($as_of AS DATE) + INTERVAL '1200' MONTH AS DATE)
ORDER BY column_name NULLS LAST, record_id NULLS LAST
