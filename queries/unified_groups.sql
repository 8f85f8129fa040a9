-- unified_groups: one row per department, archived ones included, with the column names of unified HRIS models
-- label: Groups (unified model) | Groupes (modèle unifié)
-- key id
-- column id string! none: the department
-- source id: departments.id
-- column remote_id string none: identifier of the department in the customer's other systems
-- source remote_id: departments.remote_id
-- column parent_group string none: department directly above, which may be missing from the table; null at the root
-- source parent_group: departments.parent_id
-- label parent_group: Parent department ID | Identifiant du département parent
-- column name string none: name of the department
-- source name: departments.name
-- column description string none: description
-- source description: departments.description
-- column type string! none: always department, the only kind of group that Lucca has
-- label type: Group type | Type de groupe
-- column manager_id string directory: employee who heads the department
-- source manager_id: departments.manager_id
-- column is_active boolean none: whether the department is in use, the contrary of archived
-- source is_active: departments.is_archived
-- label is_active: Active | Actif
SELECT
    id,
    remote_id,
    parent_id AS parent_group,
    name,
    description,
    'department' AS type,
    manager_id,
    NOT is_archived AS is_active
FROM departments
ORDER BY id NULLS LAST
