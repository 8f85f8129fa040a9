-- attribute_labels: one row per entry of a custom field that some user has; which list of API v5 it is from is not said
-- without custom_entries: no entry is known then
SELECT
    e.label_id AS id,
    MIN(e.name) AS name,
    NULL AS taxonomy_id,
    NULL AS t9n
FROM custom_entries e
INNER JOIN (SELECT label_id FROM custom_values WHERE label_id IS NOT NULL GROUP BY label_id) v ON v.label_id = e.label_id
GROUP BY e.label_id
ORDER BY e.label_id
