-- cell_pools: one row per unit of an axis of age_pyramid and gender_balance. The smallest units of an axis are its pool, which
--   shows no cell: those of fewer than ten people, and, the smallest first, those with fewer people before them than a third of
--   everybody and 300 (legal entities), half of everybody (departments) or three quarters (groups)
-- internal
-- column axis string! personal: legal_entity, department, or group: the people of a legal entity by department level,
--   occupation category, and managers or others
-- column unit_key string! personal: entity_key, department_key or group_key of people_by_cell
-- column is_everybody boolean! personal: whether everybody is in the unit, which then shows what the tenant shows
-- column in_pool boolean! personal: whether the unit adds nothing to what the tenant shows: it is in the pool, or everybody
WITH units AS (
    SELECT 'legal_entity' AS axis, entity_key AS unit_key, SUM(people) AS people
    FROM people_by_cell
    GROUP BY entity_key
    UNION ALL
    SELECT 'department' AS axis, department_key AS unit_key, SUM(people) AS people
    FROM people_by_cell
    GROUP BY department_key
    UNION ALL
    SELECT 'group' AS axis, group_key AS unit_key, SUM(people) AS people
    FROM people_by_cell
    GROUP BY group_key
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
    axis,
    unit_key,
    people = everybody AS is_everybody,
    people = everybody
        OR people < 10
        OR (axis = 'legal_entity' AND 3 * people_before < everybody AND people_before < 300)
        OR (axis = 'department' AND 2 * people_before < everybody)
        OR (axis = 'group' AND 4 * people_before < 3 * everybody) AS in_pool
FROM ordered
