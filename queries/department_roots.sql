-- department_roots: one row per department: the root above it, and the way down from there. A root is a department without a
--   parent, or whose parent is not visible; of a circle, which nobody is above, the member with the smallest id
-- internal
-- column department_id string! none: the department
-- column root_id string! none: its root; after 180 steps, and in circles of more than 90 departments, where following stopped
-- column depth int32! none: steps down from the root: 0 for the root itself
-- column path string! none: ids from the root down to the department, as in /1/2/
-- column path_names string! none: their labels, as in Company / Sales
-- column ending string! none: how the walk of the department ends: root, orphan, cycle or cut
WITH tops AS (
    SELECT w.descendant_id, e.ending, MIN(w.ancestor_id) AS top_id
    FROM department_walks w
    INNER JOIN department_walks e ON e.descendant_id = w.descendant_id AND e.ending IS NOT NULL
    WHERE w.ending IS NOT NULL
        -- It has gone round a circle: those from the first of its path to the repeated one.
        OR (
            e.ending = 'cycle'
            AND POSITION('/' || w.ancestor_id || '/' IN e.path) <= POSITION('/' || e.next_id || '/' IN e.path)
        )
    GROUP BY w.descendant_id, e.ending
),

ways AS (
    SELECT t.descendant_id, t.ending, t.top_id, w.ancestor_label AS top_label, w.depth, w.path, w.path_names
    FROM tops t
    INNER JOIN department_walks w ON w.descendant_id = t.descendant_id AND w.ancestor_id = t.top_id
)

-- The top of a walk is its own root, unless the walk was cut: then another one goes on from there.
SELECT
    w.descendant_id AS department_id,
    r.top_id AS root_id,
    CAST(r.depth + w.depth AS INTEGER) AS depth,
    r.path || SUBSTRING(w.path, LENGTH(w.top_id) + 3) AS path,
    r.path_names || SUBSTRING(w.path_names, LENGTH(w.top_label) + 1) AS path_names,
    w.ending
FROM ways w
INNER JOIN ways r ON r.descendant_id = w.top_id
