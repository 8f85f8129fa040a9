-- tenure: one row per person in employment on the as-of date: how long, since seniority_start (kept by transfers between
--   legal entities, not by a rehire) and since the first day of the current spell with the legal entity. A month is
--   complete on the same day of a later month, or on its last day when it has no such day; a year is twelve months. From a
--   day before 1950-01-01, which is taken for a typing error, nothing is measured: the measures are null, the bucket unknown.
--   Seniority that was taken over or agreed is not known here: see user.seniorityDate in employee_attributes
-- label: Seniority | Ancienneté
-- key employee_id
-- column employee_id string! none: the person
-- source employee_id: employment_spells.employee_id
-- column employee_given_name string directory: given name; null when the employee is not visible
-- source employee_given_name: employees.given_name
-- label employee_given_name: First name | Prénom
-- column employee_family_name string directory: family name; null when the employee is not visible
-- source employee_family_name: employees.family_name
-- label employee_family_name: Last name | Nom de famille
-- column employee_email string directory: e-mail address; null when the employee is not visible
-- source employee_email: employees.email
-- label employee_email: E-mail | E-mail professionnel
-- column legal_entity_id string directory: legal entity of the spell; null for employments without one
-- source legal_entity_id: employment_spells.legal_entity_id
-- column legal_entity_name string directory: its legal name; null when the legal entity is not visible
-- source legal_entity_name: employment_spells.legal_entity_name
-- column seniority_start date! personal: first day that counts
-- source seniority_start: employment_spells.seniority_start
-- column seniority_years int64 personal: complete years from seniority_start to the as-of date
-- label seniority_years: Seniority (complete years) | Ancienneté (années révolues)
-- column seniority_months int64 personal: complete months beyond those years, 0 to 11
-- label seniority_months: Seniority (months beyond the years) | Ancienneté (mois au-delà des années)
-- column seniority_days int64 personal: days from seniority_start to the as-of date, 0 on the first day
-- label seniority_days: Seniority (days) | Ancienneté (jours)
-- column seniority_bucket string! personal: 0-6m (less than 6 complete months), 6-12m, 1-3y (12 to 35), 3-6y (36 to 71),
--   6y+ or unknown
-- label seniority_bucket: Seniority band | Tranche d'ancienneté
-- column spell_start date! personal: first day of the spell
-- source spell_start: employment_spells.first_day
-- label spell_start: Start with the legal entity | Date d'entrée dans l'entité légale
-- column spell_years int64 personal: complete years from spell_start to the as-of date
-- label spell_years: Time with the legal entity (complete years) | Ancienneté dans l'entité (années révolues)
-- column spell_months int64 personal: complete months beyond those years, 0 to 11
-- label spell_months: Time with the legal entity (months beyond the years) | Ancienneté dans l'entité (mois au-delà des années)
-- column spell_days int64 personal: days from spell_start to the as-of date, 0 on the first day
-- label spell_days: Time with the legal entity (days) | Ancienneté dans l'entité (jours)
-- column spell_bucket string! personal: as seniority_bucket
-- label spell_bucket: Band of time with the legal entity | Tranche d'ancienneté dans l'entité
WITH spells AS (
    SELECT employee_id, legal_entity_id, legal_entity_name, seniority_start, first_day
    FROM employment_spells
    WHERE is_current
),

-- Many share a day: what has passed since is counted once for each.
starts AS (
    SELECT seniority_start AS since FROM spells
    UNION
    SELECT first_day AS since FROM spells
),

-- Days from the as-of date to the last one before each year, as calendar_years says: those to a date are these and its day of the
-- year.
years AS (
    SELECT
        y.calendar_year,
        y.days_before - t.days_before - EXTRACT(DOY FROM CAST($as_of AS DATE)) AS days_ahead
    FROM calendar_years y
    CROSS JOIN calendar_years t
    WHERE t.calendar_year = EXTRACT(YEAR FROM CAST($as_of AS DATE))
),

counted AS (
    SELECT
        s.since,
        CAST(
            12 * (EXTRACT(YEAR FROM CAST($as_of AS DATE)) - EXTRACT(YEAR FROM s.since))
            + EXTRACT(MONTH FROM CAST($as_of AS DATE)) - EXTRACT(MONTH FROM s.since)
            - CASE
                WHEN EXTRACT(DAY FROM CAST($as_of AS DATE)) >= EXTRACT(DAY FROM s.since) THEN 0
                WHEN EXTRACT(DAY FROM CAST(CAST($as_of AS DATE) + INTERVAL '1' DAY AS DATE)) = 1 THEN 0
                ELSE 1
            END
            AS INTEGER
        ) AS months,
        CAST(-y.days_ahead - EXTRACT(DOY FROM s.since) AS BIGINT) AS days
    FROM starts s
    INNER JOIN years y ON y.calendar_year = EXTRACT(YEAR FROM s.since)
    WHERE s.since >= CAST('1950-01-01' AS DATE)
),

measured AS (
    SELECT
        since,
        CAST(FLOOR(months / 12.0) AS BIGINT) AS years,
        CAST(months - 12 * FLOOR(months / 12.0) AS BIGINT) AS months,
        days,
        CASE
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
    COALESCE(a.bucket, 'unknown') AS seniority_bucket,
    s.first_day AS spell_start,
    b.years AS spell_years,
    b.months AS spell_months,
    b.days AS spell_days,
    COALESCE(b.bucket, 'unknown') AS spell_bucket
FROM spells s
LEFT JOIN measured a ON a.since = s.seniority_start
LEFT JOIN measured b ON b.since = s.first_day
LEFT JOIN employees w ON w.id = s.employee_id
ORDER BY s.employee_id NULLS LAST
