-- contract_list: one row per employment whose last day is the as-of date or one of the 90 days after it
-- label: Contract ends, 90 days | Fins de contrat, 90 jours
-- key employment_id
-- column employment_id string! none: the employment
-- source employment_id: contract_end_dates.employment_id
-- column employee_given_name string directory: given name; null when the employee is not visible
-- source employee_given_name: contract_end_dates.employee_given_name
-- column employee_family_name string directory: family name; null when the employee is not visible
-- source employee_family_name: contract_end_dates.employee_family_name
-- column department_name string directory: department on the as-of date; null when none is known
-- source department_name: assignment_history.department_name
-- column legal_entity_name string directory: legal entity of the employment; null when it is not visible
-- source legal_entity_name: contract_end_dates.legal_entity_name
-- column due_on date directory: last day of the employment
-- source due_on: contract_end_dates.end_date
-- label due_on: Contract end date | Date de fin de contrat
-- column days_left int32 directory: days from the as-of date to it
-- source days_left: contract_end_dates.days_left
-- column template_title string personal: kind of contract; null when it is not visible
-- source template_title: contract_end_dates.template_title
-- column is_continued boolean! personal: whether another employment of the person leaves no day out
-- source is_continued: contract_end_dates.is_continued
-- lowered due_on, days_left, rows to directory: by when somebody has to decide is all that the list of deadlines says, for
--   those who decide; where nobody is to be named, the ceiling is none, and there is no list
SELECT
    c.employment_id,
    c.employee_given_name,
    c.employee_family_name,
    h.department_name,
    c.legal_entity_name,
    c.end_date AS due_on,
    c.days_left,
    c.template_title,
    c.is_continued
FROM contract_end_dates c
LEFT JOIN assignment_history h ON h.employment_id = c.employment_id AND h.is_current
WHERE c.days_left BETWEEN 0 AND 90
ORDER BY c.end_date NULLS LAST, c.employment_id NULLS LAST
