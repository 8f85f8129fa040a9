-- cell_units: one row per unit of an axis of age_pyramid and gender_balance. The smallest units of an axis are its pool, which
--   shows no cell: those of fewer than ten people, and, the smallest first, those with fewer people before them than a third of
--   everybody and 300 (legal entities), half of everybody (departments) or three quarters (groups)
-- internal
-- column axis string! personal: tenant, legal_entity, department, or group: the people of a legal entity by department level,
--   occupation category, and managers or others
-- column unit_key string! personal: entity_key, department_key or group_key of people_by_cell; all for the tenant
-- column unit_id string personal: the legal entity, also of a group, or the department; null for the tenant and for people
--   without one
-- column unit_name string personal: its name; null when it is not visible
-- column department_level int32 personal: of a group
-- column occupation_category_id string personal: of a group
-- column is_manager boolean personal: of a group
-- column is_everybody boolean! personal: whether everybody is in the unit, which then shows what the tenant shows
-- column in_pool boolean! personal: whether the unit adds nothing to what the tenant shows: it is in the pool, or everybody
-- without people_by_cell.occupation_category_id: people are grouped by the rest then
WITH units AS (
    SELECT
        'legal_entity' AS axis,
        entity_key AS unit_key,
        legal_entity_id,
        CAST(NULL AS STRING) AS department_id,
        CAST(NULL AS INTEGER) AS department_level,
        CAST(NULL AS STRING) AS occupation_category_id,
        CAST(NULL AS BOOLEAN) AS is_manager,
        SUM(people) AS people
    FROM people_by_cell
    GROUP BY entity_key, legal_entity_id
    UNION ALL
    SELECT
        'department' AS axis,
        department_key AS unit_key,
        CAST(NULL AS STRING) AS legal_entity_id,
        department_id,
        CAST(NULL AS INTEGER) AS department_level,
        CAST(NULL AS STRING) AS occupation_category_id,
        CAST(NULL AS BOOLEAN) AS is_manager,
        SUM(people) AS people
    FROM people_by_cell
    GROUP BY department_key, department_id
    UNION ALL
    SELECT
        'group' AS axis,
        group_key AS unit_key,
        legal_entity_id,
        CAST(NULL AS STRING) AS department_id,
        department_level,
        occupation_category_id,
        is_manager,
        SUM(people) AS people
    FROM people_by_cell
    GROUP BY group_key, legal_entity_id, department_level, occupation_category_id, is_manager
),

ordered AS (
    SELECT
        units.*,
        SUM(people) OVER (PARTITION BY axis) AS everybody,
        SUM(people) OVER (
            PARTITION BY axis ORDER BY people, unit_key ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) - people AS people_before
    FROM units
)

SELECT
    u.axis,
    u.unit_key,
    COALESCE(u.department_id, u.legal_entity_id) AS unit_id,
    COALESCE(d.name, l.legal_name) AS unit_name,
    u.department_level,
    u.occupation_category_id,
    u.is_manager,
    u.people = u.everybody AS is_everybody,
    u.people = u.everybody
        OR u.people < 10
        OR (u.axis = 'legal_entity' AND 3 * u.people_before < u.everybody AND u.people_before < 300)
        OR (u.axis = 'department' AND 2 * u.people_before < u.everybody)
        OR (u.axis = 'group' AND 4 * u.people_before < 3 * u.everybody) AS in_pool
FROM ordered u
LEFT JOIN legal_entities l ON l.id = u.legal_entity_id
LEFT JOIN departments d ON d.id = u.department_id
UNION ALL
SELECT
    'tenant' AS axis,
    'all' AS unit_key,
    CAST(NULL AS STRING) AS unit_id,
    CAST(NULL AS STRING) AS unit_name,
    CAST(NULL AS INTEGER) AS department_level,
    CAST(NULL AS STRING) AS occupation_category_id,
    CAST(NULL AS BOOLEAN) AS is_manager,
    FALSE AS is_everybody,
    FALSE AS in_pool
