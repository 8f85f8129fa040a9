-- movements_months: one row per month of the last two years: who came, who left, and what is left of both
-- key month_end
-- column month_end date! none: last day of the month
-- column opening_headcount int64! none: people on the last day of the month before
-- source opening_headcount: movements_monthly.opening_headcount
-- column joiners int64! none: people who came for the first time
-- source joiners: movements_monthly.joiners
-- column rehires int64! none: people who came back
-- source rehires: movements_monthly.rehires
-- column came int64! none: both together
-- column leavers int64! none: people who left
-- source leavers: movements_monthly.leavers
-- column transfers int64! none: moves to another legal entity, establishment or department
-- source transfers: movements_monthly.transfers_in
-- column closing_headcount int64! none: people on the last day of the month
-- source closing_headcount: movements_monthly.closing_headcount
SELECT
    c.month_end,
    CAST(COALESCE(SUM(m.opening_headcount), 0) AS BIGINT) AS opening_headcount,
    CAST(COALESCE(SUM(m.joiners), 0) AS BIGINT) AS joiners,
    CAST(COALESCE(SUM(m.rehires), 0) AS BIGINT) AS rehires,
    CAST(COALESCE(SUM(m.joiners + m.rehires), 0) AS BIGINT) AS came,
    CAST(COALESCE(SUM(m.leavers), 0) AS BIGINT) AS leavers,
    CAST(COALESCE(SUM(m.transfers_in), 0) AS BIGINT) AS transfers,
    CAST(COALESCE(SUM(m.closing_headcount), 0) AS BIGINT) AS closing_headcount
FROM calendar_months c
CROSS JOIN (SELECT MAX(month_number) AS last_number FROM calendar_months) l
LEFT JOIN movements_monthly m ON m.month_end = c.month_end
WHERE c.month_number > l.last_number - 24
GROUP BY c.month_end
ORDER BY c.month_end DESC
