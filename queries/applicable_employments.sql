-- applicable_employments: one row per person with an employment: the one valid on the as-of date, else the first upcoming one,
--   else the last one; among equals the one that started latest (upcoming: first), then the one with the smallest id
-- internal
-- column id string! none: the employment
-- column employee_id string! none: the person
-- column legal_entity_id string directory: its legal entity
-- column template_id string personal: its template
-- column start_date date directory: its first day
-- column end_date date personal: its last day, included; null when open-ended
-- column status string! personal: active, upcoming or deactivated on the as-of date, by its dates
-- column hire_date date directory: first day of the person's first employment
WITH classed AS (
    SELECT
        id,
        employee_id,
        legal_entity_id,
        template_id,
        start_date,
        end_date,
        CASE
            WHEN start_date > CAST($as_of AS DATE) THEN 2
            WHEN start_date <= CAST($as_of AS DATE) AND (end_date IS NULL OR end_date >= CAST($as_of AS DATE)) THEN 1
            ELSE 3
        END AS class
    FROM employments
),

ranked AS (
    SELECT
        classed.*,
        MIN(start_date) OVER (PARTITION BY employee_id) AS hire_date,
        ROW_NUMBER() OVER (
            PARTITION BY employee_id
            ORDER BY
                class,
                CASE WHEN class = 2 THEN start_date END NULLS LAST,
                start_date DESC NULLS LAST,
                id
        ) AS choice
    FROM classed
)

SELECT
    id,
    employee_id,
    legal_entity_id,
    template_id,
    start_date,
    end_date,
    CASE class WHEN 1 THEN 'active' WHEN 2 THEN 'upcoming' ELSE 'deactivated' END AS status,
    hire_date
FROM ranked
WHERE choice = 1
