-- cell_counts: one row per cell of age_pyramid and gender_balance, empty ones included: each unit of each axis has all genders,
--   and, unless it is a group, all bands of each gender
-- internal
-- column axis string! personal: tenant, legal_entity, department or group
-- column unit_key string! personal: the unit, as in cell_units
-- column level string! personal: gender: how many people of a gender; band: how many of one gender in a band
-- column class string! personal: all for genders; the gender for bands
-- column cell string! personal: the gender or the band
-- column people int64! personal: how many there are
-- column pooled int64! personal: how many of them are in units of the pool of every axis after the cell's own: tenant,
--   legal_entity, department, group; bands have no groups
-- column is_everybody boolean! personal: whether everybody is in the unit
-- column is_large boolean! personal: whether the cell may be shown, as far as its numbers go: five people of it or more are pooled,
--   or of the tenant's are there, and its unit is not in the pool
WITH axes AS (
    SELECT axis FROM (VALUES ('tenant'), ('legal_entity'), ('department'), ('group')) AS t (axis)
),

levels AS (
    SELECT level FROM (VALUES ('gender'), ('band')) AS t (level)
),

genders AS (
    SELECT gender FROM (VALUES ('female'), ('male'), ('diverse'), ('unknown')) AS t (gender)
),

bands AS (
    SELECT age_band
    FROM (
        VALUES
            ('under 20'), ('20-24'), ('25-29'), ('30-34'), ('35-39'), ('40-44'), ('45-49'), ('50-54'), ('55-59'), ('60-64'),
            ('65-69'), ('70 and over'), ('unknown')
    ) AS t (age_band)
),

all_cells AS (
    SELECT 'gender' AS level, 'all' AS class, gender AS cell FROM genders
    UNION ALL
    SELECT 'band' AS level, g.gender AS class, b.age_band AS cell
    FROM genders g
    CROSS JOIN bands b
),

placed AS (
    SELECT
        a.axis,
        CASE a.axis
            WHEN 'legal_entity' THEN c.entity_key
            WHEN 'department' THEN c.department_key
            WHEN 'group' THEN c.group_key
            ELSE 'all'
        END AS unit_key,
        c.gender,
        c.age_band,
        c.people,
        CASE
            WHEN (a.axis <> 'tenant' OR e.in_pool) AND (a.axis IN ('department', 'group') OR d.in_pool) THEN c.people
            ELSE 0
        END AS pooled,
        a.axis = 'group' OR g.in_pool AS is_in_group_pool
    FROM people_by_cell c
    INNER JOIN cell_units e ON e.axis = 'legal_entity' AND e.unit_key = c.entity_key
    INNER JOIN cell_units d ON d.axis = 'department' AND d.unit_key = c.department_key
    INNER JOIN cell_units g ON g.axis = 'group' AND g.unit_key = c.group_key
    CROSS JOIN axes a
),

counted_bands AS (
    SELECT
        axis,
        unit_key,
        gender,
        age_band,
        SUM(people) AS people,
        SUM(pooled) AS pooled,
        SUM(CASE WHEN is_in_group_pool THEN pooled ELSE 0 END) AS pooled_in_groups
    FROM placed
    GROUP BY axis, unit_key, gender, age_band
),

leveled AS (
    SELECT
        c.axis,
        c.unit_key,
        v.level,
        CASE v.level WHEN 'gender' THEN 'all' ELSE c.gender END AS class,
        CASE v.level WHEN 'gender' THEN c.gender ELSE c.age_band END AS cell,
        c.people,
        CASE v.level WHEN 'gender' THEN c.pooled_in_groups ELSE c.pooled END AS pooled
    FROM counted_bands c
    CROSS JOIN levels v
),

counted AS (
    SELECT axis, unit_key, level, class, cell, SUM(people) AS people, SUM(pooled) AS pooled
    FROM leveled
    GROUP BY axis, unit_key, level, class, cell
)

SELECT
    u.axis,
    u.unit_key,
    a.level,
    a.class,
    a.cell,
    COALESCE(CAST(n.people AS BIGINT), 0) AS people,
    COALESCE(CAST(n.pooled AS BIGINT), 0) AS pooled,
    u.is_everybody,
    CASE u.axis WHEN 'tenant' THEN COALESCE(n.people, 0) ELSE COALESCE(n.pooled, 0) END >= 5 AND NOT u.in_pool AS is_large
FROM cell_units u
INNER JOIN all_cells a ON u.axis <> 'group' OR a.level = 'gender'
LEFT JOIN counted n
    ON n.axis = u.axis AND n.unit_key = u.unit_key AND n.level = a.level AND n.class = a.class AND n.cell = a.cell
