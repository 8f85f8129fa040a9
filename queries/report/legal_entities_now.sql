-- legal_entities_now: one row per legal entity with people on the as-of date or at one of the month ends that are compared: the
--   last one, and those one to five years before it. Everybody in employment counts once
-- key legal_entity_id
-- column legal_entity_id string directory: the legal entity; null for people without one
-- source legal_entity_id: assignment_history.legal_entity_id and headcount_monthly.legal_entity_id
-- column legal_entity_name string directory: its legal name; null when it is not visible
-- source legal_entity_name: legal_entities.legal_name
-- column people int64! none: people in employment on the as-of date
-- source people: assignment_history.is_current
-- column people_1 int64! none: people at the end of the month one year before the last month
-- source people_1: headcount_monthly.headcount
-- column people_2 int64! none: people two years before
-- source people_2: headcount_monthly.headcount
-- column people_3 int64! none: people three years before
-- source people_3: headcount_monthly.headcount
-- column people_4 int64! none: people four years before
-- source people_4: headcount_monthly.headcount
-- column people_5 int64! none: people five years before
-- source people_5: headcount_monthly.headcount
-- lowered people, people_1, people_2, people_3, people_4, people_5 to none: numbers of people, whom no row names
WITH counted AS (
    SELECT legal_entity_id, legal_entity_name, 0 AS months_before, COUNT(*) AS people
    FROM assignment_history
    WHERE is_current
    GROUP BY legal_entity_id, legal_entity_name
    UNION ALL
    SELECT h.legal_entity_id, h.legal_entity_name, l.last_number - m.month_number AS months_before, SUM(h.headcount) AS people
    FROM headcount_monthly h
    INNER JOIN calendar_months m ON m.month_end = h.month_end
    CROSS JOIN (SELECT MAX(month_number) AS last_number FROM calendar_months) l
    WHERE l.last_number - m.month_number IN (12, 24, 36, 48, 60)
    GROUP BY h.legal_entity_id, h.legal_entity_name, l.last_number - m.month_number
)

SELECT
    legal_entity_id,
    legal_entity_name,
    CAST(SUM(CASE WHEN months_before = 0 THEN people ELSE 0 END) AS BIGINT) AS people,
    CAST(SUM(CASE WHEN months_before = 12 THEN people ELSE 0 END) AS BIGINT) AS people_1,
    CAST(SUM(CASE WHEN months_before = 24 THEN people ELSE 0 END) AS BIGINT) AS people_2,
    CAST(SUM(CASE WHEN months_before = 36 THEN people ELSE 0 END) AS BIGINT) AS people_3,
    CAST(SUM(CASE WHEN months_before = 48 THEN people ELSE 0 END) AS BIGINT) AS people_4,
    CAST(SUM(CASE WHEN months_before = 60 THEN people ELSE 0 END) AS BIGINT) AS people_5
FROM counted
GROUP BY legal_entity_id, legal_entity_name
ORDER BY people DESC, people_1 DESC, legal_entity_id NULLS LAST
