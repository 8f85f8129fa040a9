-- findings_total: one row: how many findings there are, by how much they matter
-- column errors int64! none: findings that are wrong
-- source errors: data_quality_findings.severity
-- column warnings int64! none: findings that are probably wrong, or missing
-- source warnings: data_quality_findings.severity
-- column notes int64! none: findings worth knowing
-- source notes: data_quality_findings.severity
SELECT
    COUNT(CASE WHEN severity = 'error' THEN 1 END) AS errors,
    COUNT(CASE WHEN severity = 'warning' THEN 1 END) AS warnings,
    COUNT(CASE WHEN severity = 'info' THEN 1 END) AS notes
FROM data_quality_findings
