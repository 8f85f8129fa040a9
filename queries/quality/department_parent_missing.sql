-- department_parent_missing: the department above is not visible
-- severity warning
SELECT 'departments' AS table_name, 'parent_id' AS column_name, d.id AS record_id
FROM departments d
LEFT JOIN departments p ON p.id = d.parent_id
WHERE d.parent_id IS NOT NULL AND p.id IS NULL
ORDER BY record_id NULLS LAST
