-- legacy_departments: one row per department, archived ones included, with the columns of the former v3 departments API
-- label: Departments (v3 columns) | Départements (colonnes v3)
-- column id string! none: the department
-- source id: departments.id
-- column name string none: name of the department
-- source name: departments.name
-- column code string none: identifier of the department in the customer's other systems
-- source code: departments.remote_id
-- label code: Code | Code du département
-- column description string none: free description of the department
-- source description: departments.description
-- column hierarchy string! none: place in the tree: ids from the root down to the department itself, as in /1/2/. It starts
--   at the last visible one when a parent is missing, before a repetition, and after 90 departments
-- source hierarchy: departments.parent_id, followed upwards; v3 had numbers of its own in this text, and called it opaque
-- label hierarchy: Place in the tree | Place dans l'arborescence
-- column parent_id string none: department directly above, which may be missing from the table; null at the root
-- source parent_id: departments.parent_id
-- column parent_hierarchy string none: hierarchy of the department above, which v3 called parentId; null at the root and
--   when the parent is missing
-- source parent_hierarchy: departments.parent_id, followed upwards
-- label parent_hierarchy: Parent's place in the tree | Place du parent dans l'arborescence
-- column is_active boolean none: whether the department is in use, the contrary of archived
-- source is_active: departments.is_archived
-- label is_active: Active | Actif
-- column level int32 none: depth in the tree, computed by Lucca, 1 at the root
-- source level: departments.level
-- column sort_order int32 none: position among the departments of the same parent, counted from 0
-- source sort_order: departments.sort_order
-- column position string! none: text that sorts as the tree is displayed, each department before those below it: sort
--   order (without one: 99999) and id of each department on the path, its own last; not the text that v3 had
-- source position: departments.sort_order and departments.id of the departments in hierarchy
-- label position: Sort key in the tree | Clé de tri de l'arborescence
-- column head_id string directory: employee who heads the department; null when nobody is named
-- source head_id: departments.manager_id
-- label head_id: Head of department ID | Identifiant du responsable du département
-- column head_name string directory: given and family name; null when the employee is not visible
-- source head_name: employees.given_name and employees.family_name
-- label head_name: Head of department | Responsable du département
-- column current_users_count int64! none: distinct employees with an employment and one of its job positions in exactly
--   this department both valid on the as-of date, first and last days included
-- source current_users_count: job_positions.department_id
-- label current_users_count: Headcount | Effectif
-- column owning_application string none: application that owns the department; null when none does
-- source owning_application: departments.owning_application
-- column url string none: absolute URL of the department in the v5 API
-- source url: departments.url
-- lowered current_users_count to none: numbers of people, whom no row names
-- lowered rows to directory: every department has its row
WITH members AS (
    SELECT department_id, COUNT(DISTINCT employee_id) AS people
    FROM people_in_position
    GROUP BY department_id
)

SELECT
    d.id,
    d.name,
    d.remote_id AS code,
    d.description,
    t.path AS hierarchy,
    d.parent_id,
    NULLIF(SUBSTRING(t.path, 1, LENGTH(t.path) - LENGTH(d.id) - 1), '/') AS parent_hierarchy,
    NOT d.is_archived AS is_active,
    d.level,
    d.sort_order,
    t.sort_path AS position,
    d.manager_id AS head_id,
    h.full_name AS head_name,
    COALESCE(m.people, 0) AS current_users_count,
    d.owning_application,
    d.url
FROM departments d
INNER JOIN department_walks t ON t.descendant_id = d.id AND t.ending IS NOT NULL
LEFT JOIN members m ON m.department_id = d.id
LEFT JOIN employee_names h ON h.employee_id = d.manager_id
ORDER BY d.id NULLS LAST
