-- department_walks: one row per department and department above it, reached by following parents upwards, each department
--   itself first. A walk ends at the root, below a parent that is not visible, before a repetition and after 90 steps
-- internal
-- column descendant_id string! none: the department
-- column ancestor_id string! none: the department above
-- column ancestor_name string none: its name
-- column ancestor_label string! none: its name as path_names shows it: without spaces at its ends and beside a slash; the id where
--   there is no name
-- column depth int32! none: steps up to it: 0 for the department itself
-- column next_id string none: its own parent, visible or not
-- column path string! none: ids from it down to the department, as in /1/2/
-- column path_names string! none: labels of the same departments, as in Company / Sales
-- column sort_path string! none: text that sorts as the tree is displayed: sort order (without one: 99999) and id of each
--   department on the path
-- column ending string none: how the walk ends here: root, orphan (below a parent that is not visible), cycle or cut; null where
--   it goes on
WITH RECURSIVE nodes AS (
    SELECT
        id,
        name,
        parent_id,
        -- So that only what stands between two names is a slash between spaces.
        COALESCE(NULLIF(TRIM(BOTH ' ' FROM REPLACE(REPLACE(name, ' /', '/'), '/ ', '/')), ''), id) AS label,
        COALESCE(LPAD(CAST(sort_order AS STRING), 5, '0'), '99999') || '-' || id || '/' AS place
    FROM departments
),

walks AS (
    SELECT
        id AS descendant_id,
        id AS ancestor_id,
        name AS ancestor_name,
        label AS ancestor_label,
        0 AS depth,
        parent_id AS next_id,
        '/' || id || '/' AS path,
        label AS path_names,
        place AS sort_path
    FROM nodes
    UNION ALL
    SELECT
        w.descendant_id,
        p.id AS ancestor_id,
        p.name AS ancestor_name,
        p.label AS ancestor_label,
        w.depth + 1 AS depth,
        p.parent_id AS next_id,
        '/' || p.id || w.path AS path,
        p.label || ' / ' || w.path_names AS path_names,
        p.place || w.sort_path AS sort_path
    FROM walks w
    INNER JOIN nodes p ON p.id = w.next_id
    -- Some engines stop after 100 steps with an error.
    WHERE w.depth < 90 AND POSITION('/' || p.id || '/' IN w.path) = 0
)

SELECT
    w.descendant_id,
    w.ancestor_id,
    w.ancestor_name,
    w.ancestor_label,
    CAST(w.depth AS INTEGER) AS depth,
    w.next_id,
    w.path,
    w.path_names,
    w.sort_path,
    CASE
        WHEN w.next_id IS NULL THEN 'root'
        WHEN p.id IS NULL THEN 'orphan'
        WHEN POSITION('/' || p.id || '/' IN w.path) > 0 THEN 'cycle'
        WHEN w.depth = 90 THEN 'cut'
    END AS ending
FROM walks w
LEFT JOIN departments p ON p.id = w.next_id
