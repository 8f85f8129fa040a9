-- contract_spans: one row per span of days: how many contracts end in it, and how many of them another one goes on from
-- key within_days
-- column within_days int32! none: 30 (today and the 30 days after), 60 (31 to 60 days) or 90 (61 to 90)
-- column contracts int64! none: contracts
-- source contracts: contract_end_dates.days_left
-- column continued int64! none: those of them that another contract of the same person follows without a day between
-- source continued: contract_end_dates.is_continued
-- lowered within_days, contracts, continued, rows to none: numbers of contracts, whose people no row names
SELECT
    CAST(s.within_days AS INTEGER) AS within_days,
    COUNT(c.employment_id) AS contracts,
    COUNT(CASE WHEN c.is_continued THEN 1 END) AS continued
FROM (VALUES (30), (60), (90)) AS s (within_days)
LEFT JOIN (
    SELECT
        employment_id,
        is_continued,
        CASE WHEN days_left <= 30 THEN 30 WHEN days_left <= 60 THEN 60 ELSE 90 END AS within_days
    FROM contract_end_dates
    WHERE days_left BETWEEN 0 AND 90
) c ON c.within_days = s.within_days
GROUP BY s.within_days
ORDER BY within_days
