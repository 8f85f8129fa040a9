-- probation_deadlines: one row per probationary period of an employment that has not ended before the as-of date; periods
--   that are over are there too, with status ended and days_left below 0: filter days_left BETWEEN 0 AND 30, say
-- label: Probation deadlines | Échéances de période d'essai
-- key probationary_period_id
-- column probationary_period_id string! none: the probationary period
-- source probationary_period_id: probationary_periods.id
-- label probationary_period_id: Probationary period ID | Identifiant de la période d'essai
-- column employee_id string none: the employee on probation
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
-- column employment_id string! none: the employment the period belongs to
-- source employment_id: probationary_periods.employment_id
-- column legal_entity_id string directory: legal entity of the employment
-- source legal_entity_id: employments.legal_entity_id
-- column legal_entity_name string directory: its legal name; null when the legal entity is not visible
-- source legal_entity_name: legal_entities.legal_name
-- label legal_entity_name: Legal entity | Entité légale
-- column department_id string directory: department of the job position. The position is the one valid on the as-of date,
--   else the first upcoming one, else the last one; among equals the one that started latest (upcoming: first), then the
--   one with the smallest id
-- source department_id: job_positions.department_id
-- column department_name string directory: its name; null when the department is not visible
-- source department_name: departments.name
-- label department_name: Department | Département
-- column job_title string directory: title of that job position
-- source job_title: job_positions.job_title
-- column manager_id string directory: employee who manages that job position
-- source manager_id: job_positions.manager_id
-- column manager_given_name string directory: given name; null when the manager is not visible
-- source manager_given_name: employees.given_name
-- label manager_given_name: Manager's first name | Prénom du responsable
-- column manager_family_name string directory: family name; null when the manager is not visible
-- source manager_family_name: employees.family_name
-- label manager_family_name: Manager's last name | Nom du responsable
-- column manager_email string directory: e-mail address; null when the manager is not visible
-- source manager_email: employees.email
-- label manager_email: Manager's e-mail | E-mail du responsable
-- column starts_on date directory: first day of the period
-- source starts_on: probationary_periods.starts_on
-- column initial_ends_on date personal: last day as first agreed
-- source initial_ends_on: probationary_periods.initial_ends_on
-- column extended_ends_on date personal: last day after an extension; null without one
-- source extended_ends_on: probationary_periods.extended_ends_on
-- column ends_on date personal: last day of the period
-- source ends_on: probationary_periods.ends_on, else extended_ends_on, else initial_ends_on
-- label ends_on: End of probation | Fin de période d'essai
-- column is_extended boolean! personal: whether the period was extended
-- label is_extended: Extended | Renouvelée
-- column days_left int32 personal: days from the as-of date to ends_on: 0 on the last day, negative once past
-- label days_left: Days left | Jours restants
-- column status string! personal: upcoming (starts after the as-of date), ended (ends_on is past), due_7_days (0 to 7
--   days left), due_30_days (8 to 30), in_progress (more, or no end known)
-- label status: Status | Statut
-- column renewal_decision_by date personal: indicative, France only: last day to agree in writing on a renewal, which is
--   the last day of the initial period; a renewal also needs a branch agreement that allows it and a clause of the
--   contract (L1221-21, L1221-23). Null when it was extended already, and outside France
-- source renewal_decision_by: probationary_periods.initial_ends_on
-- label renewal_decision_by: Decide on renewal by | Renouvellement à décider au plus tard le
-- column notify_by date personal: indicative, France only: last day on which the employer can end the period and leave the
--   notice of L1221-25 before ends_on: 24 hours below 8 days of presence, 48 hours up to 1 month, 2 weeks after 1 month,
--   1 month after 3 months, presence counted to the day of the notice, included. Absences that suspend the period move
--   its end and the deadline; Lucca's dates are taken as they are. Null when no day of the period leaves that notice,
--   and outside France
-- source notify_by: probationary_periods.starts_on and ends_on, where legal_entities.country_code is FRA
-- label notify_by: Give notice by | Prévenir au plus tard le
-- column notice string personal: indicative, France only: the notice due on notify_by: 24_hours, 48_hours, 2_weeks or
--   1_month
-- label notice: Notice period | Délai de prévenance
-- lowered department_id, department_name, job_title, manager_id, manager_given_name to directory: where somebody
--   works is what colleagues see of each other; the private days that choose the row are not shown by it
-- lowered manager_family_name, manager_email to directory: where somebody works is what colleagues see of each other;
--   the private days that choose the row are not shown by it
WITH periods AS (
    SELECT
        p.id,
        e.employee_id,
        p.employment_id,
        e.legal_entity_id,
        p.starts_on,
        p.initial_ends_on,
        p.extended_ends_on,
        COALESCE(p.ends_on, p.extended_ends_on, p.initial_ends_on) AS ends_on
    FROM probationary_periods p
    INNER JOIN employments e ON e.id = p.employment_id
    -- Judged by its dates: the status an account keeps is that of the day it was read, not of the as-of date.
    WHERE e.end_date IS NULL OR e.end_date >= CAST($as_of AS DATE)
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
        periods.*,
        CAST(y.days_ahead + EXTRACT(DOY FROM ends_on) AS INTEGER) AS days_left,
        -- The notice grows with presence. For each length: the last day that leaves it, and the first day it is due.
        CAST(ends_on - INTERVAL '1' MONTH AS DATE) AS month_by,
        CAST(CAST(starts_on + INTERVAL '3' MONTH AS DATE) - INTERVAL '1' DAY AS DATE) AS month_from,
        CAST(ends_on - INTERVAL '14' DAY AS DATE) AS weeks_by,
        CAST(CAST(starts_on + INTERVAL '1' MONTH AS DATE) - INTERVAL '1' DAY AS DATE) AS weeks_from,
        CAST(ends_on - INTERVAL '2' DAY AS DATE) AS two_days_by,
        CAST(starts_on + INTERVAL '7' DAY AS DATE) AS two_days_from,
        CAST(ends_on - INTERVAL '1' DAY AS DATE) AS day_by
    FROM periods
    LEFT JOIN years y ON y.calendar_year = EXTRACT(YEAR FROM ends_on)
),

-- The latest day on which the notice due that day is left; the day before a longer notice is due may be the last.
deadlines AS (
    SELECT
        counted.*,
        CASE
            WHEN month_by >= month_from THEN month_by
            WHEN weeks_by >= weeks_from THEN LEAST(weeks_by, CAST(month_from - INTERVAL '1' DAY AS DATE))
            WHEN two_days_by >= two_days_from THEN LEAST(two_days_by, CAST(weeks_from - INTERVAL '1' DAY AS DATE))
            WHEN day_by >= starts_on THEN LEAST(day_by, CAST(two_days_from - INTERVAL '1' DAY AS DATE))
        END AS notify_by,
        CASE
            WHEN month_by >= month_from THEN '1_month'
            WHEN weeks_by >= weeks_from THEN '2_weeks'
            WHEN two_days_by >= two_days_from THEN '48_hours'
            WHEN day_by >= starts_on THEN '24_hours'
        END AS notice
    FROM counted
)

SELECT
    p.id AS probationary_period_id,
    p.employee_id,
    w.given_name AS employee_given_name,
    w.family_name AS employee_family_name,
    w.email AS employee_email,
    p.employment_id,
    p.legal_entity_id,
    l.legal_name AS legal_entity_name,
    j.department_id,
    d.name AS department_name,
    j.job_title,
    j.manager_id,
    m.given_name AS manager_given_name,
    m.family_name AS manager_family_name,
    m.email AS manager_email,
    p.starts_on,
    p.initial_ends_on,
    p.extended_ends_on,
    p.ends_on,
    p.extended_ends_on IS NOT NULL AS is_extended,
    p.days_left,
    CASE
        WHEN p.starts_on > CAST($as_of AS DATE) THEN 'upcoming'
        WHEN p.days_left < 0 THEN 'ended'
        WHEN p.days_left <= 7 THEN 'due_7_days'
        WHEN p.days_left <= 30 THEN 'due_30_days'
        ELSE 'in_progress'
    END AS status,
    CASE WHEN l.country_code = 'FRA' AND p.extended_ends_on IS NULL THEN p.initial_ends_on END AS renewal_decision_by,
    CASE WHEN l.country_code = 'FRA' THEN p.notify_by END AS notify_by,
    CASE WHEN l.country_code = 'FRA' THEN p.notice END AS notice
FROM deadlines p
LEFT JOIN legal_entities l ON l.id = p.legal_entity_id
LEFT JOIN applicable_positions j ON j.employment_id = p.employment_id
LEFT JOIN departments d ON d.id = j.department_id
LEFT JOIN manager_names m ON m.manager_id = j.manager_id
LEFT JOIN employees w ON w.id = p.employee_id
ORDER BY p.ends_on NULLS LAST, p.id
