-- employment_templates: one row per kind of contract that a work contract is of
-- without v4_archived_work_contracts: a kind is one where some contract that can be read is of it
WITH referred AS (
    SELECT type_id, type, _extracted_at, _run_id FROM v4_work_contracts
    UNION ALL
    SELECT type_id, type, _extracted_at, _run_id FROM v4_archived_work_contracts
),

kinds AS (
    SELECT
        COALESCE(type_id, json_text(json_get(type, 'id'))) AS id,
        COALESCE(json_text(json_get(type, 'name')), json_text(json_get(type, 'title'))) AS title,
        type,
        _extracted_at,
        _run_id
    FROM referred
)

SELECT
    id,
    NULL AS url,
    -- The names are of one kind: where they differ, any would do.
    MIN(NULLIF(title, '')) AS title,
    NULL AS legal_entity_ids,
    NULL AS term,
    NULL AS audience,
    NULL AS source,
    NULL AS t9n,
    NULL AS created_at,
    NULL AS last_updated_at,
    json_object('type', json(MIN(type))) AS _extra,
    MAX(_extracted_at) AS _extracted_at,
    MAX(_run_id) AS _run_id
FROM kinds
WHERE id IS NOT NULL
GROUP BY id
ORDER BY id
