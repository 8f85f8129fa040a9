-- absent_on_day: with a legacy key: one row per person and day with an approved absence on the as-of date or one of the thirty days after it, in
--   the order of days and departments. It does not say why. Days that nobody has to work, such as most weekends, have no rows
-- label: Absent people by day | Absents par jour
-- zone personal
-- key day, employee_id
-- column day date! personal: the day
-- source day: leaves.date
-- label day: Day | Jour
-- column department_id string directory: department of the job position that applies that day; null without one
-- source department_id: assignment_history.department_id
-- column department_name string directory: its name; null when the department is not visible
-- source department_name: assignment_history.department_name
-- column legal_entity_id string directory: legal entity of the employment that applies that day; null without one
-- source legal_entity_id: assignment_history.legal_entity_id
-- column legal_entity_name string directory: its legal name; null when the legal entity is not visible
-- source legal_entity_name: assignment_history.legal_entity_name
-- column employee_id string! none: the person
-- source employee_id: leaves.employee_id
-- column employee_given_name string directory: given name; null when the employee is not visible
-- source employee_given_name: employees.given_name
-- label employee_given_name: First name | Prénom
-- column employee_family_name string directory: family name; null when the employee is not visible
-- source employee_family_name: employees.family_name
-- label employee_family_name: Last name | Nom de famille
-- column employee_email string directory: e-mail address; null when the employee is not visible
-- source employee_email: employees.email
-- label employee_email: E-mail | E-mail professionnel
-- column is_away_morning boolean! personal: whether the person is away in the morning, or for some hours of it
-- source is_away_morning: leaves.is_am
-- label is_away_morning: Away in the morning | Absence le matin
-- column is_away_afternoon boolean! personal: whether the person is away in the afternoon, or for some hours of it
-- source is_away_afternoon: leaves.is_am
-- label is_away_afternoon: Away in the afternoon | Absence l'après-midi
-- column hours double personal: hours of absence of accounts in hours; null without any, and when one of them cannot be read
-- source hours: leaves.value
-- label hours: Hours of absence | Heures d'absence
-- column starts_on date personal: first day of the absence; of several that day, of the first
-- source starts_on: leave_periods.starts_on
-- column ends_on date personal: last day of the absence, included; of several that day, of the last
-- source ends_on: leave_periods.ends_on
-- lowered department_id, department_name, legal_entity_id, legal_entity_name to directory: where somebody works is what
--   colleagues see of each other
WITH away AS (
    SELECT
        h.day,
        h.employee_id,
        MAX(h.department_id) AS department_id,
        MAX(h.department_name) AS department_name,
        MAX(h.legal_entity_id) AS legal_entity_id,
        MAX(h.legal_entity_name) AS legal_entity_name,
        MAX(CASE WHEN h.is_am THEN 1 ELSE 0 END) = 1 AS is_away_morning,
        MAX(CASE WHEN h.is_am THEN 0 ELSE 1 END) = 1 AS is_away_afternoon,
        CASE
            WHEN COUNT(h.minutes) = SUM(CASE WHEN h.is_in_hours THEN 1 ELSE 0 END)
                THEN CAST(SUM(h.minutes) AS DOUBLE) / 60
        END AS hours,
        MIN(p.starts_on) AS starts_on,
        MAX(p.ends_on) AS ends_on
    FROM absence_half_days h
    LEFT JOIN leave_periods p ON p.id = h.leave_period_id
    WHERE h.state = 'approved'
        AND h.day >= CAST($as_of AS DATE)
        AND h.day <= CAST(CAST($as_of AS DATE) + INTERVAL '30' DAY AS DATE)
    GROUP BY h.day, h.employee_id
)

SELECT
    a.day,
    a.department_id,
    a.department_name,
    a.legal_entity_id,
    a.legal_entity_name,
    a.employee_id,
    w.given_name AS employee_given_name,
    w.family_name AS employee_family_name,
    w.email AS employee_email,
    a.is_away_morning,
    a.is_away_afternoon,
    a.hours,
    a.starts_on,
    a.ends_on
FROM away a
LEFT JOIN employees w ON w.id = a.employee_id
ORDER BY a.day NULLS LAST, a.department_name NULLS LAST, a.department_id NULLS LAST, a.employee_id NULLS LAST
