-- gender_balance: one row per (legal entity, department level, occupation category, managers or others, gender) of people
--   in employment on the as-of date, empty genders of a group included. Cells of fewer than five people are hidden, empty
--   ones too. A group with one to four people of a gender is hidden whole, and further groups with it, the smallest first,
--   until the totals of all groups and of all genders of the legal entity leave open how many people are in each hidden
--   cell. This does not protect against comparing days
-- key legal_entity_id, department_level, occupation_category_id, is_manager, gender
-- column legal_entity_id string directory: legal entity of the employment; null for employments without one
-- source legal_entity_id: assignment_history.legal_entity_id
-- column legal_entity_name string directory: its legal name; null when the legal entity is not visible
-- source legal_entity_name: legal_entities.legal_name
-- column department_level int32 directory: depth in the tree of the person's department, 1 at the root; null when it is
--   not visible
-- source department_level: departments.level
-- column occupation_category_id string personal: occupation category of the job position; null without one
-- source occupation_category_id: assignment_history.occupation_category_id
-- column occupation_category_title string personal: its title; null when the category is not visible
-- source occupation_category_title: occupation_categories.title
-- column is_manager boolean! directory: whether these people manage somebody else in employment that day; the two never
--   overlap, so everyone is the sum
-- source is_manager: assignment_history.manager_id
-- column gender string! none: female, male, diverse or unknown, which also stands for values that are none of these and
--   for people without a visible record
-- source gender: employee_personal_records.legal_gender
-- column headcount int64 none: people; null when hidden
-- column is_suppressed boolean! none: whether the cell is hidden
-- lowered headcount, is_suppressed to none: cells of fewer than five people are hidden, with all that would
--   let totals tell of them, and every cell has its row, whoever is in it
WITH managers AS (
    SELECT manager_id
    FROM assignment_history
    WHERE is_current AND manager_id <> employee_id
    GROUP BY manager_id
),

people AS (
    SELECT
        h.employee_id,
        h.legal_entity_id,
        d.level,
        h.occupation_category_id,
        m.manager_id IS NOT NULL AS is_manager,
        CASE WHEN r.legal_gender IN ('female', 'male', 'diverse') THEN r.legal_gender ELSE 'unknown' END AS gender
    FROM assignment_history h
    LEFT JOIN departments d ON d.id = h.department_id
    LEFT JOIN managers m ON m.manager_id = h.employee_id
    LEFT JOIN latest_personal_records r ON r.employee_id = h.employee_id
    WHERE h.is_current
),

-- People, and for each gender of a group a row without anybody.
members AS (
    SELECT legal_entity_id, level, occupation_category_id, is_manager, gender, employee_id FROM people
    UNION ALL
    SELECT p.legal_entity_id, p.level, p.occupation_category_id, p.is_manager, g.gender, CAST(NULL AS STRING) AS employee_id
    FROM people p
    CROSS JOIN (VALUES ('female'), ('male'), ('diverse'), ('unknown')) AS g (gender)
),

cells AS (
    SELECT legal_entity_id, level, occupation_category_id, is_manager, gender, COUNT(employee_id) AS people
    FROM members
    GROUP BY legal_entity_id, level, occupation_category_id, is_manager, gender
),

-- A group with a cell of one to four people is hidden whole: what is left of its total would tell the cell.
groups_of_people AS (
    SELECT
        legal_entity_id,
        level,
        occupation_category_id,
        is_manager,
        SUM(people) AS people,
        MAX(CASE WHEN people BETWEEN 1 AND 4 THEN 1 ELSE 0 END) AS has_small,
        SUM(CASE WHEN gender = 'female' THEN people ELSE 0 END) AS female_people,
        SUM(CASE WHEN gender = 'male' THEN people ELSE 0 END) AS male_people,
        SUM(CASE WHEN gender = 'diverse' THEN people ELSE 0 END) AS diverse_people,
        SUM(CASE WHEN gender = 'unknown' THEN people ELSE 0 END) AS unknown_people
    FROM cells
    GROUP BY legal_entity_id, level, occupation_category_id, is_manager
),

-- What is hidden before each when those come first, then the others, the smallest first.
hidden_before AS (
    SELECT
        groups_of_people.*,
        MAX(has_small) OVER (PARTITION BY legal_entity_id) AS any_small,
        COUNT(*) OVER before_it AS groups_before,
        SUM(female_people) OVER before_it AS female_before,
        SUM(male_people) OVER before_it AS male_before,
        SUM(diverse_people) OVER before_it AS diverse_before,
        SUM(unknown_people) OVER before_it AS unknown_before,
        SUM(female_people) OVER (PARTITION BY legal_entity_id) AS all_female,
        SUM(male_people) OVER (PARTITION BY legal_entity_id) AS all_male,
        SUM(diverse_people) OVER (PARTITION BY legal_entity_id) AS all_diverse,
        SUM(unknown_people) OVER (PARTITION BY legal_entity_id) AS all_unknown
    FROM groups_of_people
    WINDOW before_it AS (
        PARTITION BY legal_entity_id
        ORDER BY has_small DESC, people, level NULLS LAST, occupation_category_id NULLS LAST, is_manager
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    )
),

-- More are hidden until the totals of groups and of genders leave every hidden cell open: two groups and two genders, and
-- of each gender nobody, five people or more, or all.
judged AS (
    SELECT
        hidden_before.*,
        has_small = 1
        OR (
            any_small = 1
            AND (
                groups_before < 2
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
        level,
        occupation_category_id,
        is_manager,
        gender,
        people,
        people < 5 OR is_hidden AS is_suppressed
    FROM (
        SELECT
            j.legal_entity_id,
            j.level,
            j.occupation_category_id,
            j.is_manager,
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
    h.level AS department_level,
    h.occupation_category_id,
    o.title AS occupation_category_title,
    h.is_manager,
    h.gender,
    CASE WHEN NOT h.is_suppressed THEN CAST(h.people AS BIGINT) END AS headcount,
    h.is_suppressed
FROM hidden h
LEFT JOIN legal_entities l ON l.id = h.legal_entity_id
LEFT JOIN occupation_categories o ON o.id = h.occupation_category_id
ORDER BY
    h.legal_entity_id NULLS LAST, department_level NULLS LAST, h.occupation_category_id NULLS LAST, h.is_manager, h.gender
