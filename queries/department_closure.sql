-- department_closure: one row per (department, department above it), archived ones included; each department is also its
--   own ancestor at depth 0. Chains that run into a cycle stop before the repetition, so nobody is dropped
-- label: Department hierarchy | Hiérarchie des départements
-- key descendant_id, ancestor_id
-- column ancestor_id string! none: the department above
-- source ancestor_id: departments.id
-- label ancestor_id: Upper department ID | Identifiant du département supérieur
-- column ancestor_name string none: its name
-- source ancestor_name: departments.name
-- label ancestor_name: Upper department | Département supérieur
-- column descendant_id string! none: the department below
-- source descendant_id: departments.id
-- label descendant_id: Lower department ID | Identifiant du département subordonné
-- column descendant_name string none: its name
-- source descendant_name: departments.name
-- label descendant_name: Lower department | Département subordonné
-- column is_root boolean! none: whether the ancestor is the root of the descendant: of each department one row, unless is_cut.
--   A root has no parent, or one that is not visible; of a circle, which nobody is above, it is the smallest id
-- source is_root: departments.parent_id, followed upwards
-- label is_root: Root of the tree | Racine de l'arborescence
-- column depth int32! none: steps from the descendant up to the ancestor; 0 for the department itself, also at the root,
--   where departments.level is 1
-- source depth: departments.parent_id, followed upwards, 90 steps at most
-- label depth: Levels in between | Niveaux d'écart
-- column path string! none: ids from the ancestor down to the descendant, both included, as in /1/2/
-- source path: departments.parent_id, followed upwards
-- label path: Path of IDs | Chemin (identifiants)
-- column path_names string! none: names of the departments of path, as in Company / Sales, without spaces at their ends and
--   beside a slash within; one without a name stands by its id
-- source path_names: departments.name
-- label path_names: Path of names | Chemin (noms)
-- column is_cycle boolean! none: whether the chain above the descendant runs into a cycle: nobody is at its top
-- label is_cycle: Runs into a cycle | Boucle détectée
-- column is_orphan boolean! none: whether the chain above the descendant ends at a department whose parent is not
--   visible
-- label is_orphan: Parent not visible | Département parent non visible
-- column is_cut boolean! none: whether the chain above the descendant was cut after 90 steps
-- label is_cut: Chain cut short | Chaîne interrompue
SELECT
    w.ancestor_id,
    w.ancestor_name,
    w.descendant_id,
    d.name AS descendant_name,
    w.ancestor_id = r.root_id AS is_root,
    w.depth,
    w.path,
    w.path_names,
    r.ending = 'cycle' AS is_cycle,
    r.ending = 'orphan' AS is_orphan,
    r.ending = 'cut' AS is_cut
FROM department_walks w
INNER JOIN departments d ON d.id = w.descendant_id
INNER JOIN department_roots r ON r.department_id = w.descendant_id
ORDER BY w.descendant_id NULLS LAST, w.depth NULLS LAST
