-- employment_ends_before_start: an employment ends before it starts
-- severity error
SELECT 'employments' AS table_name, 'end_date' AS column_name, id AS record_id
FROM employments
WHERE end_date < start_date
ORDER BY record_id NULLS LAST
