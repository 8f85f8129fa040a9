-- probation_beyond_ceiling: indicative, France only: a probationary period is longer than any the Labour Code allows,
--   unless absences moved its end
-- severity warning

-- L1221-19 and L1221-21: 4 months at most, 8 with a renewal, whatever the category. L1242-10 for fixed terms: 2 weeks
-- when the contract lasts 6 months or less, else 1 month.
SELECT
    'probationary_periods' AS table_name,
    CASE
        WHEN t.term = 'permanent' AND p.initial_ends_on >= CAST(p.starts_on + INTERVAL '4' MONTH AS DATE)
            THEN 'initial_ends_on'
        ELSE 'ends_on'
    END AS column_name,
    p.id AS record_id
FROM probationary_periods p
INNER JOIN employments e ON e.id = p.employment_id
INNER JOIN employment_templates t ON t.id = e.template_id
INNER JOIN legal_entities l ON l.id = e.legal_entity_id
WHERE l.country_code = 'FRA'
    AND (
        (
            t.term = 'permanent'
            AND (
                p.initial_ends_on >= CAST(p.starts_on + INTERVAL '4' MONTH AS DATE)
                OR p.ends_on >= CAST(p.starts_on + INTERVAL '8' MONTH AS DATE)
            )
        )
        OR (
            t.term = 'fixed'
            AND p.ends_on >= CASE
                WHEN e.end_date < CAST(e.start_date + INTERVAL '6' MONTH AS DATE)
                    THEN CAST(p.starts_on + INTERVAL '14' DAY AS DATE)
                ELSE CAST(p.starts_on + INTERVAL '1' MONTH AS DATE)
            END
        )
    )
ORDER BY column_name NULLS LAST, record_id NULLS LAST
