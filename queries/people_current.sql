-- people_current: one row per person in employment on the as-of date, with a job position or without one: who, where, since when
--   and under which contract. Of several employments or positions it is the one that assignment_history chooses for the day
-- label: Current workforce | Effectif présent
-- key employee_id
-- column employee_id string! none: the person
-- source employee_id: assignment_history.employee_id
-- column employee_name string directory: given and family name, or the one of them that there is; null when the employee is not
--   visible
-- source employee_name: employees.given_name and employees.family_name
-- label employee_name: First and last name | Prénom et nom
-- column employee_given_name string directory: given name; null when the employee is not visible
-- source employee_given_name: employees.given_name
-- label employee_given_name: First name | Prénom
-- column employee_family_name string directory: family name; null when the employee is not visible
-- source employee_family_name: employees.family_name
-- label employee_family_name: Last name | Nom de famille
-- column employee_email string directory: e-mail address; null when the employee is not visible
-- source employee_email: employees.email
-- label employee_email: E-mail | E-mail professionnel
-- column employee_number string directory: staff number, as text with its leading zeros
-- source employee_number: employees.employee_number
-- column department_id string directory: department of the job position; null without one
-- source department_id: job_positions.department_id
-- column department_name string directory: its name; null when the department is not visible
-- source department_name: departments.name
-- label department_name: Department | Département
-- column department_path_names string directory: names from the root down to it, as in Company / Sales: path_names of
--   headcount_rollup; null without a department
-- source department_path_names: departments.name and departments.parent_id
-- label department_path_names: Department path | Chemin du département
-- column legal_entity_id string directory: legal entity of the employment; null for employments without one
-- source legal_entity_id: employments.legal_entity_id
-- column legal_entity_name string directory: its legal name; null when the legal entity is not visible
-- source legal_entity_name: legal_entities.legal_name
-- label legal_entity_name: Legal entity | Entité légale
-- column business_establishment_id string directory: establishment of the job position; null without one
-- source business_establishment_id: job_positions.business_establishment_id
-- column business_establishment_name string directory: its name; null when the establishment is not visible
-- source business_establishment_name: business_establishments.name
-- label business_establishment_name: Establishment | Établissement
-- column job_title string directory: title of the job position
-- source job_title: job_positions.job_title
-- column job_qualification_title string directory: title of its qualification; null when the qualification is not visible
-- source job_qualification_title: job_qualifications.title
-- label job_qualification_title: Job qualification | Qualification
-- column manager_id string directory: employee who manages the job position; null when nobody does
-- source manager_id: job_positions.manager_id
-- column manager_name string directory: given and family name, or the one of them that there is; null when the manager is not
--   visible
-- source manager_name: employees.given_name and employees.family_name
-- label manager_name: Manager | Responsable hiérarchique
-- column manager_given_name string directory: given name; null when the manager is not visible
-- source manager_given_name: employees.given_name
-- label manager_given_name: Manager's first name | Prénom du responsable
-- column manager_family_name string directory: family name; null when the manager is not visible
-- source manager_family_name: employees.family_name
-- label manager_family_name: Manager's last name | Nom du responsable
-- column manager_email string directory: e-mail address; null when the manager is not visible
-- source manager_email: employees.email
-- label manager_email: Manager's e-mail | E-mail du responsable
-- column is_manager boolean! directory: whether somebody else in employment that day reports to this person
-- source is_manager: span_of_control.manager_id
-- label is_manager: Manages people | Encadre une équipe
-- column direct_reports int64! directory: people in employment that day whose manager this person is; 0 for nobody
-- source direct_reports: span_of_control.direct_reports
-- column contract_term string personal: permanent or fixed, as the template of the employment says; null when it is not visible
-- source contract_term: employment_templates.term
-- label contract_term: Permanent or fixed-term | Durée indéterminée ou déterminée
-- column contract_audience string personal: kind of people that the template is meant for, such as employee or student
-- source contract_audience: employment_templates.audience
-- label contract_audience: Contract audience | Public du contrat
-- column template_id string personal: template of the employment, the kind of contract
-- source template_id: employments.template_id
-- column template_title string personal: its title, such as CDI or CDD; null when the template is not visible
-- source template_title: employment_templates.title
-- label template_title: Contract type | Type de contrat
-- column contract_start_date date! directory: first day of the employment; since when without a day off: seniority_start
-- source contract_start_date: employments.start_date
-- label contract_start_date: Contract start date | Date de début de contrat
-- column contract_end_date date personal: last day of the employment, included, even when another one follows; null when
--   open-ended, as also when it is given as 9999-12-31
-- source contract_end_date: contract_end_dates.end_date
-- label contract_end_date: Contract end date | Date de fin de contrat
-- column contract_days_left int32 personal: days from the as-of date to contract_end_date: 0 on the last day
-- source contract_days_left: contract_end_dates.days_left
-- label contract_days_left: Days left until the contract ends | Jours restants avant la fin de contrat
-- column is_on_probation boolean! personal: whether a probationary period of the employment has begun and not ended
-- source is_on_probation: probation_deadlines.status
-- label is_on_probation: On probation | En période d'essai
-- column probation_ends_on date personal: last day of that period, the latest of several; null without one, and when no end is
--   known
-- source probation_ends_on: probation_deadlines.ends_on
-- label probation_ends_on: End of probation | Fin de période d'essai
-- column probation_days_left int32 personal: days from the as-of date to probation_ends_on: 0 on the last day
-- source probation_days_left: probation_deadlines.days_left
-- label probation_days_left: Days left on probation | Jours restants de période d'essai
-- column seniority_start date! personal: first day that counts: kept by transfers between legal entities, not by a rehire
-- source seniority_start: tenure.seniority_start
-- column seniority_years int64 personal: complete years from seniority_start to the as-of date
-- source seniority_years: tenure.seniority_years
-- column seniority_months int64 personal: complete months beyond those years, 0 to 11
-- source seniority_months: tenure.seniority_months
-- column seniority_bucket string! personal: 0-6m, 6-12m, 1-3y, 3-6y, 6y+ or unknown, as in tenure
-- source seniority_bucket: tenure.seniority_bucket
-- column has_position boolean! directory: whether a job position is valid; where false, all that comes from it is null
-- source has_position: assignment_history.has_position
-- column has_overlap boolean! directory: whether the person has another employment or position too, at some time while this one
--   lasts: then headcount may count them more than once
-- source has_overlap: assignment_history.has_overlap
-- label has_overlap: Has another assignment | A une autre affectation
-- column employment_id string! none: the employment
-- source employment_id: assignment_history.employment_id
-- column job_position_id string none: the job position; null without one
-- source job_position_id: assignment_history.job_position_id
-- lowered rows to directory: whom one works with is in the directory
WITH trials AS (
    SELECT employment_id, MAX(ends_on) AS ends_on, MAX(days_left) AS days_left
    FROM probation_deadlines
    WHERE status NOT IN ('upcoming', 'ended')
    GROUP BY employment_id
),

-- Narrow rows are joined first.
contracts AS (
    SELECT
        e.id,
        e.start_date,
        c.end_date,
        c.days_left,
        p.employment_id IS NOT NULL AS is_on_probation,
        p.ends_on AS probation_ends_on,
        p.days_left AS probation_days_left
    FROM employments e
    LEFT JOIN contract_end_dates c ON c.employment_id = e.id
    LEFT JOIN trials p ON p.employment_id = e.id
),

people AS (
    SELECT
        t.employee_id,
        w.given_name,
        w.family_name,
        n.full_name,
        w.email,
        w.employee_number,
        s.direct_reports,
        t.seniority_start,
        t.seniority_years,
        t.seniority_months,
        t.seniority_bucket
    FROM tenure t
    LEFT JOIN span_of_control s ON s.manager_id = t.employee_id
    LEFT JOIN employee_names n ON n.employee_id = t.employee_id
    LEFT JOIN employees w ON w.id = t.employee_id
)

SELECT
    h.employee_id,
    w.full_name AS employee_name,
    w.given_name AS employee_given_name,
    w.family_name AS employee_family_name,
    w.email AS employee_email,
    w.employee_number,
    h.department_id,
    h.department_name,
    -- A department that is not visible has no root but itself.
    COALESCE(r.path_names, h.department_id) AS department_path_names,
    h.legal_entity_id,
    h.legal_entity_name,
    h.business_establishment_id,
    h.business_establishment_name,
    h.job_title,
    h.job_qualification_title,
    h.manager_id,
    m.full_name AS manager_name,
    m.given_name AS manager_given_name,
    m.family_name AS manager_family_name,
    m.email AS manager_email,
    w.direct_reports IS NOT NULL AS is_manager,
    COALESCE(w.direct_reports, 0) AS direct_reports,
    h.contract_term,
    h.contract_audience,
    h.template_id,
    h.template_title,
    e.start_date AS contract_start_date,
    e.end_date AS contract_end_date,
    e.days_left AS contract_days_left,
    e.is_on_probation,
    e.probation_ends_on,
    e.probation_days_left,
    w.seniority_start,
    w.seniority_years,
    w.seniority_months,
    w.seniority_bucket,
    h.has_position,
    h.has_overlap,
    h.employment_id,
    h.job_position_id
FROM assignment_history h
LEFT JOIN department_roots r ON r.department_id = h.department_id
LEFT JOIN manager_names m ON m.manager_id = h.manager_id
INNER JOIN contracts e ON e.id = h.employment_id
INNER JOIN people w ON w.employee_id = h.employee_id
WHERE h.is_current
ORDER BY h.employee_id NULLS LAST
