-- probation_spans: one row per span of days: how many probationary periods end in it
-- key within_days
-- column within_days int32! none: 30 (today and the 30 days after), 60 (31 to 60 days) or 90 (61 to 90)
-- column periods int64! none: probationary periods
-- source periods: probation_deadlines.days_left
-- lowered within_days, periods, rows to none: numbers of deadlines, whose people no row names
SELECT CAST(s.within_days AS INTEGER) AS within_days, COUNT(p.probationary_period_id) AS periods
FROM (VALUES (30), (60), (90)) AS s (within_days)
LEFT JOIN (
    SELECT
        probationary_period_id,
        CASE WHEN days_left <= 30 THEN 30 WHEN days_left <= 60 THEN 60 ELSE 90 END AS within_days
    FROM probation_deadlines
    WHERE days_left BETWEEN 0 AND 90
) p ON p.within_days = s.within_days
GROUP BY s.within_days
ORDER BY within_days
