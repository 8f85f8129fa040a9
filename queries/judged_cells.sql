-- judged_cells: one row per cell of age_pyramid and gender_balance, and whether it is shown. What it protects: no sum or
--   difference of numbers that are shown, and of numbers of people by legal entity, department and group, is a number of one
--   to four people of some gender or age. Four rules do that:
--   1. A cell shows five people or more. The rest of its unit, which is all that is hidden, is nobody (never so for bands) or
--      five people or more; the smallest cell is hidden with a smaller rest.
--   2. The smallest units of an axis are its pool, and show no cell.
--   3. A cell of a legal entity or department is shown only if five of its people are in units of the pool of every axis
--      after its own (tenant, legal_entity, department, group; bands have no groups). What finer cells take away from it
--      leaves them over.
--   4. A cell is shown only if the coarser numbers that hold it, or the rest that it is in there, keep five people in the pool
--      likewise. Where anybody is in the rest of a unit below the tenant, somebody in it is in a cell that could be shown.
--   Two levels are judged, each by itself: the genders of a unit, and the bands of each of its genders
-- internal
-- column axis string! personal: tenant, legal_entity, department or group
-- column unit_key string! personal: entity_key, department_key or group_key of people_by_cell; all for the tenant
-- column level string! personal: gender: how many people of a gender; band: how many of one gender in a band
-- column class string! personal: all for genders; the gender for bands
-- column cell string! personal: the gender or the band
-- column people int64! personal: how many there are
-- column is_shown boolean! personal: whether the number is shown
WITH levels AS (
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

located AS (
    SELECT
        v.level,
        CASE v.level WHEN 'gender' THEN 'all' ELSE c.gender END AS class,
        CASE v.level WHEN 'gender' THEN c.gender ELSE c.age_band END AS cell,
        c.entity_key,
        c.department_key,
        c.group_key,
        e.in_pool AS entity_in_pool,
        d.in_pool AS department_in_pool,
        g.in_pool OR v.level = 'band' AS group_in_pool,
        c.people
    FROM people_by_cell c
    INNER JOIN cell_pools e ON e.axis = 'legal_entity' AND e.unit_key = c.entity_key
    INNER JOIN cell_pools d ON d.axis = 'department' AND d.unit_key = c.department_key
    INNER JOIN cell_pools g ON g.axis = 'group' AND g.unit_key = c.group_key
    CROSS JOIN levels v
),

-- The tenant. `pooled`: how many are in the pools of all finer axes.
tenant_cells AS (
    SELECT
        a.level,
        a.class,
        a.cell,
        COALESCE(SUM(l.people), 0) AS people,
        COALESCE(SUM(CASE WHEN l.entity_in_pool AND l.department_in_pool AND l.group_in_pool THEN l.people ELSE 0 END), 0)
            AS pooled
    FROM all_cells a
    LEFT JOIN located l ON l.level = a.level AND l.class = a.class AND l.cell = a.cell
    GROUP BY a.level, a.class, a.cell
),

tenant_ranked AS (
    SELECT
        tenant_cells.*,
        SUM(CASE WHEN people < 5 THEN people ELSE 0 END) OVER (PARTITION BY level, class) AS rest,
        ROW_NUMBER() OVER (
            PARTITION BY level, class ORDER BY CASE WHEN people >= 5 THEN 0 ELSE 1 END, people, cell
        ) AS place
    FROM tenant_cells
),

tenant_shown AS (
    SELECT
        tenant_ranked.*,
        people >= 5 AND NOT (place = 1 AND (rest BETWEEN 1 AND 4 OR (rest = 0 AND level = 'band'))) AS is_shown
    FROM tenant_ranked
),

tenant_judged AS (
    SELECT
        level,
        class,
        cell,
        people,
        is_shown,
        CASE
            WHEN is_shown THEN pooled
            ELSE SUM(CASE WHEN is_shown THEN 0 ELSE pooled END) OVER (PARTITION BY level, class)
        END >= 5
        OR MAX(CASE WHEN is_shown THEN 1 ELSE 0 END) OVER (PARTITION BY level, class) = 0 AS lets_finer
    FROM tenant_shown
),

-- Legal entities.
entity_units AS (
    SELECT entity_key FROM located GROUP BY entity_key
),

entity_lets AS (
    SELECT t.level, t.class, t.cell, u.entity_key, t.lets_finer, t.is_shown AS tenant_is_shown
    FROM tenant_judged t
    CROSS JOIN entity_units u
),

entity_people AS (
    SELECT
        level,
        class,
        cell,
        entity_key,
        SUM(people) AS people,
        SUM(CASE WHEN department_in_pool AND group_in_pool THEN people ELSE 0 END) AS pooled
    FROM located
    GROUP BY level, class, cell, entity_key
),

entity_open AS (
    SELECT
        l.level,
        l.class,
        l.cell,
        l.entity_key,
        l.lets_finer,
        l.tenant_is_shown,
        u.is_everybody,
        COALESCE(p.people, 0) AS people,
        COALESCE(p.pooled, 0) AS pooled,
        COALESCE(p.pooled, 0) >= 5 AND l.lets_finer AND NOT u.in_pool AS is_open
    FROM entity_lets l
    INNER JOIN cell_pools u ON u.axis = 'legal_entity' AND u.unit_key = l.entity_key
    LEFT JOIN entity_people p
        ON p.level = l.level AND p.class = l.class AND p.cell = l.cell AND p.entity_key = l.entity_key
),

entity_ranked AS (
    SELECT
        entity_open.*,
        SUM(CASE WHEN is_open THEN 0 ELSE people END) OVER (PARTITION BY level, class, entity_key) AS rest,
        SUM(CASE WHEN lets_finer AND NOT is_open THEN people ELSE 0 END)
            OVER (PARTITION BY level, class, entity_key) AS showable_rest,
        ROW_NUMBER() OVER (
            PARTITION BY level, class, entity_key ORDER BY CASE WHEN is_open THEN 0 ELSE 1 END, people, cell
        ) AS place
    FROM entity_open
),

entity_shown AS (
    SELECT
        entity_ranked.*,
        CASE
            WHEN is_everybody THEN tenant_is_shown
            ELSE is_open AND NOT (
                place = 1
                AND (rest BETWEEN 1 AND 4 OR (rest = 0 AND level = 'band') OR (rest > 0 AND showable_rest = 0))
            )
        END AS is_shown
    FROM entity_ranked
),

entity_judged AS (
    SELECT
        level,
        class,
        cell,
        entity_key,
        people,
        is_shown,
        tenant_is_shown,
        lets_finer
        AND (
            is_everybody
            OR CASE
                WHEN is_shown THEN pooled
                ELSE SUM(CASE WHEN is_shown THEN 0 ELSE pooled END) OVER (PARTITION BY level, class, entity_key)
            END >= 5
            OR MAX(CASE WHEN is_shown THEN 1 ELSE 0 END) OVER (PARTITION BY level, class, entity_key) = 0
        ) AS lets_finer
    FROM entity_shown
),

-- Departments, which hold people of one legal entity or several: the most careful of them counts.
department_units AS (
    SELECT entity_key, department_key FROM located GROUP BY entity_key, department_key
),

department_lets AS (
    SELECT
        c.level,
        c.class,
        c.cell,
        u.department_key,
        MIN(CASE WHEN c.lets_finer THEN 1 ELSE 0 END) = 1 AS lets_finer,
        MAX(CASE WHEN c.tenant_is_shown THEN 1 ELSE 0 END) = 1 AS tenant_is_shown
    FROM entity_judged c
    INNER JOIN department_units u ON u.entity_key = c.entity_key
    GROUP BY c.level, c.class, c.cell, u.department_key
),

department_people AS (
    SELECT
        level,
        class,
        cell,
        department_key,
        SUM(people) AS people,
        SUM(CASE WHEN group_in_pool THEN people ELSE 0 END) AS pooled
    FROM located
    GROUP BY level, class, cell, department_key
),

department_open AS (
    SELECT
        l.level,
        l.class,
        l.cell,
        l.department_key,
        l.lets_finer,
        l.tenant_is_shown,
        u.is_everybody,
        COALESCE(p.people, 0) AS people,
        COALESCE(p.pooled, 0) AS pooled,
        COALESCE(p.pooled, 0) >= 5 AND l.lets_finer AND NOT u.in_pool AS is_open
    FROM department_lets l
    INNER JOIN cell_pools u ON u.axis = 'department' AND u.unit_key = l.department_key
    LEFT JOIN department_people p
        ON p.level = l.level AND p.class = l.class AND p.cell = l.cell AND p.department_key = l.department_key
),

department_ranked AS (
    SELECT
        department_open.*,
        SUM(CASE WHEN is_open THEN 0 ELSE people END) OVER (PARTITION BY level, class, department_key) AS rest,
        SUM(CASE WHEN lets_finer AND NOT is_open THEN people ELSE 0 END)
            OVER (PARTITION BY level, class, department_key) AS showable_rest,
        ROW_NUMBER() OVER (
            PARTITION BY level, class, department_key ORDER BY CASE WHEN is_open THEN 0 ELSE 1 END, people, cell
        ) AS place
    FROM department_open
),

department_shown AS (
    SELECT
        department_ranked.*,
        CASE
            WHEN is_everybody THEN tenant_is_shown
            ELSE is_open AND NOT (
                place = 1
                AND (rest BETWEEN 1 AND 4 OR (rest = 0 AND level = 'band') OR (rest > 0 AND showable_rest = 0))
            )
        END AS is_shown
    FROM department_ranked
),

department_judged AS (
    SELECT
        level,
        class,
        cell,
        department_key,
        people,
        is_shown,
        tenant_is_shown,
        lets_finer
        AND (
            is_everybody
            OR CASE
                WHEN is_shown THEN pooled
                ELSE SUM(CASE WHEN is_shown THEN 0 ELSE pooled END) OVER (PARTITION BY level, class, department_key)
            END >= 5
            OR MAX(CASE WHEN is_shown THEN 1 ELSE 0 END) OVER (PARTITION BY level, class, department_key) = 0
        ) AS lets_finer
    FROM department_shown
),

-- Groups, of genders only.
group_units AS (
    SELECT department_key, group_key FROM located GROUP BY department_key, group_key
),

group_lets AS (
    SELECT
        c.level,
        c.class,
        c.cell,
        u.group_key,
        MIN(CASE WHEN c.lets_finer THEN 1 ELSE 0 END) = 1 AS lets_finer,
        MAX(CASE WHEN c.tenant_is_shown THEN 1 ELSE 0 END) = 1 AS tenant_is_shown
    FROM department_judged c
    INNER JOIN group_units u ON u.department_key = c.department_key
    WHERE c.level = 'gender'
    GROUP BY c.level, c.class, c.cell, u.group_key
),

group_people AS (
    SELECT
        level,
        class,
        cell,
        group_key,
        SUM(people) AS people,
        SUM(people) AS pooled
    FROM located
    GROUP BY level, class, cell, group_key
),

group_open AS (
    SELECT
        l.level,
        l.class,
        l.cell,
        l.group_key,
        l.lets_finer,
        l.tenant_is_shown,
        u.is_everybody,
        COALESCE(p.people, 0) AS people,
        COALESCE(p.pooled, 0) AS pooled,
        COALESCE(p.pooled, 0) >= 5 AND l.lets_finer AND NOT u.in_pool AS is_open
    FROM group_lets l
    INNER JOIN cell_pools u ON u.axis = 'group' AND u.unit_key = l.group_key
    LEFT JOIN group_people p
        ON p.level = l.level AND p.class = l.class AND p.cell = l.cell AND p.group_key = l.group_key
),

group_ranked AS (
    SELECT
        group_open.*,
        SUM(CASE WHEN is_open THEN 0 ELSE people END) OVER (PARTITION BY level, class, group_key) AS rest,
        SUM(CASE WHEN lets_finer AND NOT is_open THEN people ELSE 0 END)
            OVER (PARTITION BY level, class, group_key) AS showable_rest,
        ROW_NUMBER() OVER (
            PARTITION BY level, class, group_key ORDER BY CASE WHEN is_open THEN 0 ELSE 1 END, people, cell
        ) AS place
    FROM group_open
),

group_shown AS (
    SELECT
        group_ranked.*,
        CASE
            WHEN is_everybody THEN tenant_is_shown
            ELSE is_open AND NOT (
                place = 1
                AND (rest BETWEEN 1 AND 4 OR (rest = 0 AND level = 'band') OR (rest > 0 AND showable_rest = 0))
            )
        END AS is_shown
    FROM group_ranked
)

SELECT 'tenant' AS axis, 'all' AS unit_key, level, class, cell, CAST(people AS BIGINT) AS people, is_shown
FROM tenant_judged
UNION ALL
SELECT 'legal_entity' AS axis, entity_key AS unit_key, level, class, cell, CAST(people AS BIGINT) AS people, is_shown
FROM entity_judged
UNION ALL
SELECT 'department' AS axis, department_key AS unit_key, level, class, cell, CAST(people AS BIGINT) AS people, is_shown
FROM department_judged
UNION ALL
SELECT 'group' AS axis, group_key AS unit_key, level, class, cell, CAST(people AS BIGINT) AS people, is_shown
FROM group_shown
