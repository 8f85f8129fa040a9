-- changed_employees: one row: how the directory differs from that of the snapshot before, whose tables have names that begin with previous_
-- column appeared int64! none: people whom the snapshot before does not have
-- column vanished int64! none: people whom only the snapshot before has
-- column changed_status int64! none: people of both with another status
-- source changed_status: employees.status
-- lowered changed_status to none: a number of people, whom no row names
SELECT
    COUNT(CASE WHEN p.id IS NULL THEN 1 END) AS appeared,
    COUNT(CASE WHEN n.id IS NULL THEN 1 END) AS vanished,
    COUNT(CASE WHEN n.id IS NOT NULL AND p.id IS NOT NULL AND COALESCE(n.status, '') <> COALESCE(p.status, '') THEN 1 END)
        AS changed_status
FROM employees n
FULL OUTER JOIN previous_employees p ON p.id = n.id
