-- employment_spells: one row per person and spell: a stretch of days in employment with one legal entity, contracts that
--   follow each other without a day between them joined. A first day after days without employment is a rehire, a change
--   of legal entity without a day between is a transfer; of employments that overlap, the one that assignment_history
--   chooses for the day counts
-- label: Employment spells | Périodes d'emploi
-- key employee_id, spell_number
-- column employee_id string! none: the person
-- source employee_id: assignment_history.employee_id
-- column spell_number int64! personal: 1 for the first spell of the person, then 2 and so on, future ones included
-- label spell_number: Spell number | Numéro de période d'emploi
-- column legal_entity_id string directory: the employing legal entity; null for employments without one
-- source legal_entity_id: assignment_history.legal_entity_id
-- column legal_entity_name string directory: its legal name; null when the legal entity is not visible
-- source legal_entity_name: assignment_history.legal_entity_name
-- column first_day date! personal: first day of the spell
-- source first_day: assignment_history.valid_from
-- label first_day: First day employed | Premier jour de la période
-- column last_day date personal: last day of the spell, included; null when open-ended
-- source last_day: assignment_history.valid_to, the day before
-- label last_day: Last day employed | Dernier jour de la période
-- column is_current boolean! directory: whether the as-of date is within the spell
-- label is_current: Current | En cours
-- column is_future boolean! directory: whether the spell starts after the as-of date
-- label is_future: In the future | À venir
-- column is_rehire boolean! personal: whether the person was employed before, though not on the day before first_day
-- label is_rehire: Rehire | Réembauche
-- column is_transfer boolean! personal: whether the person came from another legal entity the day before first_day
-- label is_transfer: Transfer from another legal entity | Mutation depuis une autre entité légale
-- column is_followed_by_transfer boolean! personal: whether the person goes to another legal entity the day after
--   last_day: then they do not leave
-- label is_followed_by_transfer: Transfer to another legal entity | Mutation vers une autre entité légale
-- column seniority_start date! personal: first day of the spells that follow each other by transfer up to this one: the
--   day from which seniority counts when each transfer keeps it
-- label seniority_start: Seniority start date | Date de début d'ancienneté
-- column contracts int64! personal: employments of the spell, those that another one overlaps for good left out
-- label contracts: Contracts | Nombre de contrats
-- column first_employment_id string! none: employment on first_day
-- source first_employment_id: assignment_history.employment_id
-- label first_employment_id: First contract ID | Identifiant du premier contrat
-- column last_employment_id string! none: employment on last_day, or the last one known
-- source last_employment_id: assignment_history.employment_id
-- label last_employment_id: Last contract ID | Identifiant du dernier contrat
-- lowered is_current, is_future to directory: whom somebody works for is what colleagues see of each other; for how long is
--   in first_day and last_day
-- lowered last_employment_id to none: an identifier, which tells nothing by itself
WITH stretches AS (
    SELECT
        employee_id,
        legal_entity_id,
        legal_entity_name,
        employment_id,
        valid_from,
        LAG(valid_to) OVER (PARTITION BY employee_id ORDER BY valid_from) AS previous_to,
        LAG(legal_entity_id) OVER (PARTITION BY employee_id ORDER BY valid_from) AS previous_entity_id,
        LAG(employment_id) OVER (PARTITION BY employee_id ORDER BY valid_from) AS previous_employment_id,
        LAST_VALUE(valid_to) OVER (
            PARTITION BY employee_id ORDER BY valid_from ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        ) AS final_to,
        LAST_VALUE(employment_id) OVER (
            PARTITION BY employee_id ORDER BY valid_from ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        ) AS final_employment_id
    FROM assignment_history
),

-- A turn lasts from one employment to the next. arrival: what happened on its first day; previous_turn: the first day of the
-- turn that the same employment had before, which another one interrupted.
turns AS (
    SELECT
        stretches.*,
        CASE
            WHEN previous_employment_id IS NULL THEN 'join'
            WHEN previous_to < valid_from THEN 'rehire'
            WHEN legal_entity_id IS NOT DISTINCT FROM previous_entity_id THEN 'stay'
            ELSE 'transfer'
        END AS arrival,
        LAG(valid_from) OVER (PARTITION BY employee_id, employment_id ORDER BY valid_from) AS previous_turn
    FROM stretches
    WHERE employment_id IS DISTINCT FROM previous_employment_id
),

begun AS (
    SELECT
        turns.*,
        MAX(CASE WHEN arrival <> 'stay' THEN valid_from END) OVER (
            PARTITION BY employee_id ORDER BY valid_from ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS first_day,
        MAX(CASE WHEN arrival IN ('join', 'rehire') THEN valid_from END) OVER (
            PARTITION BY employee_id ORDER BY valid_from ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS seniority_start
    FROM turns
),

-- contracts_before: those of the person before the spell, an employment counting once for each spell.
counted AS (
    SELECT
        begun.*,
        SUM(CASE WHEN previous_turn >= first_day THEN 0 ELSE 1 END) OVER (
            PARTITION BY employee_id ORDER BY valid_from ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) - 1 AS contracts_before,
        SUM(CASE WHEN previous_turn >= first_day THEN 0 ELSE 1 END) OVER (
            PARTITION BY employee_id ORDER BY valid_from ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        ) AS final_contracts
    FROM begun
),

spells AS (
    SELECT
        employee_id,
        ROW_NUMBER() OVER (PARTITION BY employee_id ORDER BY first_day) AS spell_number,
        legal_entity_id,
        legal_entity_name,
        first_day,
        arrival,
        LEAD(arrival) OVER (PARTITION BY employee_id ORDER BY first_day) AS next_arrival,
        CASE
            WHEN LEAD(first_day) OVER (PARTITION BY employee_id ORDER BY first_day) IS NULL THEN final_to
            ELSE LEAD(previous_to) OVER (PARTITION BY employee_id ORDER BY first_day)
        END AS valid_to,
        seniority_start,
        COALESCE(LEAD(contracts_before) OVER (PARTITION BY employee_id ORDER BY first_day), final_contracts)
            - contracts_before AS contracts,
        employment_id AS first_employment_id,
        COALESCE(LEAD(previous_employment_id) OVER (PARTITION BY employee_id ORDER BY first_day), final_employment_id)
            AS last_employment_id
    FROM counted
    WHERE arrival <> 'stay'
)

SELECT
    employee_id,
    CAST(spell_number AS BIGINT) AS spell_number,
    legal_entity_id,
    legal_entity_name,
    first_day,
    CAST(valid_to - INTERVAL '1' DAY AS DATE) AS last_day,
    first_day <= CAST($as_of AS DATE) AND (valid_to IS NULL OR valid_to > CAST($as_of AS DATE)) AS is_current,
    first_day > CAST($as_of AS DATE) AS is_future,
    arrival = 'rehire' AS is_rehire,
    arrival = 'transfer' AS is_transfer,
    COALESCE(next_arrival = 'transfer', FALSE) AS is_followed_by_transfer,
    seniority_start,
    CAST(contracts AS BIGINT) AS contracts,
    first_employment_id,
    last_employment_id
FROM spells
ORDER BY employee_id NULLS LAST, first_day NULLS LAST
