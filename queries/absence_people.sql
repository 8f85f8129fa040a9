-- absence_people: one row per month, unit, account and person with an approved absence: how much. A unit is what
--   absences_monthly shows as one: a department of a legal entity in which five people or more are away that month. Smaller ones
--   are put together: those of a legal entity, with its smallest larger department where fewer than five people are away in
--   them; without a larger one those of the whole tenant, with its smallest unit likewise
-- internal
-- column month_start date! personal: first day of the month
-- column unit string! personal: department, other_departments or other_legal_entities
-- column unit_key string! personal: the unit, never null
-- column legal_entity_id string directory: of a unit of one legal entity; null without one
-- column department_id string directory: of a department; null without one
-- column account_key string! sensitive: the account; all sensitive ones are one
-- column account_id string personal: the account; null when it is sensitive
-- column employee_id string! none: the person
-- column half_days_in_days int64! personal: half days of accounts in days
-- column half_days_in_hours int64! personal: half days of accounts in hours
-- column half_days_read int64! personal: those of them whose hours can be read
-- column minutes int64 personal: minutes of accounts in hours; null without any that can be read
-- lowered legal_entity_id, department_id to directory: where somebody works is what colleagues see of each other
-- lowered account_id to personal: the account is declared to be harmless
-- lowered unit, unit_key, half_days_in_days, half_days_in_hours, half_days_read, minutes to personal: the account tells rows of
--   one person apart, and is not seen in them
WITH months AS (
    SELECT
        h.*,
        CAST(
            LPAD(CAST(EXTRACT(YEAR FROM h.day) AS STRING), 4, '0') || '-'
                || LPAD(CAST(EXTRACT(MONTH FROM h.day) AS STRING), 2, '0') || '-01'
            AS DATE
        ) AS month_start,
        CASE WHEN NOT a.is_sensitive THEN h.account_id END AS harmless_account_id
    FROM absence_half_days h
    LEFT JOIN leave_accounts a ON a.id = h.account_id
    WHERE h.state = 'approved'
),

charged AS (
    SELECT
        month_start,
        legal_entity_id,
        department_id,
        COALESCE('=' || legal_entity_id, '-') AS entity_key,
        COALESCE('=' || legal_entity_id, '-') || '/' || COALESCE('=' || department_id, '-') AS department_key,
        harmless_account_id AS account_id,
        employee_id,
        SUM(CASE WHEN is_in_hours THEN 0 ELSE 1 END) AS half_days_in_days,
        SUM(CASE WHEN is_in_hours THEN 1 ELSE 0 END) AS half_days_in_hours,
        COUNT(minutes) AS half_days_read,
        SUM(minutes) AS minutes
    FROM months
    GROUP BY month_start, legal_entity_id, department_id, harmless_account_id, employee_id
),

departments_counted AS (
    SELECT month_start, entity_key, department_key, COUNT(DISTINCT employee_id) AS people
    FROM charged
    GROUP BY month_start, entity_key, department_key
),

-- Of each legal entity: who is in its small departments, and which of the others is the smallest.
rests AS (
    SELECT c.month_start, c.entity_key, COUNT(DISTINCT c.employee_id) AS people
    FROM charged c
    INNER JOIN departments_counted d ON d.month_start = c.month_start AND d.department_key = c.department_key
    WHERE d.people < 5
    GROUP BY c.month_start, c.entity_key
),

ordered AS (
    SELECT
        departments_counted.*,
        SUM(CASE WHEN people < 5 THEN 0 ELSE 1 END) OVER (PARTITION BY month_start, entity_key) AS large_departments,
        ROW_NUMBER() OVER (
            PARTITION BY month_start, entity_key ORDER BY CASE WHEN people < 5 THEN 1 ELSE 0 END, people, department_key
        ) AS place
    FROM departments_counted
),

entity_units AS (
    SELECT
        o.month_start,
        o.entity_key,
        o.department_key,
        CASE
            WHEN o.people >= 5 AND NOT (o.place = 1 AND COALESCE(r.people, 0) BETWEEN 1 AND 4) THEN 'department'
            WHEN r.people >= 5 OR o.large_departments > 0 THEN 'other_departments'
            ELSE 'other_legal_entities'
        END AS unit
    FROM ordered o
    LEFT JOIN rests r ON r.month_start = o.month_start AND r.entity_key = o.entity_key
),

keyed AS (
    SELECT
        month_start,
        department_key,
        unit,
        CASE unit WHEN 'department' THEN department_key WHEN 'other_departments' THEN entity_key ELSE '*' END AS unit_key
    FROM entity_units
),

-- Of the tenant: who is in no unit yet, and which unit is the smallest.
units_counted AS (
    SELECT c.month_start, k.unit, k.unit_key, COUNT(DISTINCT c.employee_id) AS people
    FROM charged c
    INNER JOIN keyed k ON k.month_start = c.month_start AND k.department_key = c.department_key
    GROUP BY c.month_start, k.unit, k.unit_key
),

units_ordered AS (
    SELECT
        units_counted.*,
        SUM(CASE WHEN unit = 'other_legal_entities' THEN people ELSE 0 END) OVER (PARTITION BY month_start) AS rest,
        ROW_NUMBER() OVER (
            PARTITION BY month_start
            ORDER BY CASE WHEN unit = 'other_legal_entities' THEN 1 ELSE 0 END, people, unit_key
        ) AS place
    FROM units_counted
),

units AS (
    SELECT
        month_start,
        unit AS unit_before,
        unit_key AS key_before,
        CASE WHEN rest BETWEEN 1 AND 4 AND place = 1 THEN 'other_legal_entities' ELSE unit END AS unit,
        CASE WHEN rest BETWEEN 1 AND 4 AND place = 1 THEN '*' ELSE unit_key END AS unit_key
    FROM units_ordered
)

SELECT
    c.month_start,
    u.unit,
    u.unit_key,
    CASE WHEN u.unit <> 'other_legal_entities' THEN c.legal_entity_id END AS legal_entity_id,
    CASE WHEN u.unit = 'department' THEN c.department_id END AS department_id,
    COALESCE('=' || c.account_id, '-') AS account_key,
    c.account_id,
    c.employee_id,
    SUM(c.half_days_in_days) AS half_days_in_days,
    SUM(c.half_days_in_hours) AS half_days_in_hours,
    SUM(c.half_days_read) AS half_days_read,
    SUM(c.minutes) AS minutes
FROM charged c
INNER JOIN keyed k ON k.month_start = c.month_start AND k.department_key = c.department_key
INNER JOIN units u ON u.month_start = k.month_start AND u.unit_before = k.unit AND u.key_before = k.unit_key
GROUP BY
    c.month_start, u.unit, u.unit_key, CASE WHEN u.unit <> 'other_legal_entities' THEN c.legal_entity_id END,
    CASE WHEN u.unit = 'department' THEN c.department_id END, c.account_id, c.employee_id
