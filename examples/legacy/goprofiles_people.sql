-- The people directory for profiles of colleagues such as GoProfiles: one row per person, those to come and those who left
-- included, with what colleagues see of each other.
--
-- Runs unchanged in `lucca-lake query -f`, in DuckDB after `.read lake/views/duckdb.sql`, and in Spark after the statements of
-- `lake/views/spark.sql`. No column is more private than the directory.
SELECT
    u.id AS employee_id,
    u.employee_number,
    u.first_name AS given_name,
    u.last_name AS family_name,
    u.name,
    u.work_email AS email,
    u.work_phone AS phone,
    e.portrait_id,
    u.employment_status AS status,
    u.start_date,
    u.job_title,
    d.name AS department,
    l.name AS location,
    u.manager_id,
    m.given_name AS manager_given_name,
    m.family_name AS manager_family_name,
    m.email AS manager_email
FROM unified_employees u
INNER JOIN employees e ON e.id = u.id
LEFT JOIN departments d ON d.id = u.group_id
LEFT JOIN business_establishments l ON l.id = u.location_id
LEFT JOIN employees m ON m.id = u.manager_id
ORDER BY u.id
