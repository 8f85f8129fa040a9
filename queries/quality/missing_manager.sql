-- missing_manager: the job position of somebody in employment that day has no manager, unless nobody without a manager
--   has more people below
-- severity warning
WITH heads AS (
    SELECT h.job_position_id, COALESCE(s.direct_reports + s.indirect_reports, 0) AS people
    FROM assignment_history h
    LEFT JOIN span_of_control s ON s.manager_id = h.employee_id
    WHERE h.is_current AND h.has_position AND h.manager_id IS NULL
),

compared AS (
    SELECT job_position_id, people, MAX(people) OVER () AS most FROM heads
)

SELECT 'job_positions' AS table_name, 'manager_id' AS column_name, job_position_id AS record_id
FROM compared
-- The top of the company; when all of them manage nobody, there is no top.
WHERE people < most OR most = 0
ORDER BY record_id NULLS LAST
