-- missing_contract: an employment valid that day has no template, so the kind of contract is not known
-- severity warning
SELECT 'employments' AS table_name, 'template_id' AS column_name, id AS record_id
FROM employments
WHERE start_date <= CAST($as_of AS DATE) AND (end_date IS NULL OR end_date >= CAST($as_of AS DATE))
    AND template_id IS NULL
ORDER BY record_id NULLS LAST
