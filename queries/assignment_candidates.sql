-- assignment_candidates: what a person's days may be assigned to, one row each: every employment by itself, and with each of its
--   job positions, cut to it. Those that end before they start, and positions of an employment that is not visible, are left out
-- over time job_positions
-- internal
-- column employee_id string! none: the person
-- column employment_id string! none: the employment
-- column employed_from date! directory: its first day
-- column job_position_id string personal: the job position; null for the employment by itself
-- column placed_from date! directory: first day of the job position, which may be before the employment; else employed_from
-- column valid_from date! directory: first day of the row
-- column valid_to date! personal: first day after it; 9999-12-31 when open-ended
-- column preference int64! personal: 0 with a job position, 1 without: the smaller one comes first
WITH contracts AS (
    SELECT
        id,
        employee_id,
        start_date AS valid_from,
        CASE
            WHEN end_date < CAST('9999-12-31' AS DATE) THEN CAST(end_date + INTERVAL '1' DAY AS DATE)
            ELSE CAST('9999-12-31' AS DATE)
        END AS valid_to
    FROM employments
),

stays AS (
    SELECT
        id,
        employment_id,
        starts_on AS valid_from,
        CASE
            WHEN ends_on < CAST('9999-12-31' AS DATE) THEN CAST(ends_on + INTERVAL '1' DAY AS DATE)
            ELSE CAST('9999-12-31' AS DATE)
        END AS valid_to
    FROM job_positions
)

SELECT
    c.employee_id,
    c.id AS employment_id,
    c.valid_from AS employed_from,
    CAST(NULL AS STRING) AS job_position_id,
    c.valid_from AS placed_from,
    c.valid_from,
    c.valid_to,
    1 AS preference
FROM contracts c
WHERE c.valid_from < c.valid_to
UNION ALL
SELECT
    c.employee_id,
    c.id AS employment_id,
    c.valid_from AS employed_from,
    s.id AS job_position_id,
    s.valid_from AS placed_from,
    GREATEST(s.valid_from, c.valid_from) AS valid_from,
    LEAST(s.valid_to, c.valid_to) AS valid_to,
    0 AS preference
FROM contracts c
INNER JOIN stays s ON s.employment_id = c.id
WHERE GREATEST(s.valid_from, c.valid_from) < LEAST(s.valid_to, c.valid_to)
