-- custom_entries: one row per entry of a custom field that is chosen from a list
-- internal
-- column field_id string! none: name of the field
-- column entry_id string! none: identifier of the entry within the field
-- column label_id string! none: identifier among all labels: that of the entry, after the field's name where another field
--   has another entry with the same identifier
-- column name string none: name of the entry
WITH entries AS (
    SELECT d.id AS field_id, UNNEST(json_items(d.entries)) AS entry, d._extracted_at, d._run_id
    FROM v3_extension_definitions d
),

named AS (
    SELECT
        field_id,
        json_text(json_get(entry, 'id')) AS entry_id,
        MIN(json_text(json_get(entry, 'name'))) AS name,
        MAX(_extracted_at) AS _extracted_at,
        MAX(_run_id) AS _run_id
    FROM entries
    GROUP BY field_id, json_text(json_get(entry, 'id'))
),

shared AS (
    SELECT entry_id
    FROM named
    GROUP BY entry_id
    HAVING COUNT(DISTINCT COALESCE(name, '')) > 1
)

SELECT
    n.field_id,
    n.entry_id,
    CASE WHEN s.entry_id IS NULL THEN n.entry_id ELSE n.field_id || '/' || n.entry_id END AS label_id,
    n.name,
    NULL AS _extra,
    n._extracted_at,
    n._run_id
FROM named n
LEFT JOIN shared s ON s.entry_id = n.entry_id
WHERE n.entry_id IS NOT NULL
ORDER BY field_id, entry_id
