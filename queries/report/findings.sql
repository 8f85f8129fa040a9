-- findings: one row per rule and column with findings, the gravest and most frequent first
-- label: Findings by rule | Anomalies par règle
-- key rule, table_name, column_name
-- column rule string! none: the rule
-- source rule: data_quality_findings.rule
-- column severity string! none: info, warning or error
-- source severity: data_quality_findings.severity
-- column table_name string! none: table that the findings are about
-- source table_name: data_quality_findings.table_name
-- column column_name string none: column, or columns, that they are about
-- source column_name: data_quality_findings.column_name
-- column findings int64! none: how many there are
-- label findings: Findings | Nombre d'anomalies
-- column first_seen_as_of date none: as-of date of the oldest of them that is still there
-- source first_seen_as_of: data_quality_findings.first_seen_as_of
WITH counted AS (
    SELECT
        rule,
        MAX(severity) AS severity,
        table_name,
        column_name,
        COUNT(*) AS findings,
        MIN(first_seen_as_of) AS first_seen_as_of
    FROM data_quality_findings
    GROUP BY rule, table_name, column_name
)

SELECT rule, severity, table_name, column_name, findings, first_seen_as_of
FROM counted
ORDER BY
    CASE severity WHEN 'error' THEN 0 WHEN 'warning' THEN 1 ELSE 2 END,
    findings DESC,
    rule NULLS LAST,
    table_name NULLS LAST,
    column_name NULLS LAST
