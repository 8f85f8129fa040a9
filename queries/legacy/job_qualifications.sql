-- job_qualifications: one row per qualification that a user refers to
WITH referred AS (
    SELECT COALESCE(job_qualification_id, job_qualification_ref_id) AS id, job_qualification_name AS title, _extracted_at, _run_id
    FROM v3_users
)

SELECT
    id,
    NULL AS url,
    -- The names are of one qualification: where they differ, any would do.
    MIN(NULLIF(title, '')) AS title,
    NULL AS profession_id,
    NULL AS rank,
    NULL AS t9n,
    NULL AS created_at,
    NULL AS last_updated_at,
    NULL AS _extra,
    MAX(_extracted_at) AS _extracted_at,
    MAX(_run_id) AS _run_id
FROM referred
WHERE id IS NOT NULL
GROUP BY id
ORDER BY id
