-- absence_periods: with a legacy key: one row per absence without a break and leave account that it is charged to, as somebody asked for it: from
--   and to with their halves, what became of it, and how much of the account it takes. Days are those between leaves_from and
--   leaves_until, the days whose absences are read. Two accounts in one absence are two rows with the same from and to
-- label: Absences | Absences par période
-- zone personal
-- key leave_period_id, account_id
-- column leave_period_id string! none: the absence
-- source leave_period_id: leave_periods.id
-- label leave_period_id: Absence ID | Identifiant de l'absence
-- column employee_id string none: the person
-- source employee_id: leave_periods.employee_id
-- column employee_given_name string directory: given name; null when the employee is not visible
-- source employee_given_name: employees.given_name
-- label employee_given_name: First name | Prénom
-- column employee_family_name string directory: family name; null when the employee is not visible
-- source employee_family_name: employees.family_name
-- label employee_family_name: Last name | Nom de famille
-- column employee_email string directory: e-mail address; null when the employee is not visible
-- source employee_email: employees.email
-- label employee_email: E-mail | E-mail professionnel
-- column department_id string directory: department of the job position that applies on the first day; null without one
-- source department_id: assignment_history.department_id
-- column department_name string directory: its name; null when the department is not visible
-- source department_name: assignment_history.department_name
-- column legal_entity_id string directory: legal entity of the employment that applies on the first day; null without one
-- source legal_entity_id: assignment_history.legal_entity_id
-- column legal_entity_name string directory: its legal name; null when the legal entity is not visible
-- source legal_entity_name: assignment_history.legal_entity_name
-- column starts_on date personal: first day, included
-- source starts_on: leave_periods.starts_on
-- column starts_in string personal: morning or afternoon: the first half day
-- source starts_in: leave_periods.starts_am
-- label starts_in: Starts in the | Début (matin ou après-midi)
-- column ends_on date personal: last day, included
-- source ends_on: leave_periods.ends_on
-- column ends_in string personal: morning or afternoon: the last half day
-- source ends_in: leave_periods.ends_am
-- label ends_in: Ends in the | Fin (matin ou après-midi)
-- column account_id string sensitive: leave account; null when no half day of the absence is visible
-- source account_id: leaves.leave_account_id
-- label account_id: Leave account ID | Identifiant du compte d'absence
-- column account_name string sensitive: its name, which says why somebody is away
-- source account_name: leave_accounts.name
-- label account_name: Leave account | Compte d'absence
-- column harmless_account_name string personal: its name where harmless_accounts declares the account; null for all others
-- source harmless_account_name: leave_accounts.name
-- label harmless_account_name: Leave account (if not sensitive) | Compte d'absence (si non sensible)
-- column state string! personal: approved, pending, denied or cancelled; approved while a cancellation waits
-- source state: leaves.is_active, leave_periods.is_confirmed and leave_periods.status
-- label state: Status | Statut
-- column days double! personal: days of an account in days: half a day for each half day that is approved or pending; 0 when
--   denied or cancelled, and for an account in hours
-- source days: leaves
-- label days: Days of absence | Jours d'absence
-- column hours double personal: hours of an account in hours, approved or pending; null for an account in days, and when one of
--   them cannot be read
-- source hours: leaves.value
-- label hours: Hours of absence | Heures d'absence
-- column half_days int64! personal: half days that are approved or pending, of accounts in days or hours
-- source half_days: leaves
-- label half_days: Half days | Demi-journées
-- column dropped_half_days int64! personal: half days that were denied or cancelled
-- source dropped_half_days: leaves
-- label dropped_half_days: Denied or cancelled half days | Demi-journées refusées ou annulées
-- column is_rebuilt boolean! none: whether from and to are those of the half days, as the list of absences does not have it
-- source is_rebuilt: leave_periods.is_rebuilt
-- lowered department_id, department_name, legal_entity_id, legal_entity_name to directory: where somebody works is what
--   colleagues see of each other
-- lowered harmless_account_name to personal: the account is declared to be harmless
-- lowered state, days, hours, half_days, dropped_half_days to personal: the account tells rows of one absence apart, and is not
--   seen in them
WITH charged AS (
    SELECT
        leave_period_id,
        account_id,
        CASE MIN(CASE state WHEN 'approved' THEN 1 WHEN 'pending' THEN 2 WHEN 'denied' THEN 3 ELSE 4 END)
            WHEN 1 THEN 'approved'
            WHEN 2 THEN 'pending'
            WHEN 3 THEN 'denied'
            ELSE 'cancelled'
        END AS state,
        SUM(CASE WHEN state IN ('approved', 'pending') AND NOT is_in_hours THEN 1 ELSE 0 END) AS half_days_in_days,
        SUM(CASE WHEN state IN ('approved', 'pending') AND is_in_hours THEN 1 ELSE 0 END) AS half_days_in_hours,
        SUM(CASE WHEN state IN ('approved', 'pending') AND minutes IS NOT NULL THEN 1 ELSE 0 END) AS half_days_read,
        SUM(CASE WHEN state IN ('approved', 'pending') THEN minutes END) AS minutes,
        SUM(CASE WHEN state IN ('approved', 'pending') THEN 0 ELSE 1 END) AS dropped_half_days
    FROM absence_half_days
    GROUP BY leave_period_id, account_id
)

SELECT
    p.id AS leave_period_id,
    p.employee_id,
    w.given_name AS employee_given_name,
    w.family_name AS employee_family_name,
    w.email AS employee_email,
    h.department_id,
    h.department_name,
    h.legal_entity_id,
    h.legal_entity_name,
    p.starts_on,
    CASE WHEN p.starts_am THEN 'morning' WHEN NOT p.starts_am THEN 'afternoon' END AS starts_in,
    p.ends_on,
    CASE WHEN p.ends_am THEN 'morning' WHEN NOT p.ends_am THEN 'afternoon' END AS ends_in,
    c.account_id,
    a.name AS account_name,
    CASE WHEN NOT a.is_sensitive THEN a.name END AS harmless_account_name,
    CASE
        WHEN c.state IS NOT NULL THEN c.state
        WHEN p.status IN ('denied', 'cancelled') THEN p.status
        WHEN p.is_confirmed OR p.status IN ('approved', 'cancellation_pending') THEN 'approved'
        WHEN NOT p.is_confirmed OR p.status = 'pending' THEN 'pending'
        ELSE 'approved'
    END AS state,
    COALESCE(CAST(c.half_days_in_days AS DOUBLE) / 2, 0) AS days,
    CASE WHEN c.half_days_read = c.half_days_in_hours THEN CAST(c.minutes AS DOUBLE) / 60 END AS hours,
    CAST(COALESCE(c.half_days_in_days + c.half_days_in_hours, 0) AS BIGINT) AS half_days,
    CAST(COALESCE(c.dropped_half_days, 0) AS BIGINT) AS dropped_half_days,
    p.is_rebuilt
FROM leave_periods p
LEFT JOIN charged c ON c.leave_period_id = p.id
LEFT JOIN leave_accounts a ON a.id = c.account_id
LEFT JOIN employees w ON w.id = p.employee_id
LEFT JOIN assignment_history h
    ON h.employee_id = p.employee_id AND h.valid_from <= p.starts_on AND (h.valid_to IS NULL OR h.valid_to > p.starts_on)
ORDER BY p.starts_on NULLS LAST, p.employee_id NULLS LAST, p.id NULLS LAST, c.account_id NULLS LAST
