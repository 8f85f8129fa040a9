-- legacy_departments: one row per department, archived ones included, with the columns of the former v3 departments API
-- column id string! none: the department
-- source id: departments.id
-- column name string none: name of the department
-- source name: departments.name
-- column code string none: identifier of the department in the customer's other systems
-- source code: departments.remote_id
-- column hierarchy string! none: ids of the departments above, from the root to the parent, as in /1/2/; / at the root.
--   It starts at the last visible one when a parent is missing, and after nine departments or before a repetition
-- source hierarchy: departments.parent_id, followed upwards; v3 called its own text opaque
-- column parent_id string none: department directly above, which may be missing from the table; null at the root
-- source parent_id: departments.parent_id
-- column is_active boolean none: whether the department is in use, the contrary of archived
-- source is_active: departments.is_archived
-- column level int32 none: depth in the tree, computed by Lucca, 1 at the root
-- source level: departments.level
-- column sort_order int32 none: position among the departments of the same parent, counted from 0
-- source sort_order: departments.sort_order
-- column position string! none: text that sorts as the tree is displayed, each department before those below it: sort
--   order (without one: 99999) and id of each department on the path, its own last; not the text that v3 had
-- source position: departments.sort_order and departments.id of the departments in hierarchy, and its own
-- column head_id string directory: employee who heads the department; null when nobody is named
-- source head_id: departments.manager_id
-- column head_name string directory: given and family name; null when the employee is not visible
-- source head_name: employees.given_name and employees.family_name
-- column current_users_count int64! none: distinct employees with an employment and one of its job positions in exactly
--   this department both valid on the as-of date, first and last days included
-- source current_users_count: job_positions.department_id
-- column url string none: absolute URL of the department in the v5 API
-- source url: departments.url
-- lowered current_users_count to none: numbers of people, whom no row names
-- lowered rows to directory: every department has its row
WITH nodes AS (
    SELECT
        id,
        parent_id,
        id || '/' AS step,
        COALESCE(LPAD(CAST(sort_order AS STRING), 5, '0'), '99999') || '-' || id || '/' AS place
    FROM departments
),

-- Nine departments above each at most: Lucca allows nine levels. One that is on the path already is not followed again.
paths AS (
    SELECT
        d.id,
        COALESCE(p9.step, '') || COALESCE(p8.step, '') || COALESCE(p7.step, '')
        || COALESCE(p6.step, '') || COALESCE(p5.step, '') || COALESCE(p4.step, '')
        || COALESCE(p3.step, '') || COALESCE(p2.step, '') || COALESCE(p1.step, '') AS steps,
        COALESCE(p9.place, '') || COALESCE(p8.place, '') || COALESCE(p7.place, '')
        || COALESCE(p6.place, '') || COALESCE(p5.place, '') || COALESCE(p4.place, '')
        || COALESCE(p3.place, '') || COALESCE(p2.place, '') || COALESCE(p1.place, '') || d.place AS places
    FROM nodes d
    LEFT JOIN nodes p1 ON p1.id = d.parent_id AND p1.id <> d.id
    LEFT JOIN nodes p2 ON p2.id = p1.parent_id AND p2.id NOT IN (d.id, p1.id)
    LEFT JOIN nodes p3 ON p3.id = p2.parent_id AND p3.id NOT IN (d.id, p1.id, p2.id)
    LEFT JOIN nodes p4 ON p4.id = p3.parent_id AND p4.id NOT IN (d.id, p1.id, p2.id, p3.id)
    LEFT JOIN nodes p5 ON p5.id = p4.parent_id AND p5.id NOT IN (d.id, p1.id, p2.id, p3.id, p4.id)
    LEFT JOIN nodes p6 ON p6.id = p5.parent_id AND p6.id NOT IN (d.id, p1.id, p2.id, p3.id, p4.id, p5.id)
    LEFT JOIN nodes p7 ON p7.id = p6.parent_id AND p7.id NOT IN (d.id, p1.id, p2.id, p3.id, p4.id, p5.id, p6.id)
    LEFT JOIN nodes p8
        ON p8.id = p7.parent_id AND p8.id NOT IN (d.id, p1.id, p2.id, p3.id, p4.id, p5.id, p6.id, p7.id)
    LEFT JOIN nodes p9
        ON p9.id = p8.parent_id AND p9.id NOT IN (d.id, p1.id, p2.id, p3.id, p4.id, p5.id, p6.id, p7.id, p8.id)
),

members AS (
    SELECT p.department_id, COUNT(DISTINCT e.employee_id) AS people
    FROM employments e
    INNER JOIN job_positions p ON p.employment_id = e.id
    WHERE e.start_date <= CAST($as_of AS DATE)
        AND (e.end_date IS NULL OR e.end_date >= CAST($as_of AS DATE))
        AND p.starts_on <= CAST($as_of AS DATE)
        AND (p.ends_on IS NULL OR p.ends_on >= CAST($as_of AS DATE))
    GROUP BY p.department_id
)

SELECT
    d.id,
    d.name,
    d.remote_id AS code,
    '/' || t.steps AS hierarchy,
    d.parent_id,
    NOT d.is_archived AS is_active,
    d.level,
    d.sort_order,
    t.places AS position,
    d.manager_id AS head_id,
    COALESCE(h.given_name || ' ' || h.family_name, h.given_name, h.family_name) AS head_name,
    COALESCE(m.people, 0) AS current_users_count,
    d.url
FROM departments d
INNER JOIN paths t ON t.id = d.id
LEFT JOIN members m ON m.department_id = d.id
LEFT JOIN employees h ON h.id = d.manager_id
ORDER BY d.id NULLS LAST
