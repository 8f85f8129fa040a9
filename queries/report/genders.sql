-- genders: one row per unit and gender, of everybody in employment on the as-of date: all of them, then each legal entity
-- label: Gender by legal entity | Femmes-hommes par entité
-- key axis, unit_id, gender
-- column axis string! none: tenant or legal_entity
-- source axis: gender_balance.axis
-- column unit_id string directory: the legal entity; null for all together, and for people without one
-- source unit_id: gender_balance.unit_id
-- column unit_name string directory: its name; null when it is not visible
-- source unit_name: gender_balance.unit_name
-- column gender string! none: female, male, diverse, unknown, or hidden for all whose gender is not shown
-- source gender: gender_balance.gender
-- column headcount int64 none: people; null when hidden
-- source headcount: gender_balance.headcount
-- column unit_people int64 none: all people of the unit
-- source unit_people: gender_balance.headcount
-- lowered unit_people to none: a number of all people of a unit, whom no row names
-- label unit_people: People in the unit | Effectif de l'unité
SELECT
    axis,
    unit_id,
    unit_name,
    gender,
    headcount,
    CAST(SUM(headcount) OVER (PARTITION BY axis, unit_id) AS BIGINT) AS unit_people
FROM gender_balance
WHERE axis IN ('tenant', 'legal_entity')
ORDER BY
    CASE axis WHEN 'tenant' THEN 0 ELSE 1 END,
    unit_people DESC NULLS LAST,
    unit_id NULLS LAST,
    gender NULLS LAST
