-- headcount_months: one row per month of the last five years and legal entity with people at its end. The seven legal entities
--   that are largest in the last month stand for themselves, all others together have rank 8
-- label: Headcount by month and entity | Effectif par mois et entité
-- key month_end, legal_entity_rank
-- column month_end date! none: last day of the month
-- label month_end: Month end | Fin de mois
-- column legal_entity_rank int32! none: 1 for the largest legal entity of the last month; 8 for all from the eighth on
-- label legal_entity_rank: Rank of the legal entity | Rang de l'entité légale
-- column legal_entity_id string directory: the legal entity; null for people without one, and for all that have rank 8
-- source legal_entity_id: headcount_monthly.legal_entity_id
-- column legal_entity_name string directory: its legal name; null when it is not visible, and for all that have rank 8
-- source legal_entity_name: headcount_monthly.legal_entity_name
-- column people int64! none: people in employment at the end of the month
-- source people: headcount_monthly.headcount
-- label people: Headcount | Effectif
-- lowered legal_entity_rank, people to none: numbers of people, whom no row names
WITH months AS (
    SELECT m.month_end, l.last_month
    FROM calendar_months m
    CROSS JOIN (SELECT MAX(month_number) AS last_number, MAX(month_end) AS last_month FROM calendar_months) l
    WHERE m.month_number >= l.last_number - 60
),

counted AS (
    SELECT h.month_end, h.legal_entity_id, h.legal_entity_name, SUM(h.headcount) AS people
    FROM headcount_monthly h
    INNER JOIN months m ON m.month_end = h.month_end
    GROUP BY h.month_end, h.legal_entity_id, h.legal_entity_name
),

latest AS (
    SELECT
        c.legal_entity_id,
        MAX(CASE WHEN c.month_end = m.last_month THEN c.people ELSE 0 END) AS latest_people,
        SUM(c.people) AS all_people
    FROM counted c
    INNER JOIN months m ON m.month_end = c.month_end
    GROUP BY c.legal_entity_id
),

ranked AS (
    SELECT
        COALESCE(legal_entity_id, '') AS legal_entity,
        ROW_NUMBER() OVER (ORDER BY latest_people DESC, all_people DESC, legal_entity_id NULLS LAST) AS place
    FROM latest
),

grouped AS (
    SELECT
        c.month_end,
        CASE WHEN r.place < 8 THEN r.place ELSE 8 END AS place,
        CASE WHEN r.place < 8 THEN c.legal_entity_id END AS legal_entity_id,
        CASE WHEN r.place < 8 THEN c.legal_entity_name END AS legal_entity_name,
        c.people
    FROM counted c
    INNER JOIN ranked r ON r.legal_entity = COALESCE(c.legal_entity_id, '')
)

SELECT
    month_end,
    CAST(place AS INTEGER) AS legal_entity_rank,
    legal_entity_id,
    legal_entity_name,
    CAST(SUM(people) AS BIGINT) AS people
FROM grouped
GROUP BY month_end, place, legal_entity_id, legal_entity_name
ORDER BY month_end NULLS LAST, legal_entity_rank NULLS LAST
