-- unified_employees: one row per person, whatever the status, with the column names of unified HRIS models
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
-- column last_name string directory: family name
-- source last_name: employees.family_name
-- column name string directory: given and family name
-- source name: employees.given_name and employees.family_name
-- column work_email string directory: professional e-mail address
-- source work_email: employees.email
-- column personal_email string personal: private e-mail address
-- source personal_email: employee_personal_records.email
-- column work_phone string directory: professional phone number
-- source work_phone: employees.phone_number
-- column personal_phone string personal: private phone number
-- source personal_phone: employee_personal_records.phone_number
-- column date_of_birth date personal: date of birth
-- source date_of_birth: employee_personal_records.birth_date
-- column gender string personal: male, female, diverse or unknown, the words of Lucca
-- source gender: employee_personal_records.legal_gender
-- column nationalities string_list personal: nationalities, ISO 3166-1 alpha-3
-- source nationalities: employee_personal_records.nationalities_country_codes
-- column employment_status string directory: active, pending or inactive on the as-of date, by the dates of the
--   employment; without a visible one, what Lucca said on the day of the extraction in these words
-- source employment_status: employments.start_date and employments.end_date, else employees.status
-- column employment_id string none: the employment valid on the as-of date, else the first upcoming one, else the last
--   one; among equals the one that started latest (upcoming: first), then the one with the smallest id; a row of
--   unified_employments
-- source employment_id: employments.id
-- column start_date date directory: first day of that employment
-- source start_date: employments.start_date
-- column termination_date date personal: last day of that employment, included; null when open-ended
-- source termination_date: employments.end_date
-- column hire_date date directory: first day of the first employment, so that a rehired person keeps it
-- source hire_date: employments.start_date
-- column company_id string directory: legal entity of that employment, a row of unified_companies when visible
-- source company_id: employments.legal_entity_id
-- column job_role_id string none: job position of that employment, chosen by the same rule; a row of unified_job_roles
-- source job_role_id: job_positions.id
-- column job_title string directory: its title
-- source job_title: job_positions.job_title
-- column group_id string directory: its department, a row of unified_groups when visible
-- source group_id: job_positions.department_id
-- column location_id string directory: its establishment, a row of unified_locations when visible
-- source location_id: job_positions.business_establishment_id
-- column manager_id string directory: employee who manages it
-- source manager_id: job_positions.manager_id
-- column created_at timestamp none: when the record was created
-- source created_at: employees.created_at
-- column updated_at timestamp none: when the record was last changed
-- source updated_at: employees.last_updated_at
-- lowered employment_status, start_date, hire_date, company_id, job_title, group_id, location_id to directory: where
--   somebody works is what colleagues see of each other; the private days that choose the row are not shown by it
-- lowered manager_id to directory: where somebody works is what colleagues see of each other; the private days that
--   choose the row are not shown by it
-- lowered employment_id, job_role_id to none: identifiers, which tell nothing by themselves
WITH classed_employments AS (
    SELECT
        id,
        employee_id,
        legal_entity_id,
        start_date,
        end_date,
        CASE
            WHEN start_date > CAST($as_of AS DATE) THEN 2
            WHEN start_date <= CAST($as_of AS DATE) AND (end_date IS NULL OR end_date >= CAST($as_of AS DATE)) THEN 1
            ELSE 3
        END AS class,
        MIN(start_date) OVER (PARTITION BY employee_id) AS hire_date
    FROM employments
),

ranked_employments AS (
    SELECT
        id,
        employee_id,
        legal_entity_id,
        start_date,
        end_date,
        hire_date,
        CASE class WHEN 1 THEN 'active' WHEN 2 THEN 'pending' ELSE 'inactive' END AS status,
        ROW_NUMBER() OVER (
            PARTITION BY employee_id
            ORDER BY
                class,
                CASE WHEN class = 2 THEN start_date END NULLS LAST,
                start_date DESC NULLS LAST,
                id
        ) AS choice
    FROM classed_employments
),

classed_positions AS (
    SELECT
        id,
        employment_id,
        department_id,
        manager_id,
        business_establishment_id,
        job_title,
        starts_on,
        CASE
            WHEN starts_on > CAST($as_of AS DATE) THEN 2
            WHEN starts_on <= CAST($as_of AS DATE) AND (ends_on IS NULL OR ends_on >= CAST($as_of AS DATE)) THEN 1
            ELSE 3
        END AS class
    FROM job_positions
),

ranked_positions AS (
    SELECT
        id,
        employment_id,
        department_id,
        manager_id,
        business_establishment_id,
        job_title,
        ROW_NUMBER() OVER (
            PARTITION BY employment_id
            ORDER BY
                class,
                CASE WHEN class = 2 THEN starts_on END NULLS LAST,
                starts_on DESC NULLS LAST,
                id
        ) AS choice
    FROM classed_positions
),

-- A person has one record; should there be several, the one that changed last counts.
ranked_records AS (
    SELECT
        employee_id,
        email,
        phone_number,
        birth_date,
        legal_gender,
        nationalities_country_codes,
        ROW_NUMBER() OVER (PARTITION BY employee_id ORDER BY last_updated_at DESC NULLS LAST, id) AS choice
    FROM employee_personal_records
)

SELECT
    w.id,
    w.remote_id,
    w.employee_number,
    w.given_name AS first_name,
    w.family_name AS last_name,
    COALESCE(w.given_name || ' ' || w.family_name, w.given_name, w.family_name) AS name,
    w.email AS work_email,
    r.email AS personal_email,
    w.phone_number AS work_phone,
    r.phone_number AS personal_phone,
    r.birth_date AS date_of_birth,
    r.legal_gender AS gender,
    r.nationalities_country_codes AS nationalities,
    COALESCE(
        e.status,
        CASE w.status WHEN 'upcoming' THEN 'pending' WHEN 'deactivated' THEN 'inactive' ELSE w.status END
    ) AS employment_status,
    e.id AS employment_id,
    e.start_date,
    e.end_date AS termination_date,
    e.hire_date,
    e.legal_entity_id AS company_id,
    j.id AS job_role_id,
    j.job_title,
    j.department_id AS group_id,
    j.business_establishment_id AS location_id,
    j.manager_id,
    w.created_at,
    w.last_updated_at AS updated_at
FROM employees w
LEFT JOIN ranked_employments e ON e.employee_id = w.id AND e.choice = 1
LEFT JOIN ranked_positions j ON j.employment_id = e.id AND j.choice = 1
LEFT JOIN ranked_records r ON r.employee_id = w.id AND r.choice = 1
ORDER BY w.id NULLS LAST
