-- department_without_people: a department in use has nobody in employment that day and no department below it
-- severity info
SELECT 'departments' AS table_name, 'id' AS column_name, d.id AS record_id
FROM departments d
LEFT JOIN (
    SELECT department_id FROM assignment_history WHERE is_current GROUP BY department_id
) p ON p.department_id = d.id
LEFT JOIN (
    SELECT parent_id FROM departments GROUP BY parent_id
) c ON c.parent_id = d.id
WHERE NOT COALESCE(d.is_archived, FALSE) AND p.department_id IS NULL AND c.parent_id IS NULL
ORDER BY record_id NULLS LAST
