-- manager_closure: one row per (person in employment on the as-of date, manager above them), by the manager of the job
--   position that assignment_history chooses for the day; each person is also above themselves at depth 0. Chains that
--   run into a cycle stop before the repetition, so nobody is dropped; a manager without an employment that day ends
--   the chain
-- label: Reporting lines | Lignes hiérarchiques
-- key report_id, manager_id
-- column manager_id string! directory: the manager, who may have left or not be visible
-- source manager_id: assignment_history.manager_id
-- column manager_given_name string directory: given name; null when the manager is not visible
-- source manager_given_name: employees.given_name
-- label manager_given_name: Manager's first name | Prénom du responsable
-- column manager_family_name string directory: family name; null when the manager is not visible
-- source manager_family_name: employees.family_name
-- label manager_family_name: Manager's last name | Nom du responsable
-- column manager_email string directory: e-mail address; null when the manager is not visible
-- source manager_email: employees.email
-- label manager_email: Manager's e-mail | E-mail du responsable
-- column report_id string! directory: the person below
-- source report_id: assignment_history.employee_id
-- label report_id: Report ID | Identifiant du collaborateur encadré
-- column report_given_name string directory: given name; null when the person is not visible
-- source report_given_name: employees.given_name
-- label report_given_name: Report's first name | Prénom du collaborateur encadré
-- column report_family_name string directory: family name; null when the person is not visible
-- source report_family_name: employees.family_name
-- label report_family_name: Report's last name | Nom du collaborateur encadré
-- column report_email string directory: e-mail address; null when the person is not visible
-- source report_email: employees.email
-- label report_email: Report's e-mail | E-mail du collaborateur encadré
-- column depth int32! directory: steps from the report up to the manager: 0 for the person, 1 for a direct report
-- source depth: assignment_history.manager_id, followed upwards, 90 steps at most
-- label depth: Levels in between | Niveaux d'écart
-- column is_cycle boolean! directory: whether the chain above the report runs into a cycle, such as somebody who manages
--   themselves: nobody is at its top
-- label is_cycle: Runs into a cycle | Boucle détectée
-- column is_cut boolean! directory: whether the chain above the report was cut after 90 steps
-- label is_cut: Chain cut short | Chaîne interrompue
WITH ends AS (
    SELECT walker_id, manager_id AS last_id, depth, ending
    FROM manager_walks
    WHERE ending IS NOT NULL
),

-- Only managers are above anybody: a person's walk is one step longer than that of their manager, but ends before they come again,
-- and after 90 steps.
people AS (
    SELECT
        h.employee_id,
        h.manager_id,
        w.given_name,
        w.family_name,
        w.email,
        COALESCE(e.depth = 90 AND e.last_id <> h.employee_id, FALSE) AS is_cut,
        COALESCE(e.ending = 'cycle', FALSE) AS is_cycle
    FROM assignment_history h
    LEFT JOIN ends e ON e.walker_id = h.manager_id
    LEFT JOIN employees w ON w.id = h.employee_id
    WHERE h.is_current
),

managers AS (
    SELECT s.walker_id, s.manager_id, s.depth, m.given_name, m.family_name, m.email
    FROM manager_walks s
    LEFT JOIN manager_names m ON m.manager_id = s.manager_id
),

pairs AS (
    SELECT
        employee_id AS manager_id,
        given_name AS manager_given_name,
        family_name AS manager_family_name,
        email AS manager_email,
        employee_id AS report_id,
        given_name AS report_given_name,
        family_name AS report_family_name,
        email AS report_email,
        0 AS depth,
        is_cycle,
        is_cut
    FROM people
    UNION ALL
    SELECT
        m.manager_id,
        m.given_name AS manager_given_name,
        m.family_name AS manager_family_name,
        m.email AS manager_email,
        p.employee_id AS report_id,
        p.given_name AS report_given_name,
        p.family_name AS report_family_name,
        p.email AS report_email,
        m.depth + 1 AS depth,
        p.is_cycle,
        p.is_cut
    FROM people p
    INNER JOIN managers m ON m.walker_id = p.manager_id
    WHERE m.depth < 90 AND m.manager_id <> p.employee_id
)

SELECT
    manager_id,
    manager_given_name,
    manager_family_name,
    manager_email,
    report_id,
    report_given_name,
    report_family_name,
    report_email,
    CAST(depth AS INTEGER) AS depth,
    is_cycle AND NOT is_cut AS is_cycle,
    is_cut
FROM pairs
ORDER BY report_id NULLS LAST, depth NULLS LAST
