-- gender_balance: one row per (legal entity, department level, occupation category, managers or others, gender) of people
--   in employment on the as-of date, empty genders of a group included. Cells of fewer than five people are hidden, empty
--   ones too. Where the people hidden among the genders of one group, or of one gender in the legal entity, are fewer
--   than five in all, the smallest visible cell is hidden as well, so that a total minus the visible cells shows no
--   hidden cell. This does not protect against comparing days
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
-- lowered gender, headcount, is_suppressed to none: cells of fewer than five people are hidden, with all that would
--   let totals tell of them, and every cell has its row, whoever is in it
WITH records AS (
    SELECT
        employee_id,
        legal_gender,
        ROW_NUMBER() OVER (PARTITION BY employee_id ORDER BY last_updated_at DESC NULLS LAST, id) AS choice
    FROM employee_personal_records
),

managers AS (
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
    LEFT JOIN records r ON r.employee_id = h.employee_id AND r.choice = 1
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

small AS (
    SELECT cells.*, people < 5 AS is_hidden FROM cells
),

-- Also when every hidden cell must have four people to make up the sum.
of_group AS (
    SELECT
        small.*,
        SUM(CASE WHEN is_hidden THEN people ELSE 0 END) OVER (
            PARTITION BY legal_entity_id, level, occupation_category_id, is_manager
        ) AS hidden_people,
        COUNT(CASE WHEN is_hidden THEN 1 END) OVER (
            PARTITION BY legal_entity_id, level, occupation_category_id, is_manager
        ) AS hidden_cells,
        ROW_NUMBER() OVER (
            PARTITION BY legal_entity_id, level, occupation_category_id, is_manager, is_hidden
            ORDER BY people, gender
        ) AS place
    FROM small
),

hidden_in_group AS (
    SELECT
        legal_entity_id,
        level,
        occupation_category_id,
        is_manager,
        gender,
        people,
        is_hidden
        OR (place = 1 AND hidden_people > 0 AND (hidden_people < 5 OR hidden_people = 4 * hidden_cells)) AS is_hidden
    FROM of_group
),

of_gender AS (
    SELECT
        hidden_in_group.*,
        SUM(CASE WHEN is_hidden THEN people ELSE 0 END) OVER (PARTITION BY legal_entity_id, gender) AS hidden_people,
        ROW_NUMBER() OVER (
            PARTITION BY legal_entity_id, gender, is_hidden
            ORDER BY people, level NULLS LAST, occupation_category_id NULLS LAST, is_manager
        ) AS place
    FROM hidden_in_group
),

hidden AS (
    SELECT
        of_gender.*,
        is_hidden OR (place = 1 AND hidden_people BETWEEN 1 AND 4) AS is_suppressed
    FROM of_gender
)

SELECT
    h.legal_entity_id,
    l.legal_name AS legal_entity_name,
    h.level AS department_level,
    h.occupation_category_id,
    o.title AS occupation_category_title,
    h.is_manager,
    h.gender,
    CASE WHEN NOT h.is_suppressed THEN h.people END AS headcount,
    h.is_suppressed
FROM hidden h
LEFT JOIN legal_entities l ON l.id = h.legal_entity_id
LEFT JOIN occupation_categories o ON o.id = h.occupation_category_id
ORDER BY
    h.legal_entity_id NULLS LAST, department_level NULLS LAST, h.occupation_category_id NULLS LAST, h.is_manager, h.gender
