-- manager_names: one row per visible employee whom a job position has as its manager, whenever
-- internal
-- column manager_id string! directory: the manager
-- column given_name string directory: given name
-- column family_name string directory: family name
-- column full_name string directory: both, as employee_names has them
-- column email string directory: e-mail address
WITH managers AS (
    SELECT DISTINCT manager_id FROM job_positions WHERE manager_id IS NOT NULL
)

SELECT
    m.manager_id,
    w.given_name,
    w.family_name,
    n.full_name,
    w.email
FROM managers m
INNER JOIN employees w ON w.id = m.manager_id
INNER JOIN employee_names n ON n.employee_id = m.manager_id
