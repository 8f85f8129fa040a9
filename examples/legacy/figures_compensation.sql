-- The compensation file for a benchmark of salaries such as Figures: one row per person in employment on the as-of date and amount
-- that this person is paid for it: what applies that day of the fixed ones, and the variable ones of the twelve months before.
--
-- Runs unchanged in `lucca-lake query -f`, in DuckDB after `.read lake/views/duckdb.sql`, and in Spark after the statements of
-- `lake/views/spark.sql`. People of whom no amount is visible have one row without one. Sensitive: see docs/security.md.
WITH paid AS (
    SELECT
        i.employee_id,
        i.kind,
        i.nature_name,
        n.category_code,
        i.unit,
        i.amount,
        i.currency_code,
        COALESCE(i.starts_on, i.period) AS since
    FROM remuneration_items i
    INNER JOIN people_current p ON p.employee_id = i.employee_id
    LEFT JOIN remuneration_natures n ON n.kind = i.kind AND n.id = i.nature_id
    WHERE NOT i.is_deleted
        AND (
            i.kind = 'fixed' AND i.starts_on <= p.as_of AND (i.ends_on IS NULL OR i.ends_on >= p.as_of)
            OR i.kind = 'variable' AND i.period <= p.as_of AND i.period > p.as_of - INTERVAL '12' MONTH
        )
)

SELECT
    p.employee_id,
    p.employee_number,
    r.legal_gender AS gender,
    r.birth_date,
    p.job_title,
    p.job_qualification_title,
    p.department_path_names AS department,
    p.manager_id,
    p.is_manager,
    p.direct_reports,
    p.legal_entity_name,
    p.business_establishment_name,
    p.template_title AS contract,
    p.seniority_start AS hired_on,
    w.full_time_equivalent,
    i.kind,
    i.nature_name,
    i.category_code,
    i.unit,
    i.amount,
    i.currency_code,
    i.since
FROM people_current p
LEFT JOIN employee_personal_records r ON r.employee_id = p.employee_id
LEFT JOIN job_positions j ON j.id = p.job_position_id
LEFT JOIN working_time_arrangements w ON w.id = j.working_time_arrangement_id
LEFT JOIN paid i ON i.employee_id = p.employee_id
ORDER BY p.employee_id, i.kind, i.nature_name, i.since, i.amount
