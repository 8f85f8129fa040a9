-- manager_closure: one row per (person in employment on the as-of date, manager above them), by the manager of the job
--   position that assignment_history chooses for the day; each person is also above themselves at depth 0. Chains that
--   run into a cycle stop before the repetition, so nobody is dropped; a manager without an employment that day ends
--   the chain
-- key report_id, manager_id
-- column manager_id string! directory: the manager, who may have left or not be visible
-- source manager_id: assignment_history.manager_id
-- column manager_given_name string directory: given name; null when the manager is not visible
-- source manager_given_name: employees.given_name
-- column manager_family_name string directory: family name; null when the manager is not visible
-- source manager_family_name: employees.family_name
-- column manager_email string directory: e-mail address; null when the manager is not visible
-- source manager_email: employees.email
-- column report_id string! directory: the person below
-- source report_id: assignment_history.employee_id
-- column report_given_name string directory: given name; null when the person is not visible
-- source report_given_name: employees.given_name
-- column report_family_name string directory: family name; null when the person is not visible
-- source report_family_name: employees.family_name
-- column report_email string directory: e-mail address; null when the person is not visible
-- source report_email: employees.email
-- column depth int32! directory: steps from the report up to the manager: 0 for the person, 1 for a direct report
-- source depth: assignment_history.manager_id, followed upwards, 90 steps at most
-- column is_cycle boolean! directory: whether the chain above the report runs into a cycle, such as somebody who manages
--   themselves: nobody is at its top
-- column is_cut boolean! directory: whether the chain above the report was cut after 90 steps
WITH RECURSIVE people AS (
    SELECT employee_id, manager_id
    FROM assignment_history
    WHERE is_current
),

walks AS (
    SELECT
        employee_id AS report_id,
        employee_id AS manager_id,
        0 AS depth,
        manager_id AS next_id,
        '/' || employee_id || '/' AS path
    FROM people
    UNION ALL
    SELECT
        w.report_id,
        w.next_id AS manager_id,
        w.depth + 1 AS depth,
        p.manager_id AS next_id,
        w.path || w.next_id || '/' AS path
    FROM walks w
    LEFT JOIN people p ON p.employee_id = w.next_id
    -- Some engines stop after 100 steps with an error. No row when there is no next one: comparing null is not true.
    WHERE w.depth < 90 AND POSITION('/' || w.next_id || '/' IN w.path) = 0
),

ended AS (
    SELECT
        manager_id,
        report_id,
        CAST(depth AS INTEGER) AS depth,
        FIRST_VALUE(next_id) OVER (PARTITION BY report_id ORDER BY depth DESC) AS last_next_id,
        FIRST_VALUE(path) OVER (PARTITION BY report_id ORDER BY depth DESC) AS longest_path
    FROM walks
)

SELECT
    e.manager_id,
    m.given_name AS manager_given_name,
    m.family_name AS manager_family_name,
    m.email AS manager_email,
    e.report_id,
    w.given_name AS report_given_name,
    w.family_name AS report_family_name,
    w.email AS report_email,
    e.depth,
    e.last_next_id IS NOT NULL AND POSITION('/' || e.last_next_id || '/' IN e.longest_path) > 0 AS is_cycle,
    e.last_next_id IS NOT NULL AND POSITION('/' || e.last_next_id || '/' IN e.longest_path) = 0 AS is_cut
FROM ended e
LEFT JOIN employees m ON m.id = e.manager_id
LEFT JOIN employees w ON w.id = e.report_id
ORDER BY e.report_id NULLS LAST, e.depth NULLS LAST
