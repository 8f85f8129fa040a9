-- manager_walks: one row per manager of somebody in employment on the as-of date and manager above them, reached by following
--   managers upwards, each manager themselves first. A walk ends below nobody, before a repetition and after 90 steps
-- internal
-- column walker_id string! directory: the manager at the start
-- column manager_id string! directory: the manager above
-- column depth int32! directory: steps up to them: 0 for the manager at the start
-- column ending string directory: how the walk ends here: top, cycle or cut; null where it goes on
WITH RECURSIVE walks AS (
    SELECT
        manager_id AS walker_id,
        manager_id,
        0 AS depth,
        own_manager_id AS next_id,
        '/' || manager_id || '/' AS path
    FROM current_managers
    UNION ALL
    SELECT
        w.walker_id,
        m.manager_id,
        w.depth + 1 AS depth,
        m.own_manager_id AS next_id,
        w.path || m.manager_id || '/' AS path
    FROM walks w
    INNER JOIN current_managers m ON m.manager_id = w.next_id
    -- Some engines stop after 100 steps with an error.
    WHERE w.depth < 90 AND POSITION('/' || m.manager_id || '/' IN w.path) = 0
)

SELECT
    walker_id,
    manager_id,
    CAST(depth AS INTEGER) AS depth,
    CASE
        WHEN next_id IS NULL THEN 'top'
        WHEN POSITION('/' || next_id || '/' IN path) > 0 THEN 'cycle'
        WHEN depth = 90 THEN 'cut'
    END AS ending
FROM walks
