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
--   Each axis needs the one before it judged. Recursion would say the rule once for all, but engines allow no window functions
--   there: it stands here for groups, and in judged_tenant_cells, judged_entity_cells and judged_department_cells
-- internal
-- column axis string! personal: tenant, legal_entity, department or group
-- column unit_key string! personal: entity_key, department_key or group_key of people_by_cell; all for the tenant
-- column level string! personal: gender: how many people of a gender; band: how many of one gender in a band
-- column class string! personal: all for genders; the gender for bands
-- column cell string! personal: the gender or the band
-- column people int64! personal: how many there are
-- column is_shown boolean! personal: whether the number is shown
WITH units AS (
    SELECT department_key, group_key
    FROM people_by_cell
    GROUP BY department_key, group_key
),

-- Of the departments that hold people of a unit, the most careful counts.
barred AS (
    SELECT u.group_key AS unit_key, c.level, c.class, c.cell
    FROM judged_department_cells c
    INNER JOIN units u ON u.department_key = c.unit_key
    WHERE NOT c.lets_finer
    GROUP BY u.group_key, c.level, c.class, c.cell
),

opened AS (
    SELECT
        c.*,
        t.is_shown AS tenant_is_shown,
        b.cell IS NULL AS is_let,
        c.is_large AND b.cell IS NULL AS is_open
    FROM cell_counts c
    INNER JOIN judged_tenant_cells t ON t.level = c.level AND t.class = c.class AND t.cell = c.cell
    LEFT JOIN barred b ON b.unit_key = c.unit_key AND b.level = c.level AND b.class = c.class AND b.cell = c.cell
    WHERE c.axis = 'group'
),

ranked AS (
    SELECT
        opened.*,
        SUM(CASE WHEN is_open THEN 0 ELSE people END) OVER (PARTITION BY unit_key, level, class) AS rest,
        SUM(CASE WHEN is_let AND NOT is_open THEN people ELSE 0 END) OVER (PARTITION BY unit_key, level, class) AS showable_rest,
        ROW_NUMBER() OVER (
            PARTITION BY unit_key, level, class ORDER BY CASE WHEN is_open THEN 0 ELSE 1 END, people, cell
        ) AS place
    FROM opened
),

shown AS (
    SELECT
        ranked.*,
        CASE
            WHEN is_everybody THEN tenant_is_shown
            ELSE is_open AND NOT (
                place = 1
                AND (rest BETWEEN 1 AND 4 OR (rest = 0 AND level = 'band') OR (rest > 0 AND showable_rest = 0))
            )
        END AS is_shown
    FROM ranked
)

SELECT 'tenant' AS axis, 'all' AS unit_key, level, class, cell, people, is_shown FROM judged_tenant_cells
UNION ALL
SELECT 'legal_entity' AS axis, unit_key, level, class, cell, people, is_shown FROM judged_entity_cells
UNION ALL
SELECT 'department' AS axis, unit_key, level, class, cell, people, is_shown FROM judged_department_cells
UNION ALL
SELECT axis, unit_key, level, class, cell, people, is_shown FROM shown
