-- manager_is_self: somebody is their own manager
-- severity error
SELECT 'job_positions' AS table_name, 'manager_id' AS column_name, id AS record_id
FROM job_positions
WHERE manager_id = employee_id
ORDER BY id NULLS LAST
