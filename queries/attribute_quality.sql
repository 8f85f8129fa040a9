-- attribute_quality: one row per built-in attribute that another table holds too, both compared person by person
-- label: Attribute quality | Qualité des attributs
-- column definition_id string! none: the attribute's definition
-- source definition_id: employee_attributes.definition_id
-- column compared int64! none: people who have a record that day on both sides, values may be null; the record is the
--   employee, or the employment or job position valid on the as-of date, or the probationary period of that employment
-- label compared: People compared | Personnes comparées
-- column agreeing int64! none: those of them whose values are equal; null equals null
-- label agreeing: Equal values | Valeurs identiques
-- column disagreeing int64! none: those of them whose values differ
-- label disagreeing: Different values | Valeurs différentes
-- column attribute_missing int64! none: people whose record has a value that day while no attribute came: hidden by
--   access rights most likely, unless the settings leave out definitions or people, or keep these in the personal zone
-- label attribute_missing: Attribute missing | Attribut manquant
-- column resource_missing int64! none: people who have an attribute with a value that day and no such record
-- label resource_missing: Record missing | Fiche manquante
-- lowered definition_id, compared, agreeing, disagreeing, attribute_missing, resource_missing, rows to none: numbers
--   of people in the whole tenant and of no value, a row for each definition compared
WITH definitions AS (
    -- By number, since numbers are compared faster than names.
    SELECT number, definition_id, is_date
    FROM (
        VALUES
            (1, 'employee.givenName', FALSE),
            (2, 'employee.familyName', FALSE),
            (3, 'employee.email', FALSE),
            (4, 'employee.employeeNumber', FALSE),
            (5, 'employee.remoteId', FALSE),
            (6, 'employee.phoneNumber', FALSE),
            (7, 'employment.start', TRUE),
            (8, 'employment.end', TRUE),
            (9, 'employment.legalEntity', FALSE),
            (10, 'employment.template', FALSE),
            (11, 'jobPosition.department', FALSE),
            (12, 'jobPosition.manager', FALSE),
            (13, 'jobPosition.businessEstablishment', FALSE),
            (14, 'jobPosition.jobQualification', FALSE),
            (15, 'jobPosition.occupationCategory', FALSE),
            (16, 'jobPosition.jobTitle', FALSE),
            (17, 'jobPosition.startsOn', TRUE),
            (18, 'jobPosition.endsOn', TRUE),
            (19, 'probationaryPeriod.initialEndsOn', TRUE),
            (20, 'probationaryPeriod.extendedEndsOn', TRUE)
    ) AS t (number, definition_id, is_date)
),

-- Those of one person never overlap; should they, the one that started latest counts, then the smallest id.
contracts AS (
    SELECT * FROM applicable_employments WHERE status = 'active'
),

positions AS (
    SELECT
        p.*,
        ROW_NUMBER() OVER (PARTITION BY p.employee_id ORDER BY p.starts_on DESC NULLS LAST, p.id) AS choice
    FROM job_positions p
    WHERE p.starts_on <= CAST($as_of AS DATE) AND (p.ends_on IS NULL OR p.ends_on >= CAST($as_of AS DATE))
),

-- An employment has at most one.
trials AS (
    SELECT
        c.employee_id,
        p.initial_ends_on,
        p.extended_ends_on,
        ROW_NUMBER() OVER (PARTITION BY c.employee_id ORDER BY p.starts_on DESC NULLS LAST, p.id) AS choice
    FROM contracts c
    INNER JOIN probationary_periods p ON p.employment_id = c.id
),

expected AS (
    SELECT
        d.number,
        e.id AS employee_id,
        CASE d.definition_id
            WHEN 'employee.givenName' THEN e.given_name
            WHEN 'employee.familyName' THEN e.family_name
            WHEN 'employee.email' THEN e.email
            WHEN 'employee.employeeNumber' THEN e.employee_number
            WHEN 'employee.remoteId' THEN e.remote_id
            WHEN 'employee.phoneNumber' THEN e.phone_number
        END AS content
    FROM definitions d
    CROSS JOIN employees e
    WHERE d.definition_id LIKE 'employee.%'
    UNION ALL
    SELECT
        d.number,
        c.employee_id,
        CASE d.definition_id
            WHEN 'employment.start' THEN CAST(c.start_date AS STRING)
            WHEN 'employment.end' THEN CAST(c.end_date AS STRING)
            WHEN 'employment.legalEntity' THEN c.legal_entity_id
            WHEN 'employment.template' THEN c.template_id
        END AS content
    FROM definitions d
    CROSS JOIN contracts c
    WHERE d.definition_id LIKE 'employment.%'
    UNION ALL
    SELECT
        d.number,
        p.employee_id,
        CASE d.definition_id
            WHEN 'jobPosition.department' THEN p.department_id
            WHEN 'jobPosition.manager' THEN p.manager_id
            WHEN 'jobPosition.businessEstablishment' THEN p.business_establishment_id
            WHEN 'jobPosition.jobQualification' THEN p.job_qualification_id
            WHEN 'jobPosition.occupationCategory' THEN p.occupation_category_id
            WHEN 'jobPosition.jobTitle' THEN p.job_title
            WHEN 'jobPosition.startsOn' THEN CAST(p.starts_on AS STRING)
            WHEN 'jobPosition.endsOn' THEN CAST(p.ends_on AS STRING)
        END AS content
    FROM definitions d
    CROSS JOIN positions p
    WHERE d.definition_id LIKE 'jobPosition.%' AND p.choice = 1
    UNION ALL
    SELECT
        d.number,
        t.employee_id,
        CASE d.definition_id
            WHEN 'probationaryPeriod.initialEndsOn' THEN CAST(t.initial_ends_on AS STRING)
            WHEN 'probationaryPeriod.extendedEndsOn' THEN CAST(t.extended_ends_on AS STRING)
        END AS content
    FROM definitions d
    CROSS JOIN trials t
    WHERE d.definition_id LIKE 'probationaryPeriod.%' AND t.choice = 1
),

-- The rows may be those of the day or of all time. A date is read as such only where one is meant: an employee number
-- may look like one. A value of another shape than expected stays JSON and differs from everything.
contents AS (
    SELECT
        a.id,
        a.employee_id,
        d.number,
        a.applicability_start,
        COALESCE(
            CASE WHEN d.is_date THEN CAST(a.value_date AS STRING) ELSE COALESCE(a.value_text, a.value_reference_id) END,
            NULLIF(a.value, 'null')
        ) AS content
    FROM employee_attributes a
    INNER JOIN definitions d ON d.definition_id = a.definition_id
    WHERE (a.applicability_start IS NULL OR a.applicability_start <= CAST($as_of AS DATE))
        AND (a.applicability_end IS NULL OR a.applicability_end >= CAST($as_of AS DATE))
),

served AS (
    SELECT
        employee_id,
        number,
        content,
        ROW_NUMBER() OVER (
            PARTITION BY employee_id, number
            ORDER BY applicability_start DESC NULLS LAST, id
        ) AS choice
    FROM contents
),

pairs AS (
    SELECT
        COALESCE(e.number, a.number) AS number,
        e.employee_id IS NOT NULL AS has_record,
        a.employee_id IS NOT NULL AS has_attribute,
        e.content AS expected,
        a.content AS served,
        COALESCE(a.content = e.content, a.content IS NULL AND e.content IS NULL) AS is_equal
    FROM expected e
    FULL OUTER JOIN (SELECT * FROM served WHERE choice = 1) a
        ON a.employee_id = e.employee_id AND a.number = e.number
),

counted AS (
    SELECT
        number,
        COUNT(CASE WHEN has_record AND has_attribute THEN 1 END) AS compared,
        COUNT(CASE WHEN has_record AND has_attribute AND is_equal THEN 1 END) AS agreeing,
        COUNT(CASE WHEN has_record AND has_attribute AND NOT is_equal THEN 1 END) AS disagreeing,
        COUNT(CASE WHEN NOT has_attribute AND expected IS NOT NULL THEN 1 END) AS attribute_missing,
        COUNT(CASE WHEN NOT has_record AND served IS NOT NULL THEN 1 END) AS resource_missing
    FROM pairs
    GROUP BY number
)

SELECT
    d.definition_id,
    COALESCE(c.compared, 0) AS compared,
    COALESCE(c.agreeing, 0) AS agreeing,
    COALESCE(c.disagreeing, 0) AS disagreeing,
    COALESCE(c.attribute_missing, 0) AS attribute_missing,
    COALESCE(c.resource_missing, 0) AS resource_missing
FROM definitions d
LEFT JOIN counted c ON c.number = d.number
ORDER BY d.definition_id NULLS LAST
