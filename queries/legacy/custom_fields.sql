-- custom_fields: one row per custom field of users: those that are defined, and those that a user has all the same
-- internal
-- without v3_extension_definitions, v3_user_properties: a field that some user has is one by itself
-- column id string! none: name of the field as its definition spells it, e_ and a name
-- column name string none: label
-- column kind string none: title of the schema that API v5 describes such values by; null when that is not known
-- column is_multiple boolean! none: whether a user may have several values
WITH used AS (
    SELECT e['key'] AS id, e['value'] AS value, _extracted_at, _run_id
    FROM (SELECT UNNEST(json_entries(extended_data)) AS e, _extracted_at, _run_id FROM v3_users) u
),

fields AS (
    SELECT id, 1 AS preference, name, LOWER(format_key) AS format, entries, _extracted_at, _run_id
    FROM v3_extension_definitions
    UNION ALL
    SELECT id, 2, name, NULL, NULL, _extracted_at, _run_id FROM v3_user_properties WHERE id LIKE 'e\_%' OR category = 3
    UNION ALL
    SELECT id, 3, NULL, NULL, NULL, _extracted_at, _run_id FROM used
),

-- Names are compared in any case, and written as the definition writes them.
named AS (
    SELECT
        f.*,
        ROW_NUMBER() OVER (PARTITION BY LOWER(id) ORDER BY preference, id, _extracted_at) AS choice
    FROM fields f
),

-- Several values come as a list.
lists AS (
    SELECT LOWER(id) AS id, BOOL_OR(SUBSTRING(value, 1, 1) = '[') AS is_list
    FROM used
    GROUP BY LOWER(id)
),

properties AS (
    SELECT
        LOWER(id) AS id,
        MIN(name) AS name,
        MIN(type) AS type,
        MIN(LOWER(format_key)) AS format,
        BOOL_OR(COALESCE(is_multivalue, FALSE)) AS is_multivalue
    FROM v3_user_properties
    GROUP BY LOWER(id)
),

typed AS (
    SELECT
        n.id,
        COALESCE(n.name, p.name) AS name,
        COALESCE(n.format, p.format) AS format,
        p.type,
        COALESCE(cardinality(json_items(n.entries)), 0) > 0 AS has_entries,
        COALESCE(p.is_multivalue, FALSE) OR COALESCE(l.is_list, FALSE) AS is_multiple,
        n._extracted_at,
        n._run_id
    FROM named n
    LEFT JOIN properties p ON p.id = LOWER(n.id)
    LEFT JOIN lists l ON l.id = LOWER(n.id)
    WHERE n.choice = 1
)

SELECT
    id,
    name,
    -- Of the kinds only select and radio are documented, and the numbers of types; the others are the plain words for them.
    CASE
        WHEN type = 0 OR format IN ('boolean', 'checkbox') THEN 'boolean'
        WHEN format IN ('select', 'radio') OR has_entries THEN 'taxonomy-label-reference'
        WHEN format IN ('user', 'employee', 'employee-reference') THEN 'employee-reference'
        WHEN format IN ('file', 'image', 'file-reference') THEN 'file-reference'
        WHEN type = 3 OR format IN ('date', 'legacy-date') THEN 'legacy-date'
        WHEN type = 2 OR format IN ('numeric', 'number', 'decimal') THEN 'decimal'
        WHEN type = 1 OR format IN ('integer', 'int32') THEN 'int32'
        WHEN format IN ('long-text', 'phone-number', 'email', 'url') THEN format
        WHEN type = 4 OR format IN ('text', 'string', 'short-text') THEN 'short-text'
        WHEN format IN ('composite', 'object') THEN 'object'
    END AS kind,
    is_multiple,
    NULL AS _extra,
    _extracted_at,
    _run_id
FROM typed
ORDER BY id
