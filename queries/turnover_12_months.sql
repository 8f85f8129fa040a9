-- turnover_12_months: one row per month of calendar_months and unit, about the twelve months that end with it. A unit is
--   the whole tenant, a legal entity, or a department (its own people, without those of departments below). Months before
--   the first movement of a unit, and before the first of calendar_months, count as months with nobody; units without
--   people and movements in the twelve months have no row
-- label: Turnover over 12 months | Rotation sur 12 mois
-- key month_end, axis, unit_id
-- column month_end date! none: last day of the twelve months
-- label month_end: Twelve months to | Douze mois arrêtés au
-- column axis string! none: tenant, legal_entity or department
-- label axis: Axis | Axe d'analyse
-- column unit_id string directory: the legal entity or department; null for the tenant and for people without one
-- source unit_id: movements.legal_entity_id or movements.department_id
-- label unit_id: Unit ID | Identifiant de l'unité
-- column unit_name string directory: its name; null when it is not visible
-- label unit_name: Unit | Unité
-- column months int64! none: how many of the twelve months are not before the first movement of the unit or the first of
--   calendar_months
-- label months: Months counted | Mois pris en compte
-- column opening_headcount int64! none: people in employment on the last day before the twelve months
-- label opening_headcount: Opening headcount | Effectif d'ouverture
-- column closing_headcount int64! none: people in employment on month_end
-- label closing_headcount: Closing headcount | Effectif de clôture
-- column joiners int64! none: joiner and rehire events in the unit
-- label joiners: Joiners and rehires | Entrées et réembauches
-- column leavers int64! none: leaver events in the unit, whatever the reason, ends of fixed terms too
-- label leavers: Leavers | Sorties
-- column transfers_in int64! none: people who came from another legal entity, or another department; none for the tenant
-- label transfers_in: Transfers in | Mutations entrantes
-- column transfers_out int64! none: people who went to another one
-- label transfers_out: Transfers out | Mutations sortantes
-- column average_headcount double! none: mean of the headcounts on the day before each month and on its last day
-- label average_headcount: Average headcount | Effectif moyen
-- column attrition_rate double none: leavers / average_headcount; null when that is 0
-- label attrition_rate: Attrition rate | Taux de départ
-- column rotation_rate double none: (joiners + leavers) / 2 / opening_headcount, the French taux de rotation; null when that
--   is 0. Neither rate counts transfers
-- label rotation_rate: Turnover rate | Taux de rotation
-- lowered month_end, axis, months, opening_headcount, closing_headcount, joiners, leavers to none: months, and
--   numbers of people and rates of them, whom no row names
-- lowered transfers_in, transfers_out, average_headcount, attrition_rate, rotation_rate to none: months, and numbers
--   of people and rates of them, whom no row names
-- lowered unit_id, unit_name, rows to directory: a row says that people work there, or did
WITH events AS (
    SELECT
        event IN ('transfer_in', 'transfer_out') AS is_transfer,
        legal_entity_id,
        legal_entity_name,
        legal_entity_changed,
        department_id,
        department_name,
        department_changed,
        12 * EXTRACT(YEAR FROM event_date) + EXTRACT(MONTH FROM event_date) AS month_number,
        CASE WHEN event IN ('joiner', 'rehire') THEN 1 ELSE 0 END AS joiners,
        CASE WHEN event = 'leaver' THEN 1 ELSE 0 END AS leavers,
        CASE WHEN event = 'transfer_in' THEN 1 ELSE 0 END AS transfers_in,
        CASE WHEN event = 'transfer_out' THEN 1 ELSE 0 END AS transfers_out
    FROM movements
    WHERE event <> 'contract_change'
),

-- By each axis in turn: one row per event and axis would be three times as many to group.
monthly AS (
    SELECT
        'tenant' AS axis,
        CAST(NULL AS STRING) AS unit_id,
        CAST(NULL AS STRING) AS unit_name,
        month_number,
        SUM(joiners) AS joiners,
        SUM(leavers) AS leavers,
        SUM(transfers_in) AS transfers_in,
        SUM(transfers_out) AS transfers_out
    FROM events
    WHERE NOT is_transfer
    GROUP BY month_number
    UNION ALL
    SELECT
        'legal_entity' AS axis,
        legal_entity_id AS unit_id,
        MIN(legal_entity_name) AS unit_name,
        month_number,
        SUM(joiners) AS joiners,
        SUM(leavers) AS leavers,
        SUM(transfers_in) AS transfers_in,
        SUM(transfers_out) AS transfers_out
    FROM events
    WHERE legal_entity_changed OR NOT is_transfer
    GROUP BY legal_entity_id, month_number
    UNION ALL
    SELECT
        'department' AS axis,
        department_id AS unit_id,
        MIN(department_name) AS unit_name,
        month_number,
        SUM(joiners) AS joiners,
        SUM(leavers) AS leavers,
        SUM(transfers_in) AS transfers_in,
        SUM(transfers_out) AS transfers_out
    FROM events
    WHERE department_changed OR NOT is_transfer
    GROUP BY department_id, month_number
),

grown AS (
    SELECT monthly.*, joiners + transfers_in - leavers - transfers_out AS growth
    FROM monthly
),

-- From one month with movements to the next the count stays.
runs AS (
    SELECT
        grown.*,
        SUM(growth) OVER (
            PARTITION BY axis, unit_id ORDER BY month_number ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS closing_headcount,
        COALESCE(LEAD(month_number) OVER (PARTITION BY axis, unit_id ORDER BY month_number), 1000000) AS next_number
    FROM grown
),

-- Every month of a unit from its first movement on, so that twelve rows are twelve months. Movements before the first month
-- of the calendar count in every headcount, and in no window.
filled AS (
    SELECT
        r.axis,
        r.unit_id,
        r.unit_name,
        m.month_end,
        m.month_number,
        r.closing_headcount,
        CASE WHEN m.month_number = r.month_number THEN r.growth ELSE 0 END AS growth,
        CASE WHEN m.month_number = r.month_number THEN r.joiners ELSE 0 END AS joiners,
        CASE WHEN m.month_number = r.month_number THEN r.leavers ELSE 0 END AS leavers,
        CASE WHEN m.month_number = r.month_number THEN r.transfers_in ELSE 0 END AS transfers_in,
        CASE WHEN m.month_number = r.month_number THEN r.transfers_out ELSE 0 END AS transfers_out
    FROM runs r
    INNER JOIN calendar_months m ON m.month_number >= r.month_number AND m.month_number < r.next_number
),

twelve AS (
    SELECT
        axis,
        unit_id,
        unit_name,
        month_end,
        closing_headcount,
        COUNT(*) OVER (
            PARTITION BY axis, unit_id ORDER BY month_number ROWS BETWEEN 11 PRECEDING AND CURRENT ROW
        ) AS months,
        SUM(joiners) OVER (
            PARTITION BY axis, unit_id ORDER BY month_number ROWS BETWEEN 11 PRECEDING AND CURRENT ROW
        ) AS joiners,
        SUM(leavers) OVER (
            PARTITION BY axis, unit_id ORDER BY month_number ROWS BETWEEN 11 PRECEDING AND CURRENT ROW
        ) AS leavers,
        SUM(transfers_in) OVER (
            PARTITION BY axis, unit_id ORDER BY month_number ROWS BETWEEN 11 PRECEDING AND CURRENT ROW
        ) AS transfers_in,
        SUM(transfers_out) OVER (
            PARTITION BY axis, unit_id ORDER BY month_number ROWS BETWEEN 11 PRECEDING AND CURRENT ROW
        ) AS transfers_out,
        -- The opening of a month is its closing without its growth.
        SUM(2 * closing_headcount - growth) OVER (
            PARTITION BY axis, unit_id ORDER BY month_number ROWS BETWEEN 11 PRECEDING AND CURRENT ROW
        ) AS headcounts
    FROM filled
)

SELECT
    month_end,
    axis,
    unit_id,
    unit_name,
    months,
    CAST(closing_headcount - joiners - transfers_in + leavers + transfers_out AS BIGINT) AS opening_headcount,
    CAST(closing_headcount AS BIGINT) AS closing_headcount,
    CAST(joiners AS BIGINT) AS joiners,
    CAST(leavers AS BIGINT) AS leavers,
    CAST(transfers_in AS BIGINT) AS transfers_in,
    CAST(transfers_out AS BIGINT) AS transfers_out,
    CAST(headcounts AS DOUBLE) / CAST(24 AS DOUBLE) AS average_headcount,
    CAST(24 * leavers AS DOUBLE) / CAST(NULLIF(headcounts, 0) AS DOUBLE) AS attrition_rate,
    CAST(joiners + leavers AS DOUBLE) / CAST(
        NULLIF(2 * (closing_headcount - joiners - transfers_in + leavers + transfers_out), 0) AS DOUBLE
    ) AS rotation_rate
FROM twelve
WHERE headcounts > 0 OR joiners + leavers + transfers_in + transfers_out > 0
ORDER BY month_end NULLS LAST, axis NULLS LAST, unit_id NULLS LAST
