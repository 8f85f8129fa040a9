-- headcount_monthly: one row per month and legal entity, establishment, department and contract term with people on the
--   last day of the month, for all months of calendar_months. Everybody in employment counts once, whatever the contract,
--   those without a job position too: what is not known is null, so the rows of a month add up to everybody
-- label: Monthly headcount | Effectif mensuel
-- key month_end, legal_entity_id, business_establishment_id, department_id, contract_term
-- column month_end date! none: last day of the month
-- label month_end: Month end | Fin de mois
-- column legal_entity_id string directory: legal entity of the employment; null for employments without one
-- source legal_entity_id: assignment_history.legal_entity_id
-- column legal_entity_name string directory: its legal name; null when the legal entity is not visible
-- source legal_entity_name: legal_entities.legal_name
-- label legal_entity_name: Legal entity | Entité légale
-- column business_establishment_id string directory: establishment of the job position; null without one
-- source business_establishment_id: assignment_history.business_establishment_id
-- column business_establishment_name string directory: its name; null when the establishment is not visible
-- source business_establishment_name: business_establishments.name
-- label business_establishment_name: Establishment | Établissement
-- column department_id string directory: department of the job position; null without one
-- source department_id: assignment_history.department_id
-- column department_name string directory: its name; null when the department is not visible
-- source department_name: departments.name
-- label department_name: Department | Département
-- column contract_term string personal: permanent or fixed; null when the template is not known
-- source contract_term: assignment_history.contract_term
-- column headcount int64! none: people whose row of assignment_history covers the last day of the month
-- label headcount: Headcount | Effectif
-- lowered month_end, headcount to none: months, and numbers of people, whom no row names
-- without assignment_history.contract_term: everybody is counted under no term then
WITH edges AS (
    -- A stretch counts at the month ends from that of its first day to the one before that of the first day after it.
    SELECT h.*, valid_from AS edge, 1 AS people
    FROM assignment_history h
    UNION ALL
    SELECT h.*, valid_to AS edge, -1 AS people
    FROM assignment_history h
    WHERE valid_to IS NOT NULL
),

changes AS (
    SELECT edges.*, 12 * EXTRACT(YEAR FROM edge) + EXTRACT(MONTH FROM edge) AS month_number
    FROM edges
),

monthly AS (
    SELECT
        legal_entity_id,
        business_establishment_id,
        department_id,
        contract_term,
        month_number,
        SUM(people) AS people
    FROM changes
    GROUP BY legal_entity_id, business_establishment_id, department_id, contract_term, month_number
),

-- From one change to the next the count stays.
runs AS (
    SELECT
        legal_entity_id,
        business_establishment_id,
        department_id,
        contract_term,
        month_number,
        SUM(people) OVER (
            PARTITION BY legal_entity_id, business_establishment_id, department_id, contract_term
            ORDER BY month_number ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS headcount,
        COALESCE(
            LEAD(month_number) OVER (
                PARTITION BY legal_entity_id, business_establishment_id, department_id, contract_term
                ORDER BY month_number
            ),
            1000000
        ) AS next_number
    FROM monthly
)

SELECT
    m.month_end,
    r.legal_entity_id,
    l.legal_name AS legal_entity_name,
    r.business_establishment_id,
    b.name AS business_establishment_name,
    r.department_id,
    d.name AS department_name,
    r.contract_term,
    CAST(r.headcount AS BIGINT) AS headcount
FROM runs r
INNER JOIN calendar_months m ON m.month_number >= r.month_number AND m.month_number < r.next_number
LEFT JOIN legal_entities l ON l.id = r.legal_entity_id
LEFT JOIN business_establishments b ON b.id = r.business_establishment_id
LEFT JOIN departments d ON d.id = r.department_id
WHERE r.headcount > 0
ORDER BY
    m.month_end NULLS LAST,
    r.legal_entity_id NULLS LAST,
    r.business_establishment_id NULLS LAST,
    r.department_id NULLS LAST,
    r.contract_term NULLS LAST
