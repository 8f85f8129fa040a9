-- departments: one row per department, those not in use included
WITH places AS (
    -- Texts to be compared as a whole. One that several departments have names none of them.
    SELECT hierarchy, MIN(id) AS id
    FROM v4_departments
    WHERE hierarchy IS NOT NULL
    GROUP BY hierarchy
    HAVING COUNT(*) = 1
)

SELECT
    d.id,
    NULL AS url,
    d.name,
    NULLIF(d.description, '') AS description,
    NULLIF(d.code, '') AS remote_id,
    NOT d.is_active AS is_archived,
    -- / stands for no parent, unless it is the place of another department.
    COALESCE(p.id, CASE WHEN d.parent_hierarchy <> '/' THEN d.parent_lucca_id END) AS parent_id,
    -- As many as there are steps to it: /1/4/ is at level 2.
    CASE
        WHEN d.hierarchy IS NOT NULL
            THEN CAST(LENGTH(t.steps) - LENGTH(REPLACE(t.steps, '/', '')) + 1 AS INT)
    END AS level,
    d.head_id AS manager_id,
    d.sort_order_in_siblings AS sort_order,
    NULL AS owning_application,
    json_merge(
        d._extra,
        json_object(
            'hierarchy', d.hierarchy,
            'parentId', d.parent_hierarchy,
            'createdAt', d.created_at,
            'lastModifiedAt', d.last_modified_at
        )
    ) AS _extra,
    d._extracted_at,
    d._run_id
FROM v4_departments d
INNER JOIN (SELECT id, TRIM(BOTH '/' FROM hierarchy) AS steps FROM v4_departments) t ON t.id = d.id
LEFT JOIN places p ON p.hierarchy = d.parent_hierarchy AND p.id <> d.id
ORDER BY d.id
