-- departments_now: one row per department with people on the as-of date, in itself or below it, over all legal entities, with those
--   at the month ends one to five years before the last month. The largest come first, so that the first rows are a tree that
--   is whole upwards
-- key department_id
-- column department_id string directory: the department; null for positions without one
-- source department_id: headcount_rollup.department_id
-- column department_name string directory: its name; null when it is not visible
-- source department_name: headcount_rollup.department_name
-- column depth int32! directory: steps down from the root
-- source depth: headcount_rollup.depth
-- column path string directory: ids from the root down to the department
-- source path: headcount_rollup.path
-- column path_names string directory: names of the departments of path
-- source path_names: headcount_rollup.path_names
-- column headcount int64! none: people in exactly this department
-- source headcount: headcount_rollup.headcount
-- column headcount_with_sub_departments int64! none: people in it or any below it
-- source headcount_with_sub_departments: headcount_rollup.headcount_with_sub_departments
-- column people_1 int64! none: people in it or any below it at the end of the month one year before the last month
-- source people_1: headcount_monthly.headcount
-- column people_2 int64! none: people two years before
-- source people_2: headcount_monthly.headcount
-- column people_3 int64! none: people three years before
-- source people_3: headcount_monthly.headcount
-- column people_4 int64! none: people four years before
-- source people_4: headcount_monthly.headcount
-- column people_5 int64! none: people five years before
-- source people_5: headcount_monthly.headcount
-- lowered people_1, people_2, people_3, people_4, people_5 to none: numbers of people, whom no row names
WITH monthly AS (
    SELECT
        COALESCE(h.department_id, '') AS department,
        l.last_number - m.month_number AS months_before,
        SUM(h.headcount) AS people
    FROM headcount_monthly h
    INNER JOIN calendar_months m ON m.month_end = h.month_end
    CROSS JOIN (SELECT MAX(month_number) AS last_number FROM calendar_months) l
    WHERE l.last_number - m.month_number IN (12, 24, 36, 48, 60)
    GROUP BY COALESCE(h.department_id, ''), l.last_number - m.month_number
),

before AS (
    SELECT
        -- A department that is not visible is above itself alone.
        COALESCE(c.ancestor_id, m.department) AS department,
        SUM(CASE WHEN m.months_before = 12 THEN m.people ELSE 0 END) AS people_1,
        SUM(CASE WHEN m.months_before = 24 THEN m.people ELSE 0 END) AS people_2,
        SUM(CASE WHEN m.months_before = 36 THEN m.people ELSE 0 END) AS people_3,
        SUM(CASE WHEN m.months_before = 48 THEN m.people ELSE 0 END) AS people_4,
        SUM(CASE WHEN m.months_before = 60 THEN m.people ELSE 0 END) AS people_5
    FROM monthly m
    LEFT JOIN department_closure c ON c.descendant_id = m.department
    GROUP BY COALESCE(c.ancestor_id, m.department)
)

SELECT
    r.department_id,
    r.department_name,
    r.depth,
    r.path,
    r.path_names,
    r.headcount,
    r.headcount_with_sub_departments,
    CAST(COALESCE(b.people_1, 0) AS BIGINT) AS people_1,
    CAST(COALESCE(b.people_2, 0) AS BIGINT) AS people_2,
    CAST(COALESCE(b.people_3, 0) AS BIGINT) AS people_3,
    CAST(COALESCE(b.people_4, 0) AS BIGINT) AS people_4,
    CAST(COALESCE(b.people_5, 0) AS BIGINT) AS people_5
FROM headcount_rollup r
LEFT JOIN before b ON b.department = COALESCE(r.department_id, '')
WHERE r.axis = 'department'
ORDER BY r.headcount_with_sub_departments DESC, r.depth NULLS LAST, r.department_id NULLS LAST
