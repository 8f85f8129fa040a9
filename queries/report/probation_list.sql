-- probation_list: one row per probationary period that ends on the as-of date or in the 90 days after it
-- label: Probation ends, 90 days | Fins de période d'essai, 90 j
-- key probationary_period_id
-- column probationary_period_id string! none: the probationary period
-- source probationary_period_id: probation_deadlines.probationary_period_id
-- column employee_given_name string directory: given name; null when the employee is not visible
-- source employee_given_name: probation_deadlines.employee_given_name
-- column employee_family_name string directory: family name; null when the employee is not visible
-- source employee_family_name: probation_deadlines.employee_family_name
-- column department_name string directory: department of the job position; null when it is not visible
-- source department_name: probation_deadlines.department_name
-- column legal_entity_name string directory: legal entity of the employment; null when it is not visible
-- source legal_entity_name: probation_deadlines.legal_entity_name
-- column manager_given_name string directory: the manager's given name; null when the manager is not visible
-- source manager_given_name: probation_deadlines.manager_given_name
-- column manager_family_name string directory: the manager's family name; null when the manager is not visible
-- source manager_family_name: probation_deadlines.manager_family_name
-- column due_on date directory: last day of the period
-- source due_on: probation_deadlines.ends_on
-- label due_on: End of probation | Fin de période d'essai
-- column days_left int32 directory: days from the as-of date to it
-- source days_left: probation_deadlines.days_left
-- column is_extended boolean! personal: whether the period was extended
-- source is_extended: probation_deadlines.is_extended
-- column notify_by date personal: indicative, France only: last day to end the period with the notice that is due
-- source notify_by: probation_deadlines.notify_by
-- lowered due_on, days_left, rows to directory: by when somebody has to decide is all that the list of deadlines says, for
--   those who decide; where nobody is to be named, the ceiling is none, and there is no list
SELECT
    probationary_period_id,
    employee_given_name,
    employee_family_name,
    department_name,
    legal_entity_name,
    manager_given_name,
    manager_family_name,
    ends_on AS due_on,
    days_left,
    is_extended,
    notify_by
FROM probation_deadlines
WHERE days_left BETWEEN 0 AND 90
ORDER BY ends_on NULLS LAST, probationary_period_id NULLS LAST
