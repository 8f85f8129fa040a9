-- manager_cycle: somebody in employment that day is, over several steps, the manager of their own manager
-- severity error
SELECT 'job_positions' AS table_name, 'manager_id' AS column_name, h.job_position_id AS record_id
FROM assignment_history h
INNER JOIN (
    SELECT a.report_id
    FROM manager_closure a
    INNER JOIN manager_closure b ON b.report_id = a.manager_id AND b.manager_id = a.report_id
    WHERE a.is_cycle AND b.is_cycle AND a.depth > 0 AND b.depth > 0
    GROUP BY a.report_id
) c ON c.report_id = h.employee_id
WHERE h.is_current AND h.has_position
ORDER BY record_id NULLS LAST
