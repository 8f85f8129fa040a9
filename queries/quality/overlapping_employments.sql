-- overlapping_employments: an employment starts on or before the last day of an earlier one of the same person
-- severity error
WITH ordered AS (
    SELECT
        id,
        start_date,
        MAX(COALESCE(end_date, CAST('9999-12-31' AS DATE))) OVER (
            PARTITION BY employee_id ORDER BY start_date, id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS taken_until
    FROM employments
    -- One that ends before it starts takes no day.
    WHERE start_date IS NOT NULL AND (end_date IS NULL OR end_date >= start_date)
)

SELECT 'employments' AS table_name, 'start_date' AS column_name, id AS record_id
FROM ordered
WHERE start_date <= taken_until
ORDER BY record_id NULLS LAST
