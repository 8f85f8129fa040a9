-- absence_half_days: one row per half day of leaves, and what became of it
--   A half day that Lucca marks as not active was cancelled or denied. One that is active counts: it is approved when the absence
--   is confirmed or the newest entry of its log approves it, also while a cancellation waits, and pending when it is said not
--   to be confirmed; where nothing is said it is approved, as the list is that of approved leaves. A time of cancellation on an
--   active half day is that of an earlier request when the log ends with an approval, and cancels it otherwise
-- internal
-- column leave_period_id string! none: the absence
-- column employee_id string! none: the person
-- column day date! personal: the day
-- column is_am boolean! personal: whether it is the morning
-- column account_id string sensitive: leave account; null when it is not visible
-- column state string! personal: approved, pending, denied or cancelled
-- column minutes int64 personal: minutes of absence, of an account in hours; null for one in days, and for a text that is no
--   duration
-- column is_in_hours boolean! personal: whether the account is in hours
-- column department_id string directory: department of the job position that applies that day; null without one
-- column department_name string directory: its name
-- column legal_entity_id string directory: legal entity of the employment that applies that day; null without one
-- column legal_entity_name string directory: its legal name
-- lowered department_id, department_name, legal_entity_id, legal_entity_name to directory: where somebody works is what
--   colleagues see of each other
WITH told AS (
    SELECT
        l.leave_period_id,
        l.employee_id,
        l.date AS day,
        l.is_am,
        l.leave_account_id AS account_id,
        NULLIF(TRIM(BOTH ' ' FROM l.value), '') AS duration,
        COALESCE(l.is_active, TRUE) AS is_active,
        l.cancelled_at IS NOT NULL OR l.cancelled_by_id IS NOT NULL AS has_cancellation,
        COALESCE(p.is_confirmed, l.is_confirmed) AS is_confirmed,
        COALESCE(p.status, 'unknown') AS status
    FROM leaves l
    LEFT JOIN leave_periods p ON p.id = l.leave_period_id
),

-- A duration is a number of hours, with a point or a comma, or hours, minutes and seconds with colons.
measured AS (
    SELECT
        told.*,
        CASE
            WHEN duration LIKE '%:%'
                THEN 60 * TRY_CAST(SPLIT_PART(duration, ':', 1) AS DOUBLE)
                    + TRY_CAST(SPLIT_PART(duration, ':', 2) AS DOUBLE)
                    + COALESCE(TRY_CAST(SPLIT_PART(duration, ':', 3) AS DOUBLE), 0) / 60
            ELSE 60 * TRY_CAST(REPLACE(duration, ',', '.') AS DOUBLE)
        END AS exact_minutes
    FROM told
)

SELECT
    m.leave_period_id,
    m.employee_id,
    m.day,
    m.is_am,
    m.account_id,
    CASE
        WHEN NOT m.is_active AND m.status = 'denied' THEN 'denied'
        WHEN NOT m.is_active AND (m.has_cancellation OR m.status = 'cancelled') THEN 'cancelled'
        WHEN NOT m.is_active AND NOT m.is_confirmed THEN 'denied'
        WHEN NOT m.is_active THEN 'cancelled'
        WHEN m.has_cancellation AND m.status <> 'approved' THEN 'cancelled'
        WHEN m.is_confirmed OR m.status IN ('approved', 'cancellation_pending') THEN 'approved'
        WHEN m.status IN ('denied', 'cancelled') THEN m.status
        WHEN NOT m.is_confirmed OR m.status = 'pending' THEN 'pending'
        ELSE 'approved'
    END AS state,
    CASE WHEN m.exact_minutes BETWEEN 0 AND 1440 THEN CAST(ROUND(m.exact_minutes) AS BIGINT) END AS minutes,
    m.duration IS NOT NULL AS is_in_hours,
    h.department_id,
    h.department_name,
    h.legal_entity_id,
    h.legal_entity_name
FROM measured m
LEFT JOIN assignment_history h
    ON h.employee_id = m.employee_id AND h.valid_from <= m.day AND (h.valid_to IS NULL OR h.valid_to > m.day)
