-- employment_spells: one row per person and spell: a stretch of days in employment with one legal entity, contracts that
--   follow each other without a day between them joined. A first day after days without employment is a rehire, a change
--   of legal entity without a day between is a transfer; of employments that overlap, the one that assignment_history
--   chooses for the day counts
-- key employee_id, spell_number
-- column employee_id string! none: the person
-- source employee_id: assignment_history.employee_id
-- column spell_number int64! personal: 1 for the first spell of the person, then 2 and so on, future ones included
-- column legal_entity_id string directory: the employing legal entity; null for employments without one
-- source legal_entity_id: assignment_history.legal_entity_id
-- column legal_entity_name string directory: its legal name; null when the legal entity is not visible
-- source legal_entity_name: assignment_history.legal_entity_name
-- column first_day date! personal: first day of the spell
-- source first_day: assignment_history.valid_from
-- column last_day date personal: last day of the spell, included; null when open-ended
-- source last_day: assignment_history.valid_to, the day before
-- column is_current boolean! directory: whether the as-of date is within the spell
-- column is_future boolean! directory: whether the spell starts after the as-of date
-- column is_rehire boolean! personal: whether the person was employed before, though not on the day before first_day
-- column is_transfer boolean! personal: whether the person came from another legal entity the day before first_day
-- column is_followed_by_transfer boolean! personal: whether the person goes to another legal entity the day after
--   last_day: then they do not leave
-- column seniority_start date! personal: first day of the spells that follow each other by transfer up to this one: the
--   day from which seniority counts when each transfer keeps it
-- column contracts int64! personal: employments of the spell, those that another one overlaps for good left out
-- column first_employment_id string! none: employment on first_day
-- source first_employment_id: assignment_history.employment_id
-- column last_employment_id string! none: employment on last_day, or the last one known
-- source last_employment_id: assignment_history.employment_id
-- lowered legal_entity_id, legal_entity_name, is_current, is_future to directory: whom somebody works for is what
--   colleagues see of each other; for how long is in first_day and last_day
WITH stretches AS (
    SELECT
        employee_id,
        legal_entity_id,
        legal_entity_name,
        employment_id,
        valid_from,
        valid_to,
        ROW_NUMBER() OVER (PARTITION BY employee_id ORDER BY valid_from) AS place,
        LAG(valid_to) OVER (PARTITION BY employee_id ORDER BY valid_from) AS previous_to,
        LAG(legal_entity_id) OVER (PARTITION BY employee_id ORDER BY valid_from) AS previous_entity_id
    FROM assignment_history
),

-- arrival: what happened on the first day of the stretch.
arrivals AS (
    SELECT
        stretches.*,
        CASE
            WHEN place = 1 THEN 'join'
            WHEN previous_to < valid_from THEN 'rehire'
            WHEN legal_entity_id = previous_entity_id OR (legal_entity_id IS NULL AND previous_entity_id IS NULL)
                THEN 'stay'
            ELSE 'transfer'
        END AS arrival
    FROM stretches
),

numbered AS (
    SELECT
        arrivals.*,
        CAST(
            SUM(CASE WHEN arrival = 'stay' THEN 0 ELSE 1 END) OVER (
                PARTITION BY employee_id ORDER BY valid_from ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
            ) AS BIGINT
        ) AS spell_number,
        MAX(CASE WHEN arrival IN ('join', 'rehire') THEN valid_from END) OVER (
            PARTITION BY employee_id ORDER BY valid_from ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS seniority_start
    FROM arrivals
),

-- Counted by their first stretches: engines need far more memory to count distinct values in many groups.
counted AS (
    SELECT
        numbered.*,
        ROW_NUMBER() OVER (PARTITION BY employee_id, spell_number, employment_id ORDER BY valid_from) AS turn
    FROM numbered
),

spells AS (
    SELECT
        employee_id,
        spell_number,
        MIN(legal_entity_id) AS legal_entity_id,
        MIN(legal_entity_name) AS legal_entity_name,
        MIN(valid_from) AS first_day,
        -- Only the last stretch can be open-ended.
        CASE WHEN COUNT(valid_to) = COUNT(*) THEN MAX(valid_to) END AS valid_to,
        MIN(CASE WHEN arrival <> 'stay' THEN arrival END) AS arrival,
        MIN(seniority_start) AS seniority_start,
        COUNT(CASE WHEN turn = 1 THEN 1 END) AS contracts,
        MIN(place) AS first_place,
        MAX(place) AS last_place
    FROM counted
    GROUP BY employee_id, spell_number
)

SELECT
    s.employee_id,
    s.spell_number,
    s.legal_entity_id,
    s.legal_entity_name,
    s.first_day,
    CAST(s.valid_to - INTERVAL '1' DAY AS DATE) AS last_day,
    s.first_day <= CAST($as_of AS DATE) AND (s.valid_to IS NULL OR s.valid_to > CAST($as_of AS DATE)) AS is_current,
    s.first_day > CAST($as_of AS DATE) AS is_future,
    s.arrival = 'rehire' AS is_rehire,
    s.arrival = 'transfer' AS is_transfer,
    COALESCE(LEAD(s.arrival) OVER (PARTITION BY s.employee_id ORDER BY s.first_day) = 'transfer', FALSE)
        AS is_followed_by_transfer,
    s.seniority_start,
    s.contracts,
    a.employment_id AS first_employment_id,
    z.employment_id AS last_employment_id
FROM spells s
INNER JOIN stretches a ON a.employee_id = s.employee_id AND a.place = s.first_place
INNER JOIN stretches z ON z.employee_id = s.employee_id AND z.place = s.last_place
ORDER BY s.employee_id NULLS LAST, s.spell_number NULLS LAST
