-- probationary_periods: one row per work contract with a trial period whose last day is said, or follows from its days
WITH trials AS (
    SELECT
        *,
        -- Nobody is on trial for more than ten years: such a number is none of days.
        CASE WHEN trial_period_days BETWEEN 1 AND 3660 THEN trial_period_days END AS days
    FROM contracts
),

-- A day that is said counts before one that is computed: absences may have moved it. The first day counts as one of the days.
firsts AS (
    SELECT
        *,
        COALESCE(trial_period_end_date, CAST(CAST(starts_on AS INT) + days - 1 AS DATE)) AS initial_ends_on,
        trial_period_end_date IS NULL AND days IS NOT NULL AS is_initial_computed
    FROM trials
),

-- A second day that equals the first extends nothing. Days of renewal without a second day may be a renewal that is possible and
-- not one that was decided: the period then ends as agreed at first, as a deadline that is told too late is the worse mistake.
ends AS (
    SELECT
        *,
        CASE WHEN trial_period_end_date2 IS DISTINCT FROM initial_ends_on THEN trial_period_end_date2 END AS extended_ends_on,
        trial_period_end_date2 IS NULL AND COALESCE(renewed_trial_period_days, 0) > 0 AS is_renewal_left_aside
    FROM firsts
)

SELECT
    id,
    NULL AS url,
    id AS employment_id,
    starts_on,
    COALESCE(extended_ends_on, initial_ends_on) AS ends_on,
    initial_ends_on,
    extended_ends_on,
    NULL AS created_at,
    NULL AS last_updated_at,
    json_object(
        'trialPeriodDays', trial_period_days,
        'renewedTrialPeriodDays', renewed_trial_period_days,
        'initialEndsOn', CASE WHEN is_initial_computed THEN 'computed from trialPeriodDays' END,
        'extendedEndsOn', CASE WHEN is_renewal_left_aside THEN 'not said: renewedTrialPeriodDays is not counted' END
    ) AS _extra,
    _extracted_at,
    _run_id
FROM ends
WHERE COALESCE(extended_ends_on, initial_ends_on) IS NOT NULL
ORDER BY id
