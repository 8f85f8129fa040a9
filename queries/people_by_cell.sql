-- people_by_cell: one row per legal entity, department, occupation category, managers or others, gender and band of five years
--   of age with people in employment on the as-of date
-- internal
-- column legal_entity_id string directory: legal entity of the employment; null for employments without one
-- column department_id string directory: department of the job position; null without one
-- column department_level int32 directory: depth of the department in the tree, 1 at the root; null when it is not visible
-- column occupation_category_id string personal: occupation category of the job position; null without one
-- column is_manager boolean! directory: whether these people manage somebody else in employment that day
-- column entity_key string! directory: the legal entity, never null
-- column department_key string! directory: the department, never null
-- column group_key string! personal: legal entity, department level, occupation category, and managers or others together,
--   never null
-- column gender string! personal: female, male, diverse or unknown, which also stands for values that are none of these and
--   for people without a visible record
-- column age_band string! personal: completed years on the as-of date, such as 25-29; under 20, 70 and over; unknown without a
--   birth date, or with one that makes people younger than 0 or older than 120
-- column people int64! personal: how many
-- without assignment_history.occupation_category_id: people are grouped by the rest then
WITH bands AS (
    SELECT age_band, age_from, age_to
    FROM (
        VALUES
            ('under 20', 0, 19), ('20-24', 20, 24), ('25-29', 25, 29), ('30-34', 30, 34), ('35-39', 35, 39),
            ('40-44', 40, 44), ('45-49', 45, 49), ('50-54', 50, 54), ('55-59', 55, 59), ('60-64', 60, 64),
            ('65-69', 65, 69), ('70 and over', 70, 120)
    ) AS t (age_band, age_from, age_to)
),

aged AS (
    SELECT
        h.legal_entity_id,
        h.department_id,
        d.level AS department_level,
        h.occupation_category_id,
        COALESCE(m.manages_others, FALSE) AS is_manager,
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
    LEFT JOIN departments d ON d.id = h.department_id
    LEFT JOIN current_managers m ON m.manager_id = h.employee_id
    LEFT JOIN latest_personal_records r ON r.employee_id = h.employee_id
    WHERE h.is_current
)

SELECT
    a.legal_entity_id,
    a.department_id,
    a.department_level,
    a.occupation_category_id,
    a.is_manager,
    COALESCE('=' || a.legal_entity_id, '-') AS entity_key,
    COALESCE('=' || a.department_id, '-') AS department_key,
    COALESCE('=' || a.legal_entity_id, '-') || '/' || COALESCE(CAST(a.department_level AS STRING), '-') || '/'
        || COALESCE('=' || a.occupation_category_id, '-') || '/' || CASE WHEN a.is_manager THEN 'm' ELSE 'o' END AS group_key,
    a.gender,
    COALESCE(b.age_band, 'unknown') AS age_band,
    COUNT(*) AS people
FROM aged a
LEFT JOIN bands b ON a.age BETWEEN b.age_from AND b.age_to
GROUP BY
    a.legal_entity_id, a.department_id, a.department_level, a.occupation_category_id, a.is_manager, a.gender, b.age_band
