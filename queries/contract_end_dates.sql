-- contract_end_dates: one row per employment with a last day on or after the as-of date, whatever its kind, and per
--   fixed-term employment whose last day is missing; employments that start in the future included
-- label: Contract ends | Fins de contrat
-- key employment_id
-- column employment_id string! none: the employment
-- source employment_id: employments.id
-- label employment_id: Employment contract ID | Identifiant du contrat de travail
-- column employee_id string! none: the person
-- source employee_id: employments.employee_id
-- column employee_given_name string directory: given name; null when the employee is not visible
-- source employee_given_name: employees.given_name
-- label employee_given_name: First name | Prénom
-- column employee_family_name string directory: family name; null when the employee is not visible
-- source employee_family_name: employees.family_name
-- label employee_family_name: Last name | Nom de famille
-- column employee_email string directory: e-mail address; null when the employee is not visible
-- source employee_email: employees.email
-- label employee_email: E-mail | E-mail professionnel
-- column legal_entity_id string directory: legal entity of the employment; null for employments without one
-- source legal_entity_id: employments.legal_entity_id
-- column legal_entity_name string directory: its legal name; null when the legal entity is not visible
-- source legal_entity_name: legal_entities.legal_name
-- label legal_entity_name: Legal entity | Entité légale
-- column template_id string personal: template of the employment, the kind of contract
-- source template_id: employments.template_id
-- column template_title string personal: its title; null when the template is not visible
-- source template_title: employment_templates.title
-- label template_title: Contract type | Type de contrat
-- column contract_term string personal: permanent or fixed, as the template says; null when it is not visible
-- source contract_term: employment_templates.term
-- label contract_term: Permanent or fixed-term | Durée indéterminée ou déterminée
-- column contract_audience string personal: kind of people that the template is meant for, such as employee or student
-- source contract_audience: employment_templates.audience
-- label contract_audience: Contract audience | Public du contrat
-- column start_date date! directory: first day of the employment
-- source start_date: employments.start_date
-- column end_date date personal: last day of the employment, included; null when it is missing
-- source end_date: employments.end_date; 9999-12-31 is read as missing
-- label end_date: Contract end date | Date de fin de contrat
-- column days_left int32 personal: days from the as-of date to end_date: 0 on the last day; null when it is missing
-- label days_left: Days left | Jours restants
-- column status string! personal: due_30_days (0 to 30 days left), due_60_days (31 to 60), due_90_days (61 to 90), later, or
--   end_missing
-- label status: Status | Statut
-- column successor_employment_id string personal: employment of the same person that goes on after end_date: the first
--   to start of those that last longer and start later; null when none is known
-- source successor_employment_id: employments.id
-- label successor_employment_id: Following contract ID | Identifiant du contrat suivant
-- column successor_start_date date personal: its first day
-- source successor_start_date: employments.start_date
-- label successor_start_date: Following contract start date | Date de début du contrat suivant
-- column is_continued boolean! personal: whether that employment leaves no day out after end_date
-- label is_continued: Followed by another contract | Suivi d'un autre contrat
-- without employment_templates.term, employments.template_id: which contracts without a last day should have one is not known
--   then, so that only those with one are listed
WITH contracts AS (
    SELECT
        id,
        employee_id,
        legal_entity_id,
        template_id,
        start_date,
        CASE WHEN end_date < CAST('9999-12-31' AS DATE) THEN end_date END AS end_date
    FROM employments
    WHERE end_date IS NULL OR end_date >= start_date
),

due AS (
    SELECT
        c.*,
        t.title AS template_title,
        t.term AS contract_term,
        t.audience AS contract_audience
    FROM contracts c
    LEFT JOIN employment_templates t ON t.id = c.template_id
    WHERE c.end_date >= CAST($as_of AS DATE) OR (c.end_date IS NULL AND t.term = 'fixed')
),

successors AS (
    SELECT
        c.id,
        s.id AS successor_id,
        s.start_date,
        ROW_NUMBER() OVER (PARTITION BY c.id ORDER BY s.start_date, s.id) AS choice
    FROM contracts c
    INNER JOIN contracts s ON s.employee_id = c.employee_id
    WHERE c.end_date >= CAST($as_of AS DATE)
        AND s.start_date > c.start_date AND (s.end_date IS NULL OR s.end_date > c.end_date)
),

-- Days from the as-of date to the last one before each year, as calendar_years says: those to a date are these and its day of the
-- year.
years AS (
    SELECT
        y.calendar_year,
        y.days_before - t.days_before - EXTRACT(DOY FROM CAST($as_of AS DATE)) AS days_ahead
    FROM calendar_years y
    CROSS JOIN calendar_years t
    WHERE t.calendar_year = EXTRACT(YEAR FROM CAST($as_of AS DATE))
),

counted AS (
    SELECT
        c.*,
        CAST(y.days_ahead + EXTRACT(DOY FROM c.end_date) AS INTEGER) AS days_left,
        s.successor_id,
        s.start_date AS successor_start_date
    FROM due c
    LEFT JOIN years y ON y.calendar_year = EXTRACT(YEAR FROM c.end_date)
    LEFT JOIN successors s ON s.id = c.id AND s.choice = 1
)

SELECT
    c.id AS employment_id,
    c.employee_id,
    w.given_name AS employee_given_name,
    w.family_name AS employee_family_name,
    w.email AS employee_email,
    c.legal_entity_id,
    l.legal_name AS legal_entity_name,
    c.template_id,
    c.template_title,
    c.contract_term,
    c.contract_audience,
    c.start_date,
    c.end_date,
    c.days_left,
    CASE
        WHEN c.end_date IS NULL THEN 'end_missing'
        WHEN c.days_left <= 30 THEN 'due_30_days'
        WHEN c.days_left <= 60 THEN 'due_60_days'
        WHEN c.days_left <= 90 THEN 'due_90_days'
        ELSE 'later'
    END AS status,
    c.successor_id AS successor_employment_id,
    c.successor_start_date,
    COALESCE(c.successor_start_date <= CAST(c.end_date + INTERVAL '1' DAY AS DATE), FALSE) AS is_continued
FROM counted c
LEFT JOIN employees w ON w.id = c.employee_id
LEFT JOIN legal_entities l ON l.id = c.legal_entity_id
ORDER BY c.end_date NULLS LAST, c.id NULLS LAST
