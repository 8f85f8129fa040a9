-- changed_departments: one row: how the departments differ from those of the snapshot before, whose tables have names that begin with
--   previous_
-- column appeared int64! none: departments that the snapshot before does not have
-- column vanished int64! none: departments that only the snapshot before has
-- column renamed int64! none: departments of both with another name
-- source renamed: departments.name
-- column moved int64! none: departments of both below another one
-- source moved: departments.parent_id
SELECT
    COUNT(CASE WHEN p.id IS NULL THEN 1 END) AS appeared,
    COUNT(CASE WHEN n.id IS NULL THEN 1 END) AS vanished,
    COUNT(CASE WHEN n.id IS NOT NULL AND p.id IS NOT NULL AND COALESCE(n.name, '') <> COALESCE(p.name, '') THEN 1 END)
        AS renamed,
    COUNT(CASE WHEN n.id IS NOT NULL AND p.id IS NOT NULL AND COALESCE(n.parent_id, '') <> COALESCE(p.parent_id, '') THEN 1 END)
        AS moved
FROM departments n
FULL OUTER JOIN previous_departments p ON p.id = n.id
