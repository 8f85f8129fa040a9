-- leave_periods: with a legacy key: one row per absence without a break, as somebody asked for it. An absence that the list of absences does not
--   give is put together from its half days, as far as they were read: then is_rebuilt is true
-- label: Absence requests | Demandes d'absence
-- zone personal
-- without v3_leave_periods: they are put together from half days then
-- key id
-- column id string! none: identifier of the absence
-- label id: ID | Identifiant
-- column employee_id string none: employee who is away
-- label employee_id: Employee ID | Identifiant du collaborateur
-- column starts_on date personal: first day, included
-- label starts_on: First day of absence | Premier jour d'absence
-- column starts_am boolean personal: whether it starts in the morning of that day; false is the afternoon
-- label starts_am: Starts in the morning | Commence le matin
-- column ends_on date personal: last day, included
-- label ends_on: Last day of absence | Dernier jour d'absence
-- column ends_am boolean personal: whether the morning is the last half day; false is the afternoon
-- label ends_am: Ends in the morning | Se termine le matin
-- column is_confirmed boolean personal: whether it is approved; false while it waits
-- label is_confirmed: Approved | Approuvée
-- column confirmed_at timestamp personal: when it was approved
-- label confirmed_at: Approved at | Approuvé le
-- column status string personal: pending, approved, denied, cancelled or cancellation_pending, as the newest entry of logs says;
--   null without one
-- label status: Status | Statut
-- column attachment_id string sensitive: document of the absence, such as a medical certificate
-- label attachment_id: Supporting document ID | Identifiant du justificatif
-- column logs string sensitive: what happened to the request, with comments, as the API sends it
-- label logs: History of the request | Historique de la demande
-- column is_rebuilt boolean! none: whether first and last day are those of its half days
-- label is_rebuilt: Rebuilt from half days | Reconstituée à partir des demi-journées
WITH halves AS (
    SELECT
        leave_period_id AS id,
        MAX(employee_id) AS employee_id,
        MIN(CAST(date AS VARCHAR) || CASE WHEN is_am THEN '/1' ELSE '/2' END) AS first_half,
        MAX(CAST(date AS VARCHAR) || CASE WHEN is_am THEN '/1' ELSE '/2' END) AS last_half,
        BOOL_OR(is_confirmed) AS is_confirmed,
        MAX(confirmed_at) AS confirmed_at,
        MAX(attachment_id) AS attachment_id,
        MAX(logs) AS logs,
        MAX(_extracted_at) AS _extracted_at,
        MAX(_run_id) AS _run_id
    FROM leaves
    GROUP BY leave_period_id
),

periods AS (
    SELECT
        COALESCE(p.id, h.id) AS id,
        COALESCE(p.employee_id, h.employee_id) AS employee_id,
        COALESCE(p.starts_on, CAST(split_part(h.first_half, '/', 1) AS DATE)) AS starts_on,
        CASE WHEN p.starts_on IS NULL THEN split_part(h.first_half, '/', 2) = '1' ELSE p.starts_am END AS starts_am,
        COALESCE(p.ends_on, CAST(split_part(h.last_half, '/', 1) AS DATE)) AS ends_on,
        CASE WHEN p.ends_on IS NULL THEN split_part(h.last_half, '/', 2) = '1' ELSE p.ends_am END AS ends_am,
        COALESCE(p.is_confirmed, h.is_confirmed) AS is_confirmed,
        COALESCE(p.confirmed_at, h.confirmed_at) AS confirmed_at,
        COALESCE(p.attachment_id, h.attachment_id) AS attachment_id,
        COALESCE(p.logs, h.logs) AS logs,
        p.starts_on IS NULL OR p.ends_on IS NULL AS is_rebuilt,
        p._extra,
        COALESCE(p._extracted_at, h._extracted_at) AS _extracted_at,
        COALESCE(p._run_id, h._run_id) AS _run_id
    FROM v3_leave_periods p
    FULL JOIN halves h ON h.id = p.id
),

steps AS (
    SELECT id, unnest(json_items(logs)) AS step
    FROM periods
),

told AS (
    SELECT
        id,
        lower(json_text(json_get(step, 'status'))) AS status,
        ROW_NUMBER() OVER (
            PARTITION BY id
            ORDER BY
                json_text(json_get(step, 'date')) DESC NULLS LAST,
                TRY_CAST(json_text(json_get(step, 'id')) AS BIGINT) DESC NULLS LAST
        ) AS place
    FROM steps
)

SELECT
    p.id,
    p.employee_id,
    p.starts_on,
    p.starts_am,
    p.ends_on,
    p.ends_am,
    p.is_confirmed,
    p.confirmed_at,
    CASE
        WHEN t.status IN ('0', 'pending') THEN 'pending'
        WHEN t.status IN ('2', 'approved') THEN 'approved'
        WHEN t.status IN ('3', 'denied') THEN 'denied'
        WHEN t.status IN ('4', 'cancelled', 'canceled') THEN 'cancelled'
        WHEN t.status IN ('5', 'cancellationpending') THEN 'cancellation_pending'
    END AS status,
    p.attachment_id,
    p.logs,
    p.is_rebuilt,
    p._extra,
    p._extracted_at,
    p._run_id
FROM periods p
LEFT JOIN told t ON t.id = p.id AND t.place = 1
