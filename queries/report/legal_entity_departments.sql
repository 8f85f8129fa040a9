-- legal_entity_departments: one row per legal entity and department with people of it on the as-of date, in the department itself or
--   below it. The largest come first, so that the first rows are trees that are whole upwards
-- key legal_entity_id, department_id
-- column legal_entity_id string directory: the legal entity; null for employments without one
-- source legal_entity_id: headcount_rollup.legal_entity_id
-- column legal_entity_name string directory: its legal name; null when it is not visible
-- source legal_entity_name: headcount_rollup.legal_entity_name
-- column department_id string directory: the department; null for positions without one
-- source department_id: headcount_rollup.department_id
-- column department_name string directory: its name; null when it is not visible
-- source department_name: headcount_rollup.department_name
-- column depth int32! directory: steps down from the root
-- source depth: headcount_rollup.depth
-- column path string directory: ids from the root down to the department
-- source path: headcount_rollup.path
-- column path_names string directory: names of the departments from the root down
-- source path_names: headcount_rollup.path_names
-- column headcount int64! none: people of the legal entity in exactly this department
-- source headcount: headcount_rollup.headcount
-- column headcount_with_sub_departments int64! none: people of it in the department or any below it
-- source headcount_with_sub_departments: headcount_rollup.headcount_with_sub_departments
SELECT
    legal_entity_id,
    legal_entity_name,
    department_id,
    department_name,
    depth,
    path,
    path_names,
    headcount,
    headcount_with_sub_departments
FROM headcount_rollup
WHERE axis = 'department_legal_entity'
ORDER BY headcount_with_sub_departments DESC, depth NULLS LAST, legal_entity_id NULLS LAST, department_id NULLS LAST
