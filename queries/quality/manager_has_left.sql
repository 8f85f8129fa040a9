-- manager_has_left: the manager of somebody in employment that day is not in employment any more
-- severity warning
SELECT 'job_positions' AS table_name, 'manager_id' AS column_name, h.job_position_id AS record_id
FROM assignment_history h
INNER JOIN span_of_control s ON s.manager_id = h.manager_id
WHERE h.is_current AND h.has_position AND s.has_left
ORDER BY record_id NULLS LAST
