-- department_closure: one row per (department, department above it), archived ones included; each department is also its
--   own ancestor at depth 0. Chains that run into a cycle stop before the repetition, so nobody is dropped
-- key descendant_id, ancestor_id
-- column ancestor_id string! none: the department above
-- source ancestor_id: departments.id
-- column ancestor_name string none: its name
-- source ancestor_name: departments.name
-- column descendant_id string! none: the department below
-- source descendant_id: departments.id
-- column descendant_name string none: its name
-- source descendant_name: departments.name
-- column depth int32! none: steps from the descendant up to the ancestor; 0 for the department itself
-- source depth: departments.parent_id, followed upwards, 90 steps at most
-- column path string! none: ids from the ancestor down to the descendant, both included, as in /1/2/
-- source path: departments.parent_id, followed upwards
-- column is_cycle boolean! none: whether the chain above the descendant runs into a cycle: nobody is at its top
-- column is_orphan boolean! none: whether the chain above the descendant ends at a department whose parent is not
--   visible
-- column is_cut boolean! none: whether the chain above the descendant was cut after 90 steps
WITH RECURSIVE walks AS (
    SELECT
        id AS descendant_id,
        name AS descendant_name,
        id AS ancestor_id,
        name AS ancestor_name,
        0 AS depth,
        parent_id AS next_id,
        '/' || id || '/' AS path
    FROM departments
    UNION ALL
    SELECT
        w.descendant_id,
        w.descendant_name,
        p.id AS ancestor_id,
        p.name AS ancestor_name,
        w.depth + 1 AS depth,
        p.parent_id AS next_id,
        '/' || p.id || w.path AS path
    FROM walks w
    INNER JOIN departments p ON p.id = w.next_id
    -- Some engines stop after 100 steps with an error.
    WHERE w.depth < 90 AND POSITION('/' || p.id || '/' IN w.path) = 0
),

ended AS (
    SELECT
        ancestor_id,
        ancestor_name,
        descendant_id,
        descendant_name,
        CAST(depth AS INTEGER) AS depth,
        path,
        FIRST_VALUE(next_id) OVER (PARTITION BY descendant_id ORDER BY depth DESC) AS last_next_id,
        FIRST_VALUE(path) OVER (PARTITION BY descendant_id ORDER BY depth DESC) AS longest_path
    FROM walks
)

SELECT
    e.ancestor_id,
    e.ancestor_name,
    e.descendant_id,
    e.descendant_name,
    e.depth,
    e.path,
    n.id IS NOT NULL AND POSITION('/' || n.id || '/' IN e.longest_path) > 0 AS is_cycle,
    e.last_next_id IS NOT NULL AND n.id IS NULL AS is_orphan,
    n.id IS NOT NULL AND POSITION('/' || n.id || '/' IN e.longest_path) = 0 AS is_cut
FROM ended e
LEFT JOIN departments n ON n.id = e.last_next_id
ORDER BY e.descendant_id NULLS LAST, e.depth NULLS LAST
