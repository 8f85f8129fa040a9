-- probation_of_ended_employment: a probationary period goes on although its employment has ended
-- severity warning
SELECT 'probationary_periods' AS table_name, 'ends_on' AS column_name, p.id AS record_id
FROM probationary_periods p
INNER JOIN employments e ON e.id = p.employment_id
WHERE e.end_date < CAST($as_of AS DATE) AND p.ends_on >= CAST($as_of AS DATE)
ORDER BY record_id NULLS LAST
