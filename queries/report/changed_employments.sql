-- changed_employments: one row: how the contracts differ from those of the snapshot before, whose tables have names that begin with
--   previous_
-- column appeared int64! none: contracts that the snapshot before does not have
-- column vanished int64! none: contracts that only the snapshot before has
-- column changed_end int64! none: contracts of both with another last day
-- source changed_end: employments.end_date
-- lowered changed_end to none: a number of contracts, whose people no row names
SELECT
    COUNT(CASE WHEN p.id IS NULL THEN 1 END) AS appeared,
    COUNT(CASE WHEN n.id IS NULL THEN 1 END) AS vanished,
    COUNT(
        CASE
            WHEN n.id IS NOT NULL
                AND p.id IS NOT NULL
                AND COALESCE(n.end_date, CAST('9999-12-31' AS DATE)) <> COALESCE(p.end_date, CAST('9999-12-31' AS DATE))
                THEN 1
        END
    ) AS changed_end
FROM employments n
FULL OUTER JOIN previous_employments p ON p.id = n.id
