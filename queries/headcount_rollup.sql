-- headcount_rollup: people on the as-of date by department, counted as headcount counts them, in the department itself and
--   together with those below it: on the axis department one row per department over all legal entities, on the axis
--   department_legal_entity one per department and legal entity. Departments that employ nobody themselves but have people
--   below have rows here and none in headcount. To add: one axis, and headcount over all its rows, or
--   headcount_with_sub_departments over those with is_root
-- label: Headcount with sub-departments | Effectif avec sous-départements
-- key axis, department_id, legal_entity_id
-- column axis string! none: department (over all legal entities, and legal_entity_id is null) or department_legal_entity
-- label axis: Axis | Axe d'analyse
-- column department_id string directory: the department; null for positions without one
-- source department_id: job_positions.department_id, and departments.parent_id followed upwards
-- label department_id: Department ID | Identifiant du département
-- column department_name string directory: its name; null when the department is not visible
-- source department_name: departments.name
-- label department_name: Department | Département
-- column parent_id string directory: department directly above, which may not be visible; null at the top, and when the
--   department itself is not visible
-- source parent_id: departments.parent_id
-- column is_root boolean! directory: whether no row is above this one: true without a parent, below one that is not visible, for
--   the smallest id of a circle, and for people whose department is null or not visible. Everybody is below one root
-- source is_root: departments.parent_id, followed upwards
-- label is_root: Root of the tree | Racine de l'arborescence
-- column depth int32! directory: steps down from the root, 0 for the root itself, as in department_closure; where
--   departments.level is 1
-- source depth: departments.parent_id, followed upwards
-- label depth: Depth in the tree | Profondeur dans l'arborescence
-- column path string directory: ids from the root down to the department, as in /1/2/; null without a department
-- source path: departments.parent_id, followed upwards
-- label path: Path of IDs | Chemin (identifiants)
-- column path_names string directory: names of the departments of path, as in Company / Sales, without spaces at their ends and
--   beside a slash within; one without a name stands by its id; null without a department
-- source path_names: departments.name
-- label path_names: Path of names | Chemin (noms)
-- column legal_entity_id string directory: legal entity of the employment; null for employments without one, and on the axis
--   department
-- source legal_entity_id: employments.legal_entity_id
-- column legal_entity_name string directory: its legal name; null when the legal entity is not visible
-- source legal_entity_name: legal_entities.legal_name
-- label legal_entity_name: Legal entity | Entité légale
-- column headcount int64! none: people in exactly this department: on the axis department_legal_entity the number in
--   headcount, or 0
-- label headcount: Headcount | Effectif
-- column headcount_with_sub_departments int64! none: distinct people in this department or any below it, so that rows of
--   one branch do not add up. The departments above each are those of department_closure: not those above a missing one,
--   and none twice where they form a circle. Whoever is more than 90 steps below a root counts there all the same
-- label headcount_with_sub_departments: Headcount with sub-departments | Effectif, sous-départements inclus
-- lowered axis, headcount, headcount_with_sub_departments to none: numbers of people, whom no row names
-- lowered rows to directory: a row says that somebody works there that day
WITH several AS (
    SELECT employee_id
    FROM people_in_position
    GROUP BY employee_id
    HAVING COUNT(*) > 1
),

-- Whoever has one row in people_in_position counts by number; whoever has several, once wherever they lead.
people AS (
    SELECT p.department_id, p.legal_entity_id, s.employee_id, COUNT(p.employee_id) AS people
    FROM people_in_position p
    LEFT JOIN several s ON s.employee_id = p.employee_id
    GROUP BY p.department_id, p.legal_entity_id, s.employee_id
),

branches AS (
    SELECT descendant_id, ancestor_id, depth
    FROM department_closure
    UNION ALL
    -- And the root, where the closure has not followed a department so far up: it is above the last one followed.
    SELECT c.descendant_id, r.ancestor_id, 90 + r.depth AS depth
    FROM department_closure c
    INNER JOIN department_closure r ON r.descendant_id = c.ancestor_id
    WHERE c.is_cut AND c.depth = 90 AND r.is_root
),

above AS (
    SELECT descendant_id, ancestor_id, MIN(depth) = 0 AS is_own
    FROM branches
    GROUP BY descendant_id, ancestor_id
),

placed AS (
    SELECT
        a.axis,
        -- A department that is not visible is above itself alone.
        COALESCE(b.ancestor_id, p.department_id) AS department_id,
        CASE a.axis WHEN 'department_legal_entity' THEN p.legal_entity_id END AS legal_entity_id,
        p.employee_id,
        p.people,
        CASE WHEN COALESCE(b.is_own, TRUE) THEN p.people ELSE 0 END AS own_people
    FROM people p
    LEFT JOIN above b ON b.descendant_id = p.department_id
    CROSS JOIN (VALUES ('department'), ('department_legal_entity')) AS a (axis)
),

distinct_people AS (
    SELECT
        axis,
        department_id,
        legal_entity_id,
        CASE WHEN employee_id IS NULL THEN SUM(own_people) ELSE MAX(own_people) END AS own_people,
        CASE WHEN employee_id IS NULL THEN SUM(people) ELSE MAX(people) END AS people
    FROM placed
    GROUP BY axis, department_id, legal_entity_id, employee_id
),

counted AS (
    SELECT
        axis,
        department_id,
        legal_entity_id,
        CAST(SUM(own_people) AS BIGINT) AS headcount,
        CAST(SUM(people) AS BIGINT) AS headcount_with_sub_departments
    FROM distinct_people
    GROUP BY axis, department_id, legal_entity_id
)

SELECT
    c.axis,
    c.department_id,
    d.name AS department_name,
    d.parent_id,
    -- A department that is not visible has no root but itself.
    COALESCE(r.depth, 0) = 0 AS is_root,
    CAST(COALESCE(r.depth, 0) AS INTEGER) AS depth,
    COALESCE(r.path, '/' || c.department_id || '/') AS path,
    COALESCE(r.path_names, c.department_id) AS path_names,
    c.legal_entity_id,
    l.legal_name AS legal_entity_name,
    c.headcount,
    c.headcount_with_sub_departments
FROM counted c
LEFT JOIN departments d ON d.id = c.department_id
LEFT JOIN department_roots r ON r.department_id = c.department_id
LEFT JOIN legal_entities l ON l.id = c.legal_entity_id
ORDER BY c.axis, c.department_id NULLS LAST, c.legal_entity_id NULLS LAST
