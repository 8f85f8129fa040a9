-- judged_entity_cells: one row per cell of a legal entity, by the rules of judged_cells
-- internal
-- column unit_key string! personal: the legal entity, as in cell_units
-- column level string! personal: gender or band
-- column class string! personal: all for genders; the gender for bands
-- column cell string! personal: the gender or the band
-- column people int64! personal: how many there are
-- column is_shown boolean! personal: whether the number is shown
-- column lets_finer boolean! personal: whether finer cells that are part of it may be shown
WITH opened AS (
    SELECT
        c.*,
        t.is_shown AS tenant_is_shown,
        t.lets_finer AS is_let,
        c.is_large AND t.lets_finer AS is_open
    FROM cell_counts c
    INNER JOIN judged_tenant_cells t ON t.level = c.level AND t.class = c.class AND t.cell = c.cell
    WHERE c.axis = 'legal_entity'
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

SELECT
    unit_key,
    level,
    class,
    cell,
    people,
    is_shown,
    is_let
    AND (
        is_everybody
        OR CASE
            WHEN is_shown THEN pooled
            ELSE SUM(CASE WHEN is_shown THEN 0 ELSE pooled END) OVER (PARTITION BY unit_key, level, class)
        END >= 5
        OR MAX(CASE WHEN is_shown THEN 1 ELSE 0 END) OVER (PARTITION BY unit_key, level, class) = 0
    ) AS lets_finer
FROM shown
