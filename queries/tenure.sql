-- tenure: one row per person in employment on the as-of date: how long, since seniority_start (kept by transfers between
--   legal entities, not by a rehire) and since the first day of the current spell with the legal entity. A month is
--   complete on the same day of a later month, or on its last day when it has no such day; a year is twelve months. From a
--   day before 1950-01-01, which is taken for a typing error, nothing is measured: the measures are null, the bucket unknown.
--   Seniority that was taken over or agreed is not known here: see user.seniorityDate in employee_attributes
-- key employee_id
-- column employee_id string! none: the person
-- source employee_id: employment_spells.employee_id
-- column employee_given_name string directory: given name; null when the employee is not visible
-- source employee_given_name: employees.given_name
-- column employee_family_name string directory: family name; null when the employee is not visible
-- source employee_family_name: employees.family_name
-- column employee_email string directory: e-mail address; null when the employee is not visible
-- source employee_email: employees.email
-- column legal_entity_id string directory: legal entity of the spell; null for employments without one
-- source legal_entity_id: employment_spells.legal_entity_id
-- column legal_entity_name string directory: its legal name; null when the legal entity is not visible
-- source legal_entity_name: employment_spells.legal_entity_name
-- column seniority_start date! personal: first day that counts
-- source seniority_start: employment_spells.seniority_start
-- column seniority_years int64 personal: complete years from seniority_start to the as-of date
-- column seniority_months int64 personal: complete months beyond those years, 0 to 11
-- column seniority_days int64 personal: days from seniority_start to the as-of date, 0 on the first day
-- column seniority_bucket string! personal: 0-6m (less than 6 complete months), 6-12m, 1-3y (12 to 35), 3-6y (36 to 71),
--   6y+ or unknown
-- column spell_start date! personal: first day of the spell
-- source spell_start: employment_spells.first_day
-- column spell_years int64 personal: complete years from spell_start to the as-of date
-- column spell_months int64 personal: complete months beyond those years, 0 to 11
-- column spell_days int64 personal: days from spell_start to the as-of date, 0 on the first day
-- column spell_bucket string! personal: as seniority_bucket
WITH spells AS (
    SELECT
        employee_id,
        legal_entity_id,
        legal_entity_name,
        seniority_start,
        first_day,
        CAST($as_of AS DATE) AS today
    FROM employment_spells
    WHERE is_current
),

-- Both measures take the same path: one row each.
given AS (
    SELECT employee_id, 'seniority' AS measure, seniority_start AS since, today FROM spells
    UNION ALL
    SELECT employee_id, 'spell' AS measure, first_day AS since, today FROM spells
),

starts AS (
    SELECT
        employee_id,
        measure,
        CASE WHEN since >= CAST('1950-01-01' AS DATE) THEN since END AS since,
        today
    FROM given
),

-- Engines disagree on what date minus date is, so days are counted from 0001-01-01 on both sides: 365 a year before
-- this one, its leap days, and the day of this year.
counted AS (
    SELECT
        employee_id,
        measure,
        CAST(
            12 * (EXTRACT(YEAR FROM today) - EXTRACT(YEAR FROM since))
            + EXTRACT(MONTH FROM today) - EXTRACT(MONTH FROM since)
            - CASE
                WHEN EXTRACT(DAY FROM today) >= EXTRACT(DAY FROM since) THEN 0
                WHEN EXTRACT(DAY FROM CAST(today + INTERVAL '1' DAY AS DATE)) = 1 THEN 0
                ELSE 1
            END
            AS INTEGER
        ) AS months,
        CAST(
            y.days_before + EXTRACT(DOY FROM today) - s.days_before - EXTRACT(DOY FROM since) AS INTEGER
        ) AS days
    FROM starts
    INNER JOIN calendar_years y ON y.calendar_year = EXTRACT(YEAR FROM today)
    LEFT JOIN calendar_years s ON s.calendar_year = EXTRACT(YEAR FROM since)
),

measured AS (
    SELECT
        employee_id,
        measure,
        CAST(FLOOR(months / 12.0) AS BIGINT) AS years,
        CAST(months - 12 * FLOOR(months / 12.0) AS BIGINT) AS months,
        CAST(days AS BIGINT) AS days,
        CASE
            WHEN months IS NULL THEN 'unknown'
            WHEN months < 6 THEN '0-6m'
            WHEN months < 12 THEN '6-12m'
            WHEN months < 36 THEN '1-3y'
            WHEN months < 72 THEN '3-6y'
            ELSE '6y+'
        END AS bucket
    FROM counted
)

SELECT
    s.employee_id,
    w.given_name AS employee_given_name,
    w.family_name AS employee_family_name,
    w.email AS employee_email,
    s.legal_entity_id,
    s.legal_entity_name,
    s.seniority_start,
    a.years AS seniority_years,
    a.months AS seniority_months,
    a.days AS seniority_days,
    a.bucket AS seniority_bucket,
    s.first_day AS spell_start,
    b.years AS spell_years,
    b.months AS spell_months,
    b.days AS spell_days,
    b.bucket AS spell_bucket
FROM spells s
INNER JOIN measured a ON a.employee_id = s.employee_id AND a.measure = 'seniority'
INNER JOIN measured b ON b.employee_id = s.employee_id AND b.measure = 'spell'
LEFT JOIN employees w ON w.id = s.employee_id
ORDER BY s.employee_id NULLS LAST
