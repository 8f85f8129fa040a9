-- movements_monthly: one row per month and legal entity, establishment and department with people or movements in the
--   month, for all months of calendar_months. In every row closing = opening + joiners + rehires + transfers_in - leavers -
--   transfers_out, and closing is what headcount_monthly adds up to. Who works to the last day of a month is still in its
--   closing headcount and leaves in the next month
-- label: Monthly movements | Mouvements mensuels
-- key month_end, legal_entity_id, business_establishment_id, department_id
-- column month_end date! none: last day of the month
-- label month_end: Month end | Fin de mois
-- column legal_entity_id string directory: legal entity of the employment; null for employments without one
-- source legal_entity_id: movements.legal_entity_id
-- column legal_entity_name string directory: its legal name; null when the legal entity is not visible
-- source legal_entity_name: legal_entities.legal_name
-- label legal_entity_name: Legal entity | Entité légale
-- column business_establishment_id string directory: establishment of the job position; null without one
-- source business_establishment_id: movements.business_establishment_id
-- column business_establishment_name string directory: its name; null when the establishment is not visible
-- source business_establishment_name: business_establishments.name
-- label business_establishment_name: Establishment | Établissement
-- column department_id string directory: department of the job position; null without one
-- source department_id: movements.department_id
-- column department_name string directory: its name; null when the department is not visible
-- source department_name: departments.name
-- label department_name: Department | Département
-- column opening_headcount int64! none: people on the last day of the month before
-- label opening_headcount: Opening headcount | Effectif d'ouverture
-- column joiners int64! none: joiner events of the month
-- label joiners: Joiners | Entrées
-- column rehires int64! none: rehire events of the month
-- label rehires: Rehires | Réembauches
-- column transfers_in int64! none: transfer_in events of the month, from any other row of the same months
-- label transfers_in: Transfers in | Mutations entrantes
-- column leavers int64! none: leaver events of the month
-- label leavers: Leavers | Sorties
-- column transfers_out int64! none: transfer_out events of the month
-- label transfers_out: Transfers out | Mutations sortantes
-- column closing_headcount int64! none: people on the last day of the month
-- label closing_headcount: Closing headcount | Effectif de clôture
-- lowered month_end, opening_headcount, joiners, rehires, transfers_in, leavers, transfers_out to none: months, and
--   numbers of people, whom no row names
-- lowered closing_headcount to none: months, and numbers of people, whom no row names
-- lowered rows to directory: a row says that people work there, or did
WITH events AS (
    SELECT movements.*, 12 * EXTRACT(YEAR FROM event_date) + EXTRACT(MONTH FROM event_date) AS month_number
    FROM movements
    WHERE event <> 'contract_change'
),

monthly AS (
    SELECT
        legal_entity_id,
        business_establishment_id,
        department_id,
        month_number,
        COUNT(CASE WHEN event = 'joiner' THEN 1 END) AS joiners,
        COUNT(CASE WHEN event = 'rehire' THEN 1 END) AS rehires,
        COUNT(CASE WHEN event = 'transfer_in' THEN 1 END) AS transfers_in,
        COUNT(CASE WHEN event = 'leaver' THEN 1 END) AS leavers,
        COUNT(CASE WHEN event = 'transfer_out' THEN 1 END) AS transfers_out
    FROM events
    GROUP BY legal_entity_id, business_establishment_id, department_id, month_number
),

-- From one month with movements to the next the count stays.
runs AS (
    SELECT
        monthly.*,
        SUM(joiners + rehires + transfers_in - leavers - transfers_out) OVER (
            PARTITION BY legal_entity_id, business_establishment_id, department_id
            ORDER BY month_number ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS closing_headcount,
        COALESCE(
            LEAD(month_number) OVER (
                PARTITION BY legal_entity_id, business_establishment_id, department_id ORDER BY month_number
            ),
            1000000
        ) AS next_number
    FROM monthly
),

filled AS (
    SELECT
        m.month_end,
        r.legal_entity_id,
        l.legal_name AS legal_entity_name,
        r.business_establishment_id,
        b.name AS business_establishment_name,
        r.department_id,
        d.name AS department_name,
        r.closing_headcount,
        CASE WHEN m.month_number = r.month_number THEN r.joiners ELSE 0 END AS joiners,
        CASE WHEN m.month_number = r.month_number THEN r.rehires ELSE 0 END AS rehires,
        CASE WHEN m.month_number = r.month_number THEN r.transfers_in ELSE 0 END AS transfers_in,
        CASE WHEN m.month_number = r.month_number THEN r.leavers ELSE 0 END AS leavers,
        CASE WHEN m.month_number = r.month_number THEN r.transfers_out ELSE 0 END AS transfers_out
    FROM runs r
    LEFT JOIN legal_entities l ON l.id = r.legal_entity_id
    LEFT JOIN business_establishments b ON b.id = r.business_establishment_id
    LEFT JOIN departments d ON d.id = r.department_id
    INNER JOIN calendar_months m ON m.month_number >= r.month_number AND m.month_number < r.next_number
    WHERE r.closing_headcount > 0 OR m.month_number = r.month_number
)

SELECT
    f.month_end,
    f.legal_entity_id,
    f.legal_entity_name,
    f.business_establishment_id,
    f.business_establishment_name,
    f.department_id,
    f.department_name,
    CAST(closing_headcount - joiners - rehires - transfers_in + leavers + transfers_out AS BIGINT) AS opening_headcount,
    CAST(joiners AS BIGINT) AS joiners,
    CAST(rehires AS BIGINT) AS rehires,
    CAST(transfers_in AS BIGINT) AS transfers_in,
    CAST(leavers AS BIGINT) AS leavers,
    CAST(transfers_out AS BIGINT) AS transfers_out,
    CAST(closing_headcount AS BIGINT) AS closing_headcount
FROM filled f
ORDER BY
    f.month_end NULLS LAST,
    f.legal_entity_id NULLS LAST,
    f.business_establishment_id NULLS LAST,
    f.department_id NULLS LAST
