-- calendar_months: one row per month from the first day in employment of anybody to the last complete month: the month of
--   the as-of date is there only when that is its last day. Days before 1950-01-01 are taken for typing errors: people who
--   start before it are there from the first month on, and the first month is that of the first day from 1950-01-01 on on
--   which anybody starts, moves or leaves (1950-01 when there is none)
-- label: Calendar months | Mois du calendrier
-- key month_number
-- column month_end date! none: last day of the month
-- label month_end: Month end | Fin de mois
-- column month_start date! none: first day of the month
-- label month_start: Month start | Début de mois
-- column month_number int64! none: 12 times the year plus the month, so that months that follow each other differ by 1
-- label month_number: Month number | Numéro de mois
-- lowered month_end, month_start, month_number, rows to none: months, of which only the first depends on anybody
WITH edges AS (
    SELECT
        valid_from,
        CASE WHEN valid_from >= CAST('1950-01-01' AS DATE) THEN valid_from ELSE valid_to END AS edge
    FROM assignment_history
),

bounds AS (
    SELECT
        CASE
            WHEN MIN(valid_from) >= CAST('1950-01-01' AS DATE) THEN MIN(valid_from)
            WHEN MIN(valid_from) < CAST('1950-01-01' AS DATE)
                THEN COALESCE(
                    MIN(
                        CASE
                            WHEN edge >= CAST('1950-01-01' AS DATE) AND edge <= CAST($as_of AS DATE) THEN edge
                        END
                    ),
                    CAST('1950-01-01' AS DATE)
                )
        END AS first_day
    FROM edges
),

months AS (
    SELECT
        y.calendar_year,
        m.month_of_year,
        b.first_day,
        CAST(
            LPAD(CAST(y.calendar_year AS STRING), 4, '0') || '-' || LPAD(CAST(m.month_of_year AS STRING), 2, '0') || '-01'
            AS DATE
        ) AS month_start
    FROM calendar_years y
    CROSS JOIN (VALUES (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11), (12)) AS m (month_of_year)
    CROSS JOIN bounds b
    WHERE y.calendar_year >= EXTRACT(YEAR FROM b.first_day)
        AND y.calendar_year <= EXTRACT(YEAR FROM CAST($as_of AS DATE))
),

ends AS (
    SELECT
        months.*,
        CAST(month_start + INTERVAL '1' MONTH - INTERVAL '1' DAY AS DATE) AS month_end
    FROM months
)

SELECT
    month_end,
    month_start,
    CAST(12 * calendar_year + month_of_year AS BIGINT) AS month_number
FROM ends
WHERE month_end >= first_day AND month_end <= CAST($as_of AS DATE)
ORDER BY month_end NULLS LAST
