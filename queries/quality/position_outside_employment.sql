-- position_outside_employment: a job position starts before its employment or goes on after it
-- severity error
SELECT 'job_positions' AS table_name, 'starts_on' AS column_name, p.id AS record_id
FROM job_positions p
INNER JOIN employments e ON e.id = p.employment_id
WHERE p.starts_on < e.start_date OR p.starts_on > e.end_date
UNION ALL
SELECT 'job_positions' AS table_name, 'ends_on' AS column_name, p.id AS record_id
FROM job_positions p
INNER JOIN employments e ON e.id = p.employment_id
WHERE p.ends_on > e.end_date OR (p.ends_on IS NULL AND e.end_date IS NOT NULL) OR p.ends_on < e.start_date
ORDER BY column_name NULLS LAST, record_id NULLS LAST
