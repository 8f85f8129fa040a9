-- missing_occupation_category: the job position of somebody in employment that day has no occupation category
-- severity warning
SELECT 'job_positions' AS table_name, 'occupation_category_id' AS column_name, job_position_id AS record_id
FROM assignment_history
WHERE is_current AND has_position AND occupation_category_id IS NULL
ORDER BY record_id NULLS LAST
