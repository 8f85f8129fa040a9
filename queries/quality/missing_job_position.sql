-- missing_job_position: somebody is in employment that day without a job position, hence without department and manager
-- severity warning
SELECT 'employments' AS table_name, 'id' AS column_name, employment_id AS record_id
FROM assignment_history
WHERE is_current AND NOT has_position
ORDER BY record_id NULLS LAST
