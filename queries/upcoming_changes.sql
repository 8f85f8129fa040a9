-- upcoming_changes: one row per event that is known to be due on the as-of date or in the 90 days after it: starter (first
--   day, rehires too), leaver (last day in employment), move (first day in another legal entity, establishment or
--   department), contract_end (last day of an employment, even when another one follows or the person leaves) and
--   probation_end (last day of a probationary period)
-- label: Upcoming changes | Changements à venir
-- key employee_id, change, due_on, employment_id
-- column employee_id string! none: the person
-- label employee_id: Employee ID | Identifiant du collaborateur
-- column employee_given_name string directory: given name; null when the employee is not visible
-- source employee_given_name: employees.given_name
-- label employee_given_name: First name | Prénom
-- column employee_family_name string directory: family name; null when the employee is not visible
-- source employee_family_name: employees.family_name
-- label employee_family_name: Last name | Nom de famille
-- column employee_email string directory: e-mail address; null when the employee is not visible
-- source employee_email: employees.email
-- label employee_email: E-mail | E-mail professionnel
-- column change string! personal: starter, leaver, move, contract_end or probation_end
-- label change: Change | Changement
-- column due_on date! personal: the first or last day, as said above
-- source due_on: movements.event_date or movements.last_day, contract_end_dates.end_date, probationary_periods.ends_on, else
--   extended_ends_on, else initial_ends_on
-- label due_on: Due on | Échéance
-- column days_left int32! personal: days from the as-of date to due_on, 0 to 90
-- label days_left: Days left | Jours restants
-- column within_days int32! personal: 30 (0 to 30 days), 60 (31 to 60) or 90 (61 to 90): the first of these spans that has it
-- label within_days: Due within (days) | Échéance sous (jours)
-- column employment_id string! none: the employment
-- label employment_id: Employment contract ID | Identifiant du contrat de travail
-- column is_continued boolean personal: of a contract_end, whether another employment leaves no day out; else null
-- source is_continued: contract_end_dates.is_continued
-- column legal_entity_id string directory: legal entity on due_on; null when none is known
-- source legal_entity_id: assignment_history.legal_entity_id
-- column legal_entity_name string directory: its legal name; null when the legal entity is not visible
-- source legal_entity_name: assignment_history.legal_entity_name
-- column department_id string directory: department on due_on; null when none is known
-- source department_id: assignment_history.department_id
-- column department_name string directory: its name; null when the department is not visible
-- source department_name: assignment_history.department_name
-- column manager_id string directory: manager on due_on; null when none is known
-- source manager_id: assignment_history.manager_id
-- column manager_given_name string directory: given name; null when the manager is not visible
-- source manager_given_name: employees.given_name
-- label manager_given_name: Manager's first name | Prénom du responsable
-- column manager_family_name string directory: family name; null when the manager is not visible
-- source manager_family_name: employees.family_name
-- label manager_family_name: Manager's last name | Nom du responsable
-- column manager_email string directory: e-mail address; null when the manager is not visible
-- source manager_email: employees.email
-- label manager_email: Manager's e-mail | E-mail du responsable
-- column previous_legal_entity_id string personal: of a move, the legal entity before; else null
-- source previous_legal_entity_id: movements.other_legal_entity_id
-- label previous_legal_entity_id: Previous legal entity ID | Identifiant de l'entité légale précédente
-- column previous_legal_entity_name string personal: its legal name; null when the legal entity is not visible
-- source previous_legal_entity_name: movements.other_legal_entity_name
-- label previous_legal_entity_name: Previous legal entity | Entité légale précédente
-- column previous_department_id string personal: of a move, the department before; else null
-- source previous_department_id: movements.other_department_id
-- label previous_department_id: Previous department ID | Identifiant du département précédent
-- column previous_department_name string personal: its name; null when the department is not visible
-- source previous_department_name: movements.other_department_name
-- label previous_department_name: Previous department | Département précédent
-- lowered legal_entity_id, legal_entity_name, department_id, department_name, manager_id to directory: where somebody
--   works is what colleagues see of each other; the private days that choose the row are not shown by it
-- lowered manager_given_name, manager_family_name, manager_email to directory: where somebody works is what colleagues
--   see of each other; the private days that choose the row are not shown by it
WITH trials AS (
    SELECT DISTINCT
        e.employee_id,
        p.employment_id,
        COALESCE(p.ends_on, p.extended_ends_on, p.initial_ends_on) AS due_on
    FROM probationary_periods p
    INNER JOIN employments e ON e.id = p.employment_id
    WHERE e.end_date IS NULL OR e.end_date >= CAST($as_of AS DATE)
),

changes AS (
    SELECT
        employee_id,
        CASE event WHEN 'leaver' THEN 'leaver' WHEN 'transfer_in' THEN 'move' ELSE 'starter' END AS change,
        COALESCE(last_day, event_date) AS due_on,
        employment_id,
        CAST(NULL AS BOOLEAN) AS is_continued,
        other_legal_entity_id AS previous_legal_entity_id,
        other_legal_entity_name AS previous_legal_entity_name,
        other_department_id AS previous_department_id,
        other_department_name AS previous_department_name
    FROM movements
    WHERE event IN ('joiner', 'rehire', 'leaver', 'transfer_in')
    UNION ALL
    SELECT
        employee_id,
        'contract_end' AS change,
        end_date AS due_on,
        employment_id,
        is_continued,
        CAST(NULL AS STRING) AS previous_legal_entity_id,
        CAST(NULL AS STRING) AS previous_legal_entity_name,
        CAST(NULL AS STRING) AS previous_department_id,
        CAST(NULL AS STRING) AS previous_department_name
    FROM contract_end_dates
    WHERE end_date IS NOT NULL
    UNION ALL
    SELECT
        employee_id,
        'probation_end' AS change,
        due_on,
        employment_id,
        CAST(NULL AS BOOLEAN) AS is_continued,
        CAST(NULL AS STRING) AS previous_legal_entity_id,
        CAST(NULL AS STRING) AS previous_legal_entity_name,
        CAST(NULL AS STRING) AS previous_department_id,
        CAST(NULL AS STRING) AS previous_department_name
    FROM trials
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
        CAST(y.days_ahead + EXTRACT(DOY FROM c.due_on) AS INTEGER) AS days_left
    FROM changes c
    INNER JOIN years y ON y.calendar_year = EXTRACT(YEAR FROM c.due_on)
    WHERE c.due_on >= CAST($as_of AS DATE)
        AND c.due_on <= CAST(CAST($as_of AS DATE) + INTERVAL '90' DAY AS DATE)
)

SELECT
    c.employee_id,
    w.given_name AS employee_given_name,
    w.family_name AS employee_family_name,
    w.email AS employee_email,
    c.change,
    c.due_on,
    c.days_left,
    CAST(CASE WHEN c.days_left <= 30 THEN 30 WHEN c.days_left <= 60 THEN 60 ELSE 90 END AS INTEGER) AS within_days,
    c.employment_id,
    c.is_continued,
    h.legal_entity_id,
    h.legal_entity_name,
    h.department_id,
    h.department_name,
    h.manager_id,
    m.given_name AS manager_given_name,
    m.family_name AS manager_family_name,
    m.email AS manager_email,
    c.previous_legal_entity_id,
    c.previous_legal_entity_name,
    c.previous_department_id,
    c.previous_department_name
FROM counted c
LEFT JOIN assignment_history h
    ON h.employee_id = c.employee_id AND h.valid_from <= c.due_on AND (h.valid_to IS NULL OR h.valid_to > c.due_on)
LEFT JOIN manager_names m ON m.manager_id = h.manager_id
LEFT JOIN employees w ON w.id = c.employee_id
ORDER BY c.due_on NULLS LAST, c.employee_id NULLS LAST, c.change NULLS LAST, c.employment_id NULLS LAST
