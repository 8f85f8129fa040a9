-- occupation_categories: one row per occupation category that a user or a work contract refers to
-- without v4_work_contracts: those that users refer to are some
WITH referred AS (
    SELECT COALESCE(csp_id, csp_ref_id) AS id, csp_name AS title, _extracted_at, _run_id FROM v3_users
    UNION ALL
    SELECT COALESCE(spc_id, json_text(json_get(spc, 'id'))), json_text(json_get(spc, 'name')), _extracted_at, _run_id
    FROM v4_work_contracts
)

SELECT
    id,
    NULL AS url,
    -- The names are of one category: where they differ, any would do.
    MIN(NULLIF(title, '')) AS title,
    NULL AS business_establishment_ids,
    NULL AS t9n,
    NULL AS _extra,
    MAX(_extracted_at) AS _extracted_at,
    MAX(_run_id) AS _run_id
FROM referred
WHERE id IS NOT NULL
GROUP BY id
ORDER BY id
