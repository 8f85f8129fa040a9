-- age_pyramid: one row per (legal entity with people in employment on the as-of date, band of five years of age, gender),
--   empty cells included. Cells of fewer than five people are hidden, empty ones too. A band with one to four people in a
--   cell is hidden whole, and further bands with it, the smallest first, until the totals of all bands and of all genders of
--   the legal entity leave open how many people are in each hidden cell. This does not protect against comparing days
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
-- lowered age_band, age_from, headcount, is_suppressed to none: cells of fewer than five people are hidden,
--   with all that would let totals tell of them, and every cell has its row, whoever is in it
-- lowered rows to directory: a legal entity has all its rows as soon as somebody works there
WITH aged AS (
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
    LEFT JOIN latest_personal_records r ON r.employee_id = h.employee_id
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

-- A band with a cell of one to four people is hidden whole: what is left of its total would tell the cell.
bands_of_entities AS (
    SELECT
        legal_entity_id,
        age_band,
        age_from,
        SUM(people) AS people,
        MAX(CASE WHEN people BETWEEN 1 AND 4 THEN 1 ELSE 0 END) AS has_small,
        SUM(CASE WHEN gender = 'female' THEN people ELSE 0 END) AS female_people,
        SUM(CASE WHEN gender = 'male' THEN people ELSE 0 END) AS male_people,
        SUM(CASE WHEN gender = 'diverse' THEN people ELSE 0 END) AS diverse_people,
        SUM(CASE WHEN gender = 'unknown' THEN people ELSE 0 END) AS unknown_people
    FROM cells
    GROUP BY legal_entity_id, age_band, age_from
),

-- What is hidden before each when those come first, then the others, the smallest first.
hidden_before AS (
    SELECT
        bands_of_entities.*,
        MAX(has_small) OVER (PARTITION BY legal_entity_id) AS any_small,
        COUNT(*) OVER before_it AS bands_before,
        SUM(female_people) OVER before_it AS female_before,
        SUM(male_people) OVER before_it AS male_before,
        SUM(diverse_people) OVER before_it AS diverse_before,
        SUM(unknown_people) OVER before_it AS unknown_before,
        SUM(female_people) OVER (PARTITION BY legal_entity_id) AS all_female,
        SUM(male_people) OVER (PARTITION BY legal_entity_id) AS all_male,
        SUM(diverse_people) OVER (PARTITION BY legal_entity_id) AS all_diverse,
        SUM(unknown_people) OVER (PARTITION BY legal_entity_id) AS all_unknown
    FROM bands_of_entities
    WINDOW before_it AS (
        PARTITION BY legal_entity_id
        ORDER BY has_small DESC, CASE WHEN people = 0 THEN 1 ELSE 0 END, people, age_from NULLS LAST
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    )
),

-- More are hidden until the totals of bands and of genders leave every hidden cell open: two bands and two genders, and
-- of each gender nobody, five people or more, or all.
judged AS (
    SELECT
        hidden_before.*,
        has_small = 1
        OR (
            any_small = 1
            AND (
                bands_before < 2
                OR CASE WHEN female_before > 0 THEN 1 ELSE 0 END + CASE WHEN male_before > 0 THEN 1 ELSE 0 END
                    + CASE WHEN diverse_before > 0 THEN 1 ELSE 0 END
                    + CASE WHEN unknown_before > 0 THEN 1 ELSE 0 END < 2
                OR (female_before BETWEEN 1 AND 4 AND female_before < all_female)
                OR (male_before BETWEEN 1 AND 4 AND male_before < all_male)
                OR (diverse_before BETWEEN 1 AND 4 AND diverse_before < all_diverse)
                OR (unknown_before BETWEEN 1 AND 4 AND unknown_before < all_unknown)
            )
        ) AS is_hidden
    FROM hidden_before
),

hidden AS (
    SELECT
        legal_entity_id,
        age_band,
        age_from,
        gender,
        people,
        people < 5 OR is_hidden AS is_suppressed
    FROM (
        SELECT
            j.legal_entity_id,
            j.age_band,
            j.age_from,
            g.gender,
            CASE g.gender
                WHEN 'female' THEN j.female_people
                WHEN 'male' THEN j.male_people
                WHEN 'diverse' THEN j.diverse_people
                ELSE j.unknown_people
            END AS people,
            j.is_hidden
        FROM judged j
        CROSS JOIN (VALUES ('female'), ('male'), ('diverse'), ('unknown')) AS g (gender)
    ) AS cells_again
)

SELECT
    h.legal_entity_id,
    l.legal_name AS legal_entity_name,
    h.age_band,
    CAST(h.age_from AS INTEGER) AS age_from,
    h.gender,
    CASE WHEN NOT h.is_suppressed THEN CAST(h.people AS BIGINT) END AS headcount,
    h.is_suppressed
FROM hidden h
LEFT JOIN legal_entities l ON l.id = h.legal_entity_id
ORDER BY h.legal_entity_id NULLS LAST, age_from NULLS LAST, h.gender NULLS LAST
