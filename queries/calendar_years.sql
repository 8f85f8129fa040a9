-- calendar_years: one row per year from 0 to 9999. Engines disagree on what date minus date is: the days from one date to
--   another are the days before its year and its day of the year, less those of the other
-- internal
-- column calendar_year int64! none: the year
-- column days_before int64! none: days from 0001-01-01 to its first day
WITH digits AS (
    SELECT digit FROM (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) AS t (digit)
),

years AS (
    SELECT CAST(1000 * a.digit + 100 * b.digit + 10 * c.digit + d.digit AS BIGINT) AS calendar_year
    FROM digits a
    CROSS JOIN digits b
    CROSS JOIN digits c
    CROSS JOIN digits d
)

SELECT
    calendar_year,
    CAST(
        365 * (calendar_year - 1)
        + FLOOR((calendar_year - 1) / 4.0) - FLOOR((calendar_year - 1) / 100.0) + FLOOR((calendar_year - 1) / 400.0)
        AS BIGINT
    ) AS days_before
FROM years
