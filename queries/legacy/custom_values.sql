-- custom_values: one row per value of a custom field of a user, as API v5 has it
-- internal
-- without custom_entries: an entry keeps the identifier that the user has
-- column employee_id string! none: user
-- column field_id string! none: name of the field
-- column value_id string! none: identifier of the value among those of the user and the field
-- column label_id string none: the label that it is, where it is one
-- column value string! sensitive: exact JSON
WITH used AS (
    SELECT employee_id, e['key'] AS name, e['value'] AS content, _extracted_at, _run_id
    FROM (SELECT id AS employee_id, UNNEST(json_entries(extended_data)) AS e, _extracted_at, _run_id FROM v3_users) u
),

-- One value or a list of values, each alone or wrapped: {"id": 15847, "value": 84}.
items AS (
    SELECT employee_id, name, UNNEST(json_items(content)) AS item, _extracted_at, _run_id
    FROM used
),

numbered AS (
    SELECT
        i.*,
        ROW_NUMBER() OVER (PARTITION BY employee_id, LOWER(name) ORDER BY name, item) AS ordinal,
        COUNT(*) OVER (PARTITION BY employee_id, LOWER(name), json_text(json_get(item, 'id'))) AS namesakes,
        json_text(json_get(item, 'id')) AS row_id,
        -- What is no wrapping is a value itself.
        COALESCE(
            json_get(item, 'value'),
            CASE WHEN NOT regexp_like(item, '(?i)^\{\s*("id"\s*:\s*("[^"]*"|[-0-9.]+|null)\s*,\s*)?"value"\s*:') THEN item END
        ) AS content
    FROM items i
),

fields AS (
    SELECT
        n.employee_id,
        f.id AS field_id,
        f.kind,
        CASE WHEN n.namesakes = 1 AND n.row_id IS NOT NULL THEN n.row_id ELSE '#' || CAST(n.ordinal AS VARCHAR) END
            AS value_id,
        n.content,
        -- Sub-fields are wrapped in the same way.
        SUBSTRING(n.content, 1, 1) = '{' AND json_get(n.content, 'id') IS NULL AND COALESCE(f.kind, '') <> 'file-reference'
            AS is_composite,
        COALESCE(json_text(n.content), json_text(json_get(n.content, 'id'))) AS scalar,
        n._extracted_at,
        n._run_id
    FROM numbered n
    INNER JOIN custom_fields f ON LOWER(f.id) = LOWER(n.name)
    WHERE n.content IS NOT NULL AND n.content <> 'null'
),

sub_fields AS (
    SELECT employee_id, field_id, value_id, s['key'] AS key, s['value'] AS wrapped
    FROM (
        SELECT employee_id, field_id, value_id, UNNEST(json_entries(content)) AS s FROM fields WHERE is_composite
    ) t
),

unwrapped AS (
    SELECT
        employee_id,
        field_id,
        value_id,
        key,
        COALESCE(
            json_get(wrapped, 'value'),
            CASE WHEN NOT regexp_like(wrapped, '(?i)^\{\s*("id"\s*:\s*("[^"]*"|[-0-9.]+|null)\s*,\s*)?"value"\s*:') THEN wrapped END
        ) AS content
    FROM sub_fields
),

composites AS (
    SELECT
        employee_id,
        field_id,
        value_id,
        '{' || STRING_AGG(SUBSTRING(member, 2, LENGTH(member) - 2), ',' ORDER BY key) || '}' AS value
    FROM (
        SELECT
            employee_id,
            field_id,
            value_id,
            key,
            -- A date at midnight is a day.
            CASE
                WHEN regexp_like(content, '^"[0-9]{4}-[0-9]{2}-[0-9]{2}T00:00:00"$')
                    THEN json_object(key, SUBSTRING(content, 2, 10))
                ELSE json_object(key, json(content))
            END AS member
        FROM unwrapped
    ) m
    WHERE member IS NOT NULL
    GROUP BY employee_id, field_id, value_id
),

valued AS (
    SELECT
        f.employee_id,
        f.field_id,
        f.value_id,
        CASE WHEN f.kind = 'taxonomy-label-reference' THEN COALESCE(e.label_id, f.scalar) END AS label_id,
        CASE
            WHEN f.is_composite THEN COALESCE(c.value, '{}')
            WHEN f.kind = 'taxonomy-label-reference' AND f.scalar IS NOT NULL
                THEN json_object('id', COALESCE(e.label_id, f.scalar), 'type', 'taxonomy-label')
            WHEN f.kind = 'employee-reference' AND f.scalar IS NOT NULL
                THEN json_object('id', f.scalar, 'type', 'employee')
            WHEN f.kind = 'file-reference' AND f.scalar IS NOT NULL THEN json_object('id', f.scalar, 'type', 'file')
            WHEN COALESCE(f.kind, 'legacy-date') = 'legacy-date'
                AND regexp_like(f.content, '^"[0-9]{4}-[0-9]{2}-[0-9]{2}T00:00:00"$')
                THEN SUBSTRING(f.content, 1, 11) || '"'
            ELSE f.content
        END AS value,
        f._extracted_at,
        f._run_id
    FROM fields f
    LEFT JOIN custom_entries e ON e.field_id = f.field_id AND e.entry_id = f.scalar
    LEFT JOIN composites c
        ON c.employee_id = f.employee_id AND c.field_id = f.field_id AND c.value_id = f.value_id
)

SELECT
    employee_id,
    field_id,
    value_id,
    label_id,
    value,
    NULL AS _extra,
    _extracted_at,
    _run_id
FROM valued
WHERE value IS NOT NULL
ORDER BY employee_id, field_id, value_id
