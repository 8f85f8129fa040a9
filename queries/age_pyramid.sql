-- age_pyramid: filter one axis: each counts everybody in employment on the as-of date once, and its headcounts add up to all of
--   them. One row per unit of the axis, band of five years of age and gender, empty ones included, and one with the band
--   hidden for the people of the unit whose band is not shown. Cells of fewer than five people are hidden, empty ones too, and
--   further ones, until neither this table, gender_balance nor both tell how many people are in a cell of one to four. This
--   does not protect against comparing days
-- label: Age pyramid | Pyramide des âges
-- key axis, unit_id, age_band, gender
-- column axis string! none: tenant, legal_entity or department (its own people, without those of departments below)
-- label axis: Axis | Axe d'analyse
-- column unit_id string directory: the legal entity or department; null for the tenant and for people without one
-- source unit_id: assignment_history.legal_entity_id or assignment_history.department_id
-- label unit_id: Unit ID | Identifiant de l'unité
-- column unit_name string directory: its name; null when it is not visible
-- label unit_name: Unit | Unité
-- column age_band string! none: such as 25-29: completed years on the as-of date; under 20, 70 and over; unknown without a
--   birth date, or with one that makes people younger than 0 or older than 120; hidden for all whose band is not shown
-- source age_band: employee_personal_records.birth_date
-- label age_band: Age band | Tranche d'âge
-- column age_from int32 none: first year of the band, for sorting; null when unknown or hidden
-- label age_from: Age from | Âge minimal de la tranche
-- column gender string! none: female, male, diverse or unknown, which also stands for values that are none of these and
--   for people without a visible record; hidden for all whose gender gender_balance does not show either
-- source gender: employee_personal_records.legal_gender
-- label gender: Gender | Sexe
-- column headcount int64 none: people; null when hidden. Filter one axis before adding up
-- label headcount: Headcount | Effectif
-- column is_suppressed boolean! none: whether the cell is hidden, and its people are counted in the band hidden
-- label is_suppressed: Hidden for confidentiality | Masqué par confidentialité
-- lowered axis, age_band, age_from, gender, headcount, is_suppressed to none: every cell has its row, whoever is in it, and what 
--   is shown is made of numbers of five people or more, or of all people of a unit
-- lowered unit_id, unit_name, rows to directory: a unit has its rows as soon as somebody works there, and one more when any of
--   its people are hidden
WITH bands AS (
    SELECT age_band, age_from
    FROM (
        VALUES
            ('under 20', 0), ('20-24', 20), ('25-29', 25), ('30-34', 30), ('35-39', 35), ('40-44', 40), ('45-49', 45),
            ('50-54', 50), ('55-59', 55), ('60-64', 60), ('65-69', 65), ('70 and over', 70)
    ) AS t (age_band, age_from)
),

shown_genders AS (
    SELECT axis, unit_key, cell AS gender
    FROM judged_cells
    WHERE level = 'gender' AND is_shown
),

cells AS (
    SELECT
        axis,
        unit_key,
        cell AS age_band,
        class AS gender,
        CASE WHEN is_shown THEN people END AS headcount,
        NOT is_shown AS is_suppressed
    FROM judged_cells
    WHERE level = 'band' AND axis <> 'group'
    UNION ALL
    SELECT
        c.axis,
        c.unit_key,
        'hidden' AS age_band,
        COALESCE(g.gender, 'hidden') AS gender,
        SUM(c.people) AS headcount,
        FALSE AS is_suppressed
    FROM judged_cells c
    LEFT JOIN shown_genders g ON g.axis = c.axis AND g.unit_key = c.unit_key AND g.gender = c.class
    WHERE c.level = 'band' AND c.axis <> 'group' AND NOT c.is_shown AND c.people > 0
    GROUP BY c.axis, c.unit_key, g.gender
)

SELECT
    c.axis,
    u.unit_id,
    u.unit_name,
    c.age_band,
    CAST(b.age_from AS INTEGER) AS age_from,
    c.gender,
    CAST(c.headcount AS BIGINT) AS headcount,
    c.is_suppressed
FROM cells c
INNER JOIN cell_units u ON u.axis = c.axis AND u.unit_key = c.unit_key
LEFT JOIN bands b ON b.age_band = c.age_band
ORDER BY
    c.axis NULLS LAST, u.unit_id NULLS LAST, age_from NULLS LAST, c.age_band DESC NULLS LAST, c.gender NULLS LAST
