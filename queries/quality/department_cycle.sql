-- department_cycle: a department is above itself
-- severity error
SELECT 'departments' AS table_name, 'parent_id' AS column_name, id AS record_id
FROM departments
WHERE parent_id = id
UNION
SELECT 'departments' AS table_name, 'parent_id' AS column_name, a.descendant_id AS record_id
FROM department_closure a
INNER JOIN department_closure b ON b.descendant_id = a.ancestor_id AND b.ancestor_id = a.descendant_id
WHERE a.is_cycle AND b.is_cycle AND a.depth > 0 AND b.depth > 0
ORDER BY record_id NULLS LAST
