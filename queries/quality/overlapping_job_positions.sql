-- overlapping_job_positions: a job position starts on or before the last day of an earlier one of the same employment
-- severity error
WITH ordered AS (
    SELECT
        id,
        starts_on,
        MAX(COALESCE(ends_on, CAST('9999-12-31' AS DATE))) OVER (
            PARTITION BY employment_id ORDER BY starts_on, id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS taken_until
    FROM job_positions
    -- One that ends before it starts takes no day.
    WHERE starts_on IS NOT NULL AND (ends_on IS NULL OR ends_on >= starts_on)
)

SELECT 'job_positions' AS table_name, 'starts_on' AS column_name, id AS record_id
FROM ordered
WHERE starts_on <= taken_until
ORDER BY record_id NULLS LAST
