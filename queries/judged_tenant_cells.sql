-- judged_tenant_cells: one row per cell of the tenant, by the rules of judged_cells
-- internal
-- column level string! personal: gender or band
-- column class string! personal: all for genders; the gender for bands
-- column cell string! personal: the gender or the band
-- column people int64! personal: how many there are
-- column is_shown boolean! personal: whether the number is shown
-- column lets_finer boolean! personal: whether finer cells that are part of it may be shown
WITH ranked AS (
    SELECT
        cell_counts.*,
        SUM(CASE WHEN is_large THEN 0 ELSE people END) OVER (PARTITION BY level, class) AS rest,
        ROW_NUMBER() OVER (PARTITION BY level, class ORDER BY CASE WHEN is_large THEN 0 ELSE 1 END, people, cell) AS place
    FROM cell_counts
    WHERE axis = 'tenant'
),

shown AS (
    SELECT
        ranked.*,
        is_large AND NOT (place = 1 AND (rest BETWEEN 1 AND 4 OR (rest = 0 AND level = 'band'))) AS is_shown
    FROM ranked
)

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
FROM shown
