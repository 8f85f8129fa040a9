-- age_pyramid: one row per (legal entity with people in employment on the as-of date, band of five years of age, gender),
--   empty cells included. Cells of fewer than five people are hidden, empty ones too. Where the people hidden among the
--   bands of one gender, or in one legal entity, are fewer than five in all, the smallest visible cell is hidden as well,
--   so that a total minus the visible cells shows no hidden cell. This does not protect against comparing days
-- key legal_entity_id, age_band, gender
-- column legal_entity_id string directory: legal entity of the employment; null for employments without one
-- source legal_entity_id: assignment_history.legal_entity_id
-- column legal_entity_name string directory: its legal name; null when the legal entity is not visible
-- source legal_entity_name: assignment_history.legal_entity_name
-- column age_band string! none: such as 25-29: completed years on the as-of date; under 20, 70 and over; unknown without a
--   birth date, or with one that makes people younger than 0 or older than 120
-- source age_band: employee_personal_records.birth_date
-- column age_from int32 none: first year of the band, for sorting; null when unknown
-- column gender string! none: female, male, diverse or unknown, which also stands for values that are none of these and
--   for people without a visible record
-- source gender: employee_personal_records.legal_gender
-- column headcount int64 none: people; null when hidden
-- column is_suppressed boolean! none: whether the cell is hidden
-- lowered age_band, age_from, gender, headcount, is_suppressed to none: cells of fewer than five people are hidden,
--   with all that would let totals tell of them, and every cell has its row, whoever is in it
-- lowered rows to directory: a legal entity has all its rows as soon as somebody works there
WITH records AS (
    SELECT
        employee_id,
        birth_date,
        legal_gender,
        ROW_NUMBER() OVER (PARTITION BY employee_id ORDER BY last_updated_at DESC NULLS LAST, id) AS choice
    FROM employee_personal_records
),

aged AS (
    SELECT
        h.employee_id,
        h.legal_entity_id,
        CASE WHEN r.legal_gender IN ('female', 'male', 'diverse') THEN r.legal_gender ELSE 'unknown' END AS gender,
        CAST(
            EXTRACT(YEAR FROM CAST($as_of AS DATE)) - EXTRACT(YEAR FROM r.birth_date)
            - CASE
                WHEN EXTRACT(MONTH FROM r.birth_date) * 100 + EXTRACT(DAY FROM r.birth_date)
                    > EXTRACT(MONTH FROM CAST($as_of AS DATE)) * 100 + EXTRACT(DAY FROM CAST($as_of AS DATE)) THEN 1
                ELSE 0
            END
            AS INTEGER
        ) AS age
    FROM assignment_history h
    LEFT JOIN records r ON r.employee_id = h.employee_id AND r.choice = 1
    WHERE h.is_current
),

bands AS (
    SELECT age_band, age_from, age_to
    FROM (
        VALUES
            ('under 20', 0, 19), ('20-24', 20, 24), ('25-29', 25, 29), ('30-34', 30, 34), ('35-39', 35, 39),
            ('40-44', 40, 44), ('45-49', 45, 49), ('50-54', 50, 54), ('55-59', 55, 59), ('60-64', 60, 64),
            ('65-69', 65, 69), ('70 and over', 70, 120)
    ) AS t (age_band, age_from, age_to)
    UNION ALL
    SELECT 'unknown' AS age_band, NULL AS age_from, NULL AS age_to
),

genders AS (
    SELECT gender FROM (VALUES ('female'), ('male'), ('diverse'), ('unknown')) AS t (gender)
),

entities AS (
    SELECT legal_entity_id FROM aged GROUP BY legal_entity_id
),

-- People, and for each cell a row without anybody.
members AS (
    SELECT
        a.legal_entity_id,
        COALESCE(b.age_band, 'unknown') AS age_band,
        b.age_from,
        a.gender,
        a.employee_id
    FROM aged a
    LEFT JOIN bands b ON a.age BETWEEN b.age_from AND b.age_to
    UNION ALL
    SELECT e.legal_entity_id, b.age_band, b.age_from, g.gender, CAST(NULL AS STRING) AS employee_id
    FROM entities e
    CROSS JOIN bands b
    CROSS JOIN genders g
),

cells AS (
    SELECT legal_entity_id, age_band, age_from, gender, COUNT(employee_id) AS people
    FROM members
    GROUP BY legal_entity_id, age_band, age_from, gender
),

small AS (
    SELECT cells.*, people < 5 AS is_hidden FROM cells
),

-- Also when every hidden cell must have four people to make up the sum.
of_gender AS (
    SELECT
        small.*,
        SUM(CASE WHEN is_hidden THEN people ELSE 0 END) OVER (PARTITION BY legal_entity_id, gender) AS hidden_people,
        COUNT(CASE WHEN is_hidden THEN 1 END) OVER (PARTITION BY legal_entity_id, gender) AS hidden_cells,
        ROW_NUMBER() OVER (
            PARTITION BY legal_entity_id, gender, is_hidden ORDER BY people, age_from NULLS LAST
        ) AS place
    FROM small
),

hidden_in_gender AS (
    SELECT
        legal_entity_id,
        age_band,
        age_from,
        gender,
        people,
        is_hidden
        OR (place = 1 AND hidden_people > 0 AND (hidden_people < 5 OR hidden_people = 4 * hidden_cells)) AS is_hidden
    FROM of_gender
),

of_entity AS (
    SELECT
        hidden_in_gender.*,
        SUM(CASE WHEN is_hidden THEN people ELSE 0 END) OVER (PARTITION BY legal_entity_id) AS hidden_people,
        ROW_NUMBER() OVER (
            PARTITION BY legal_entity_id, is_hidden ORDER BY people, gender, age_from NULLS LAST
        ) AS place
    FROM hidden_in_gender
),

hidden AS (
    SELECT
        of_entity.*,
        is_hidden OR (place = 1 AND hidden_people BETWEEN 1 AND 4) AS is_suppressed
    FROM of_entity
)

SELECT
    h.legal_entity_id,
    l.legal_name AS legal_entity_name,
    h.age_band,
    CAST(h.age_from AS INTEGER) AS age_from,
    h.gender,
    CASE WHEN NOT h.is_suppressed THEN h.people END AS headcount,
    h.is_suppressed
FROM hidden h
LEFT JOIN legal_entities l ON l.id = h.legal_entity_id
ORDER BY h.legal_entity_id NULLS LAST, age_from NULLS LAST, h.gender NULLS LAST
