-- people_today: one row: how many people are in employment on the as-of date, and how many were on the same day of the year before
-- column people int64! none: people in employment on the as-of date, each once
-- source people: assignment_history.is_current
-- column people_a_year_before int64! none: people in employment a year before, each once
-- source people_a_year_before: assignment_history.valid_from and valid_to
-- column change int64! none: how many more than a year before; negative when fewer
-- lowered people, people_a_year_before, change to none: numbers of people, whom no row names
WITH counted AS (
    SELECT
        COUNT(CASE WHEN is_current THEN 1 END) AS people,
        COUNT(
            CASE
                WHEN valid_from <= CAST(CAST($as_of AS DATE) - INTERVAL '1' YEAR AS DATE)
                    AND (valid_to IS NULL OR valid_to > CAST(CAST($as_of AS DATE) - INTERVAL '1' YEAR AS DATE))
                    THEN 1
            END
        ) AS people_a_year_before
    FROM assignment_history
)

SELECT people, people_a_year_before, people - people_a_year_before AS change
FROM counted
