-- missing_department: the job position of somebody in employment that day has no department
-- severity error
SELECT 'job_positions' AS table_name, 'department_id' AS column_name, job_position_id AS record_id
FROM assignment_history
WHERE is_current AND has_position AND department_id IS NULL
ORDER BY record_id NULLS LAST
