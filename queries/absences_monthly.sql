-- absences_monthly: with a legacy key: one row per month, unit and leave account with approved absences: people, days and hours. Months that are not
--   over hold what is approved so far. A unit is a department of a legal entity, by the job position that applies on each day; those
--   in which fewer than five people are away are put together. Accounts of fewer than five people in a unit are put together
--   too, in account hidden, with a larger one where they have fewer than five people together; all sensitive accounts are one,
--   sensitive. So no number, and no difference of numbers, is of one to four people. Each absence is in one row, so days of a
--   month add up to everybody's, but for what is_suppressed marks. This does not protect against comparing days
-- label: Monthly absences | Absences par mois
-- key month_start, legal_entity_id, unit, department_id, account, account_id
-- column month_start date! none: first day of the month
-- source month_start: leaves.date
-- label month_start: Month start | Début de mois
-- column is_over boolean! none: whether the as-of date is the last day of the month or later
-- label is_over: Month is over | Mois terminé
-- column legal_entity_id string directory: legal entity of the employments; null without one, and in other_legal_entities
-- source legal_entity_id: assignment_history.legal_entity_id
-- column legal_entity_name string directory: its legal name; null when the legal entity is not visible
-- source legal_entity_name: legal_entities.legal_name
-- label legal_entity_name: Legal entity | Entité légale
-- column unit string! none: department: that of department_id, or nobody's where it is null; other_departments: those of the
--   legal entity that are too small, together; other_legal_entities: those of the tenant
-- label unit: Grouping | Regroupement
-- column department_id string directory: department of the job positions; null without one, and in other units
-- source department_id: assignment_history.department_id
-- column department_name string directory: its name; null when the department is not visible
-- source department_name: departments.name
-- label department_name: Department | Département
-- column account string! none: account: that of account_id; sensitive: all sensitive ones together; hidden: those of fewer than
--   five people, together
-- label account: Account shown | Compte affiché
-- column account_id string directory: leave account; null when sensitive or hidden
-- source account_id: leaves.leave_account_id
-- label account_id: Leave account ID | Identifiant du compte d'absence
-- column account_name string directory: its name
-- source account_name: leave_accounts.name
-- label account_name: Leave account | Compte d'absence
-- column people int64 none: people away on some day of the month; null when they are fewer than five in the whole tenant. Not
--   to be added up: somebody may be in several rows
-- label people: People away | Personnes absentes
-- column days double none: days of accounts in days, half a day each half day; null when they are those of one to four people
-- source days: leaves
-- label days: Days of absence | Jours d'absence
-- column hours double none: hours of accounts in hours; null without any, when one of them cannot be read, and when they are those
--   of one to four people
-- source hours: leaves.value
-- label hours: Hours of absence | Heures d'absence
-- column is_suppressed boolean! none: whether people, days or hours are hidden
-- label is_suppressed: Hidden for confidentiality | Masqué par confidentialité
-- lowered month_start, is_over, unit, account, people, days, hours, is_suppressed to none: a row is made of the absences of five
--   people or more, or shows no number
-- lowered account_id, account_name, rows to directory: that five people or more of a unit are away, on an account declared to be
--   harmless, names nobody
WITH cells AS (
    SELECT
        month_start,
        unit,
        unit_key,
        account_key,
        COUNT(DISTINCT employee_id) AS people
    FROM absence_people
    GROUP BY month_start, unit, unit_key, account_key
),

-- Who is on the small accounts of a unit, and which of the others is the smallest.
rests AS (
    SELECT p.month_start, p.unit, p.unit_key, COUNT(DISTINCT p.employee_id) AS people
    FROM absence_people p
    INNER JOIN cells c
        ON c.month_start = p.month_start AND c.unit = p.unit AND c.unit_key = p.unit_key AND c.account_key = p.account_key
    WHERE c.people < 5
    GROUP BY p.month_start, p.unit, p.unit_key
),

ordered AS (
    SELECT
        cells.*,
        ROW_NUMBER() OVER (
            PARTITION BY month_start, unit, unit_key
            ORDER BY CASE WHEN people < 5 THEN 1 ELSE 0 END, people, account_key
        ) AS place
    FROM cells
),

judged AS (
    SELECT
        o.month_start,
        o.unit,
        o.unit_key,
        o.account_key,
        o.people < 5 OR (o.place = 1 AND COALESCE(r.people, 0) BETWEEN 1 AND 4) AS is_hidden
    FROM ordered o
    LEFT JOIN rests r ON r.month_start = o.month_start AND r.unit = o.unit AND r.unit_key = o.unit_key
),

shown AS (
    SELECT
        p.*,
        CASE WHEN j.is_hidden THEN 'hidden' WHEN p.account_id IS NULL THEN 'sensitive' ELSE 'account' END AS account,
        CASE WHEN NOT j.is_hidden THEN p.account_id END AS shown_account_id
    FROM absence_people p
    INNER JOIN judged j
        ON j.month_start = p.month_start AND j.unit = p.unit AND j.unit_key = p.unit_key AND j.account_key = p.account_key
),

counted AS (
    SELECT
        month_start,
        legal_entity_id,
        unit,
        department_id,
        account,
        shown_account_id AS account_id,
        COUNT(DISTINCT employee_id) AS people,
        COUNT(DISTINCT CASE WHEN half_days_in_days > 0 THEN employee_id END) AS people_in_days,
        COUNT(DISTINCT CASE WHEN half_days_in_hours > 0 THEN employee_id END) AS people_in_hours,
        CAST(SUM(half_days_in_days) AS DOUBLE) / 2 AS days,
        CASE WHEN SUM(half_days_read) = SUM(half_days_in_hours) THEN CAST(SUM(minutes) AS DOUBLE) / 60 END AS hours
    FROM shown
    GROUP BY month_start, legal_entity_id, unit, department_id, account, shown_account_id
)

SELECT
    c.month_start,
    CAST(c.month_start + INTERVAL '1' MONTH AS DATE) <= CAST(CAST($as_of AS DATE) + INTERVAL '1' DAY AS DATE) AS is_over,
    c.legal_entity_id,
    l.legal_name AS legal_entity_name,
    c.unit,
    c.department_id,
    d.name AS department_name,
    c.account,
    c.account_id,
    a.name AS account_name,
    CASE WHEN c.people >= 5 THEN CAST(c.people AS BIGINT) END AS people,
    CASE WHEN c.people >= 5 AND c.people_in_days NOT BETWEEN 1 AND 4 THEN c.days END AS days,
    CASE WHEN c.people_in_hours >= 5 THEN c.hours END AS hours,
    c.people < 5 OR c.people_in_days BETWEEN 1 AND 4 OR c.people_in_hours BETWEEN 1 AND 4 AS is_suppressed
FROM counted c
LEFT JOIN legal_entities l ON l.id = c.legal_entity_id
LEFT JOIN departments d ON d.id = c.department_id
LEFT JOIN leave_accounts a ON a.id = c.account_id
ORDER BY
    c.month_start NULLS LAST,
    c.legal_entity_id NULLS LAST,
    c.unit NULLS LAST,
    c.department_id NULLS LAST,
    c.account NULLS LAST,
    c.account_id NULLS LAST
