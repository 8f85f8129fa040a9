-- gender_balance: filter one axis: each counts everybody in employment on the as-of date once, and its headcounts add up to all
--   of them. One row per unit of the axis and gender, empty genders included, and one with the gender hidden for the people
--   of the unit whose gender is not shown. Cells of fewer than five people are hidden, empty ones too, and further ones, until
--   neither this table, age_pyramid nor both tell how many people are in a cell of one to four. This does not protect against
--   comparing days
-- label: Gender balance | Répartition femmes-hommes
-- key axis, unit_id, department_level, occupation_category_id, is_manager, gender
-- column axis string! none: tenant, legal_entity, department (its own people, without those of departments below), or
--   group: legal entity, department level, occupation category, and managers or others
-- label axis: Axis | Axe d'analyse
-- column unit_id string directory: the legal entity, also of a group, or the department; null for the tenant and for people
--   without one
-- source unit_id: assignment_history.legal_entity_id or assignment_history.department_id
-- label unit_id: Unit ID | Identifiant de l'unité
-- column unit_name string directory: its name; null when it is not visible
-- label unit_name: Unit | Unité
-- column department_level int32 directory: of a group: depth in the tree of the person's department, 1 at the root; null when
--   it is not visible
-- source department_level: departments.level
-- label department_level: Department level | Niveau du département
-- column occupation_category_id string personal: of a group: occupation category of the job position; null without one
-- source occupation_category_id: assignment_history.occupation_category_id
-- column occupation_category_title string personal: its title; null when the category is not visible
-- source occupation_category_title: occupation_categories.title
-- label occupation_category_title: Occupation category | Catégorie socioprofessionnelle
-- column is_manager boolean directory: of a group: whether these people manage somebody else in employment that day; null on
--   the other axes
-- source is_manager: assignment_history.manager_id
-- label is_manager: Manages people | Encadre une équipe
-- column gender string! none: female, male, diverse or unknown, which also stands for values that are none of these and
--   for people without a visible record; hidden for all whose gender is not shown
-- source gender: employee_personal_records.legal_gender
-- label gender: Gender | Sexe
-- column headcount int64 none: people; null when hidden. Filter one axis before adding up
-- label headcount: Headcount | Effectif
-- column is_suppressed boolean! none: whether the cell is hidden, and its people are counted in the gender hidden
-- label is_suppressed: Hidden for confidentiality | Masqué par confidentialité
-- lowered axis, gender, headcount, is_suppressed to none: every cell has its row, whoever is in it, and what is shown is made of
--   numbers of five people or more, or of all people of a unit
-- lowered unit_id, unit_name, department_level, is_manager to directory: where people work is what colleagues see of each other;
--   a unit has its rows as soon as somebody works there
-- without cell_units.occupation_category_id: it finds the title only, which is null then
WITH cells AS (
    SELECT
        axis,
        unit_key,
        cell AS gender,
        CASE WHEN is_shown THEN people END AS headcount,
        NOT is_shown AS is_suppressed
    FROM judged_cells
    WHERE level = 'gender'
    UNION ALL
    SELECT axis, unit_key, 'hidden' AS gender, SUM(people) AS headcount, FALSE AS is_suppressed
    FROM judged_cells
    WHERE level = 'gender' AND NOT is_shown AND people > 0
    GROUP BY axis, unit_key
)

SELECT
    c.axis,
    u.unit_id,
    u.unit_name,
    u.department_level,
    u.occupation_category_id,
    o.title AS occupation_category_title,
    u.is_manager,
    c.gender,
    CAST(c.headcount AS BIGINT) AS headcount,
    c.is_suppressed
FROM cells c
INNER JOIN cell_units u ON u.axis = c.axis AND u.unit_key = c.unit_key
LEFT JOIN occupation_categories o ON o.id = u.occupation_category_id
ORDER BY
    c.axis NULLS LAST,
    u.unit_id NULLS LAST,
    u.department_level NULLS LAST,
    u.occupation_category_id NULLS LAST,
    u.is_manager NULLS LAST,
    c.gender NULLS LAST
