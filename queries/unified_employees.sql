-- unified_employees: one row per person, whatever the status, with the column names of unified HRIS models
-- label: Employees (unified model) | Collaborateurs (modèle unifié)
-- zone personal
-- key id
-- column id string! none: the person
-- source id: employees.id
-- column remote_id string directory: identifier of the person in the customer's other systems
-- source remote_id: employees.remote_id
-- column employee_number string directory: staff number, as text with its leading zeros
-- source employee_number: employees.employee_number
-- column first_name string directory: given name
-- source first_name: employees.given_name
-- label first_name: First name | Prénom
-- column last_name string directory: family name
-- source last_name: employees.family_name
-- label last_name: Last name | Nom de famille
-- column name string directory: given and family name
-- source name: employees.given_name and employees.family_name
-- label name: First and last name | Prénom et nom
-- column work_email string directory: professional e-mail address
-- source work_email: employees.email
-- label work_email: Work e-mail | E-mail professionnel
-- column personal_email string personal: private e-mail address
-- source personal_email: employee_personal_records.email
-- label personal_email: Personal e-mail | E-mail personnel
-- column work_phone string directory: professional phone number
-- source work_phone: employees.phone_number
-- label work_phone: Work phone | Téléphone professionnel
-- column personal_phone string personal: private phone number
-- source personal_phone: employee_personal_records.phone_number
-- label personal_phone: Personal phone | Téléphone personnel
-- column date_of_birth date personal: date of birth
-- source date_of_birth: employee_personal_records.birth_date
-- label date_of_birth: Date of birth | Date de naissance
-- column gender string personal: male, female, diverse or unknown, the words of Lucca
-- source gender: employee_personal_records.legal_gender
-- label gender: Gender | Sexe
-- column nationalities string_list personal: nationalities, ISO 3166-1 alpha-3
-- source nationalities: employee_personal_records.nationalities_country_codes
-- label nationalities: Nationalities | Nationalités
-- column employment_status string directory: active, pending or inactive on the as-of date, by the dates of the
--   employment; without a visible one, what Lucca said on the day of the extraction in these words
-- source employment_status: employments.start_date and employments.end_date, else employees.status
-- label employment_status: Status | Statut
-- column employment_id string none: the employment valid on the as-of date, else the first upcoming one, else the last
--   one; among equals the one that started latest (upcoming: first), then the one with the smallest id; a row of
--   unified_employments
-- source employment_id: employments.id
-- label employment_id: Employment contract ID | Identifiant du contrat de travail
-- column start_date date directory: first day of that employment
-- source start_date: employments.start_date
-- column termination_date date personal: last day of that employment, included; null when open-ended
-- source termination_date: employments.end_date
-- label termination_date: Contract end date | Date de fin de contrat
-- column hire_date date directory: first day of the first employment, so that a rehired person keeps it
-- source hire_date: employments.start_date
-- label hire_date: Hire date | Date d'embauche
-- column company_id string directory: legal entity of that employment, a row of unified_companies when visible
-- source company_id: employments.legal_entity_id
-- label company_id: Legal entity ID | Identifiant de l'entité légale
-- column job_role_id string none: job position of that employment, chosen by the same rule; a row of unified_job_roles
-- source job_role_id: job_positions.id
-- label job_role_id: Job position ID | Identifiant du poste occupé
-- column job_title string directory: its title
-- source job_title: job_positions.job_title
-- column group_id string directory: its department, a row of unified_groups when visible
-- source group_id: job_positions.department_id
-- label group_id: Department ID | Identifiant du département
-- column location_id string directory: its establishment, a row of unified_locations when visible
-- source location_id: job_positions.business_establishment_id
-- label location_id: Establishment ID | Identifiant de l'établissement
-- column manager_id string directory: employee who manages it
-- source manager_id: job_positions.manager_id
-- column created_at timestamp none: when the record was created
-- source created_at: employees.created_at
-- column updated_at timestamp none: when the record was last changed
-- source updated_at: employees.last_updated_at
-- label updated_at: Last updated at | Dernière modification le
-- lowered employment_status, start_date, hire_date, company_id, job_title, group_id, location_id to directory: where
--   somebody works is what colleagues see of each other; the private days that choose the row are not shown by it
-- lowered manager_id to directory: where somebody works is what colleagues see of each other; the private days that
--   choose the row are not shown by it
-- lowered employment_id, job_role_id to none: identifiers, which tell nothing by themselves
-- lowered rows to directory: every person has a row, whatever the status
WITH jobs AS (
    -- Narrow rows are joined first.
    SELECT
        e.employee_id,
        e.status,
        e.id AS employment_id,
        e.start_date,
        e.end_date,
        e.hire_date,
        e.legal_entity_id,
        j.id AS job_position_id,
        j.job_title,
        j.department_id,
        j.business_establishment_id,
        j.manager_id
    FROM applicable_employments e
    LEFT JOIN applicable_positions j ON j.employment_id = e.id
)

SELECT
    w.id,
    w.remote_id,
    w.employee_number,
    w.given_name AS first_name,
    w.family_name AS last_name,
    n.full_name AS name,
    w.email AS work_email,
    r.email AS personal_email,
    w.phone_number AS work_phone,
    r.phone_number AS personal_phone,
    r.birth_date AS date_of_birth,
    r.legal_gender AS gender,
    r.nationalities_country_codes AS nationalities,
    CASE COALESCE(j.status, w.status)
        WHEN 'upcoming' THEN 'pending'
        WHEN 'deactivated' THEN 'inactive'
        ELSE COALESCE(j.status, w.status)
    END AS employment_status,
    j.employment_id,
    j.start_date,
    j.end_date AS termination_date,
    j.hire_date,
    j.legal_entity_id AS company_id,
    j.job_position_id AS job_role_id,
    j.job_title,
    j.department_id AS group_id,
    j.business_establishment_id AS location_id,
    j.manager_id,
    w.created_at,
    w.last_updated_at AS updated_at
FROM employees w
LEFT JOIN employee_names n ON n.employee_id = w.id
LEFT JOIN latest_personal_records r ON r.employee_id = w.id
LEFT JOIN jobs j ON j.employee_id = w.id
ORDER BY w.id NULLS LAST
