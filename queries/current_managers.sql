-- current_managers: one row per manager of somebody in employment on the as-of date, by the manager of the job position that
--   assignment_history chooses for the day
-- internal
-- column manager_id string! directory: the manager, who may have left or not be visible
-- column own_manager_id string directory: who manages them that day; null when nobody does, and when they are not in employment
-- column is_present boolean! directory: whether they are in employment that day
-- column manages_others boolean! directory: whether they manage anybody but themselves
WITH managers AS (
    SELECT manager_id, MAX(CASE WHEN manager_id <> employee_id THEN 1 ELSE 0 END) = 1 AS manages_others
    FROM assignment_history
    WHERE is_current AND manager_id IS NOT NULL
    GROUP BY manager_id
)

SELECT
    m.manager_id,
    h.manager_id AS own_manager_id,
    h.employee_id IS NOT NULL AS is_present,
    m.manages_others
FROM managers m
LEFT JOIN assignment_history h ON h.employee_id = m.manager_id AND h.is_current
