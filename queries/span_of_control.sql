-- span_of_control: one row per manager of somebody in employment on the as-of date, also when the manager has left or is
--   not visible
-- label: Span of control | Encadrement par responsable
-- key manager_id
-- column manager_id string! directory: the manager
-- source manager_id: manager_closure.manager_id
-- column manager_given_name string directory: given name; null when the manager is not visible
-- source manager_given_name: employees.given_name
-- label manager_given_name: Manager's first name | Prénom du responsable
-- column manager_family_name string directory: family name; null when the manager is not visible
-- source manager_family_name: employees.family_name
-- label manager_family_name: Manager's last name | Nom du responsable
-- column manager_email string directory: e-mail address; null when the manager is not visible
-- source manager_email: employees.email
-- label manager_email: Manager's e-mail | E-mail du responsable
-- column direct_reports int64! directory: people one step below, the manager never included
-- source direct_reports: manager_closure.depth
-- label direct_reports: Direct reports | Collaborateurs directs
-- column indirect_reports int64! directory: people further below
-- source indirect_reports: manager_closure.depth
-- label indirect_reports: Indirect reports | Collaborateurs indirects
-- column depth_below int32! directory: steps down to the farthest report
-- source depth_below: manager_closure.depth
-- label depth_below: Levels below | Niveaux hiérarchiques inférieurs
-- column layer int32 directory: layer from the top: 1 when nobody manages the manager that day; null when the chain above
--   runs into a cycle or was cut
-- source layer: assignment_history.manager_id
-- label layer: Layer from the top | Niveau depuis le sommet
-- column is_present boolean! directory: whether the manager is in employment that day
-- source is_present: assignment_history.is_current
-- label is_present: Employed that day | Présent dans l'effectif
-- column has_left boolean! directory: whether the manager is not in employment that day but was before
-- source has_left: employments.end_date
-- label has_left: Has left | Sorti des effectifs
-- column is_visible boolean! directory: whether the manager is in the directory
-- source is_visible: employees.id
-- label is_visible: Visible in the directory | Visible dans l'annuaire
-- column is_cycle boolean! directory: whether the chain above the manager runs into a cycle: some of the reports below may
--   also be above
-- source is_cycle: assignment_history.manager_id
-- label is_cycle: Runs into a cycle | Boucle détectée
-- lowered has_left, rows to directory: whether a manager is there is in the directory too
WITH spans AS (
    SELECT
        manager_id,
        COUNT(CASE WHEN depth = 1 THEN 1 END) AS direct_reports,
        COUNT(CASE WHEN depth > 1 THEN 1 END) AS indirect_reports,
        MAX(depth) AS depth_below
    FROM manager_closure
    WHERE depth > 0
    GROUP BY manager_id
),

leavers AS (
    SELECT employee_id
    FROM employments
    WHERE end_date < CAST($as_of AS DATE)
    GROUP BY employee_id
)

SELECT
    s.manager_id,
    w.given_name AS manager_given_name,
    w.family_name AS manager_family_name,
    w.email AS manager_email,
    s.direct_reports,
    s.indirect_reports,
    s.depth_below,
    -- A manager who is absent that day has no manager that day.
    CAST(CASE WHEN c.ending = 'top' THEN c.depth + 1 END AS INTEGER) AS layer,
    m.is_present,
    NOT m.is_present AND l.employee_id IS NOT NULL AS has_left,
    w.id IS NOT NULL AS is_visible,
    c.ending = 'cycle' AS is_cycle
FROM spans s
INNER JOIN current_managers m ON m.manager_id = s.manager_id
INNER JOIN manager_walks c ON c.walker_id = s.manager_id AND c.ending IS NOT NULL
LEFT JOIN leavers l ON l.employee_id = s.manager_id
LEFT JOIN employees w ON w.id = s.manager_id
ORDER BY s.manager_id NULLS LAST
