-- turnover_12_months: one row per month of calendar_months and unit, about the twelve months that end with it. A unit is
--   the whole tenant, a legal entity, or a department (its own people, without those of departments below). Months before
--   the first movement of a unit, and before the first of calendar_months, count as months with nobody; units without
--   people and movements in the twelve months have no row
-- key month_end, axis, unit_id
-- column month_end date! none: last day of the twelve months
-- column axis string! none: tenant, legal_entity or department
-- column unit_id string directory: the legal entity or department; null for the tenant and for people without one
-- source unit_id: movements.legal_entity_id or movements.department_id
-- column unit_name string directory: its name; null when it is not visible
-- column months int64! none: how many of the twelve months are not before the first movement of the unit or the first of
--   calendar_months
-- column opening_headcount int64! none: people in employment on the last day before the twelve months
-- column closing_headcount int64! none: people in employment on month_end
-- column joiners int64! none: joiner and rehire events in the unit
-- column leavers int64! none: leaver events in the unit, whatever the reason, ends of fixed terms too
-- column transfers_in int64! none: people who came from another legal entity, or another department; none for the tenant
-- column transfers_out int64! none: people who went to another one
-- column average_headcount double! none: mean of the headcounts on the day before each month and on its last day
-- column attrition_rate double none: leavers / average_headcount; null when that is 0
-- column rotation_rate double none: (joiners + leavers) / 2 / opening_headcount, the French taux de rotation; null when that
--   is 0. Neither rate counts transfers
-- lowered month_end, axis, months, opening_headcount, closing_headcount, joiners, leavers to none: months, and
--   numbers of people and rates of them, whom no row names
-- lowered transfers_in, transfers_out, average_headcount, attrition_rate, rotation_rate to none: months, and numbers
--   of people and rates of them, whom no row names
-- lowered unit_id, unit_name, rows to directory: a row says that people work there, or did
WITH events AS (
    SELECT
        a.axis,
        CASE a.axis WHEN 'legal_entity' THEN m.legal_entity_id WHEN 'department' THEN m.department_id END AS unit_id,
        CASE a.axis WHEN 'legal_entity' THEN m.legal_entity_name WHEN 'department' THEN m.department_name END AS unit_name,
        12 * EXTRACT(YEAR FROM m.event_date) + EXTRACT(MONTH FROM m.event_date) AS month_number,
        CASE WHEN m.event IN ('joiner', 'rehire') THEN 1 ELSE 0 END AS joiners,
        CASE WHEN m.event = 'leaver' THEN 1 ELSE 0 END AS leavers,
        CASE WHEN m.event = 'transfer_in' THEN 1 ELSE 0 END AS transfers_in,
        CASE WHEN m.event = 'transfer_out' THEN 1 ELSE 0 END AS transfers_out
    FROM movements m
    CROSS JOIN (VALUES ('tenant'), ('legal_entity'), ('department')) AS a (axis)
    WHERE m.event IN ('joiner', 'rehire', 'leaver')
        OR (m.event <> 'contract_change' AND a.axis = 'legal_entity' AND m.legal_entity_changed)
        OR (m.event <> 'contract_change' AND a.axis = 'department' AND m.department_changed)
),

units AS (
    SELECT axis, unit_id, MIN(unit_name) AS unit_name, MIN(month_number) AS first_number
    FROM events
    GROUP BY axis, unit_id
),

-- Every month of a unit from its first movement on, so that twelve rows are twelve months.
counts AS (
    SELECT axis, unit_id, CAST(month_number AS BIGINT) AS month_number, joiners, leavers, transfers_in, transfers_out
    FROM events
    UNION ALL
    SELECT u.axis, u.unit_id, c.month_number, 0 AS joiners, 0 AS leavers, 0 AS transfers_in, 0 AS transfers_out
    FROM units u
    INNER JOIN calendar_months c ON c.month_number >= u.first_number
),

monthly AS (
    SELECT
        axis,
        unit_id,
        month_number,
        SUM(joiners) AS joiners,
        SUM(leavers) AS leavers,
        SUM(transfers_in) AS transfers_in,
        SUM(transfers_out) AS transfers_out,
        SUM(joiners + transfers_in - leavers - transfers_out) AS growth
    FROM counts
    GROUP BY axis, unit_id, month_number
),

closed AS (
    SELECT
        monthly.*,
        SUM(growth) OVER (
            PARTITION BY axis, unit_id ORDER BY month_number ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS closing_headcount
    FROM monthly
),

-- Movements before the first month count in every headcount, and in no window.
shown AS (
    SELECT
        c.month_end,
        closed.*
    FROM closed
    INNER JOIN calendar_months c ON c.month_number = closed.month_number
),

twelve AS (
    SELECT
        axis,
        unit_id,
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
    FROM shown
)

SELECT
    t.month_end,
    t.axis,
    t.unit_id,
    u.unit_name,
    t.months,
    CAST(t.closing_headcount - t.joiners - t.transfers_in + t.leavers + t.transfers_out AS BIGINT) AS opening_headcount,
    CAST(t.closing_headcount AS BIGINT) AS closing_headcount,
    CAST(t.joiners AS BIGINT) AS joiners,
    CAST(t.leavers AS BIGINT) AS leavers,
    CAST(t.transfers_in AS BIGINT) AS transfers_in,
    CAST(t.transfers_out AS BIGINT) AS transfers_out,
    CAST(t.headcounts AS DOUBLE) / CAST(24 AS DOUBLE) AS average_headcount,
    CAST(24 * t.leavers AS DOUBLE) / CAST(NULLIF(t.headcounts, 0) AS DOUBLE) AS attrition_rate,
    CAST(t.joiners + t.leavers AS DOUBLE) / CAST(
        NULLIF(2 * (t.closing_headcount - t.joiners - t.transfers_in + t.leavers + t.transfers_out), 0) AS DOUBLE
    ) AS rotation_rate
FROM twelve t
INNER JOIN units u ON u.axis = t.axis AND u.unit_id IS NOT DISTINCT FROM t.unit_id
WHERE t.headcounts > 0 OR t.joiners + t.leavers + t.transfers_in + t.transfers_out > 0
ORDER BY t.month_end NULLS LAST, t.axis NULLS LAST, t.unit_id NULLS LAST
