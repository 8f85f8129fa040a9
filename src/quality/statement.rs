//! SQL whose rows are findings: one statement for each thing that is declared, and for each rule.

use super::compare::Finding;
use crate::catalog::{Interval, Key, LakeType, QualityRule, Severity, Table, TableColumn};

/// The name under which a statement finds the findings of the snapshot before.
pub(crate) const BEFORE: &str = "_findings_before";

/// One rule, ready to be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Statement {
    /// Name of the rule.
    pub(crate) rule: String,
    /// Table, and columns, that it is about; the rule's name when it is about several.
    pub(crate) about: String,
    /// How much its findings matter.
    pub(crate) severity: Severity,
    /// When they stop a publication.
    pub(crate) gate: Option<Gate>,
    /// Numbers that explain the finding.
    pub(crate) detail: Option<String>,
    /// Gives `table_name`, `column_name` and `record_id`.
    pub(crate) sql: String,
    /// What errors call it: its file, or what it asks.
    pub(crate) origin: String,
    /// The key whose values that occur more than once it finds, where it finds nothing else.
    pub(crate) key: Option<Key>,
}

/// More findings than these stop a publication.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Gate {
    /// Any.
    Any,
    /// More than a share of a table's rows.
    Share {
        /// In percent.
        percent: u8,
        /// The table.
        of: String,
    },
}

/// What the heading or schema of `table` declares of columns that the API told.
pub(crate) fn declared(table: &Table, is_told: impl Fn(&str) -> bool) -> impl Iterator<Item = Statement> {
    let quality = &table.quality;
    let is_asked = !quality.key.is_empty() && quality.key.iter().all(|column| is_told(column));
    let key = is_asked.then(|| key(table, &quality.key));
    let interval = quality.interval.as_ref();
    let interval = interval.filter(|i| i.of.iter().chain([&i.from, &i.to]).all(|column| is_told(column)));
    key.into_iter().chain(interval.map(|interval| overlaps(table, interval)))
}

/// A rule of `queries/quality/`.
pub(crate) fn of_rule(rule: &QualityRule) -> Statement {
    let gate = rule.gate.as_ref().map(|g| Gate::Share { percent: g.percent, of: g.of.clone() });
    Statement {
        rule: rule.name.clone(),
        about: rule.name.clone(),
        severity: rule.severity,
        gate,
        detail: None,
        sql: rule.sql.clone(),
        origin: rule.file(),
        key: None,
    }
}

/// A finding that was made by comparing numbers.
pub(crate) fn of_finding(finding: &Finding) -> Statement {
    let column = finding.column.as_deref().map_or("CAST(NULL AS STRING)".to_owned(), literal);
    Statement {
        rule: finding.rule.to_owned(),
        about: finding.column.as_ref().map_or(finding.table.clone(), |c| format!("{}.{c}", finding.table)),
        severity: finding.severity,
        gate: finding.is_gate.then_some(Gate::Any),
        detail: Some(finding.detail.clone()),
        sql: format!(
            "SELECT {} AS table_name, {column} AS column_name, CAST(NULL AS STRING) AS record_id",
            literal(&finding.table)
        ),
        origin: format!("the finding {} of {}", finding.rule, finding.table),
        key: None,
    }
}

impl Statement {
    /// The query whose rows are rows of the table of findings; with `before`, a finding keeps the date it was first seen.
    pub(crate) fn findings(&self, before: bool) -> String {
        let Self { rule, severity, gate, detail, sql, .. } = self;
        let (rule, severity) = (literal(rule), literal(&severity.to_string()));
        let detail = detail.as_deref().map_or("CAST(NULL AS STRING)".to_owned(), literal);
        let (first_seen, join) = if before {
            let join = format!(
                " LEFT JOIN (SELECT table_name, column_name, record_id, MIN(first_seen_as_of) AS first_seen_as_of \
                 FROM \"{BEFORE}\" WHERE rule = {rule} GROUP BY table_name, column_name, record_id) b \
                 ON b.table_name = f.table_name AND (b.column_name IS NOT DISTINCT FROM f.column_name) \
                 AND (b.record_id IS NOT DISTINCT FROM f.record_id)"
            );
            ("COALESCE(b.first_seen_as_of, CAST($as_of AS DATE))", join)
        } else {
            ("CAST($as_of AS DATE)", String::new())
        };
        format!(
            "SELECT {rule} AS rule, {severity} AS severity, f.table_name, f.column_name, f.record_id, \
             {detail} AS detail, {} AS is_gate, {first_seen} AS first_seen_as_of FROM (\n{sql}\n) f{join} \
             ORDER BY f.table_name, f.column_name NULLS FIRST, f.record_id NULLS FIRST",
            gate.is_some()
        )
    }
}

fn key(table: &Table, key: &[String]) -> Statement {
    let columns: Vec<String> = key.iter().map(|c| identifier(c)).collect();
    let columns = columns.join(", ");
    Statement {
        rule: "duplicate_key".to_owned(),
        about: format!("{} ({})", table.name, key.join(", ")),
        severity: Severity::Error,
        gate: Some(Gate::Any),
        detail: None,
        sql: format!(
            "SELECT {} AS table_name, {} AS column_name, {} AS record_id FROM {} GROUP BY {columns} HAVING COUNT(*) > 1",
            literal(&table.name),
            literal(&key.join(", ")),
            record_id(key),
            identifier(&table.name),
        ),
        origin: format!("the key of {}", table.name),
        key: Some(Key { table: table.name.clone(), columns: key.to_vec() }),
    }
}

/// Rows that begin on a day that an earlier row of the same owner takes, whichever of the earlier rows it is: one of them may
/// cover several later ones. A row that ends before it begins takes no day.
fn overlaps(table: &Table, interval: &Interval) -> Statement {
    let Interval { from, to, to_included, of } = interval;
    let name_of_row: Vec<String> = match table.columns.iter().find(|c| c.name == "id") {
        Some(TableColumn { name, lake_type: LakeType::String, .. }) => vec![name.clone()],
        _ => of.clone(),
    };
    let owners = of.iter().map(|c| identifier(c)).collect::<Vec<_>>().join(", ");
    let (first, last) = (identifier(from), identifier(to));
    let meets = if *to_included { "<=" } else { "<" };
    // The records of the API are what people entered, and a few mistakes of them must not hold up everybody else's data.
    // Tables computed here keep their intervals apart.
    let gate = if *to_included { Gate::Share { percent: 1, of: table.name.clone() } } else { Gate::Any };
    Statement {
        rule: "overlapping_intervals".to_owned(),
        about: format!("{} ({from}, {to})", table.name),
        severity: Severity::Error,
        gate: Some(gate),
        detail: None,
        sql: format!(
            "SELECT {table_name} AS table_name, {column} AS column_name, {id} AS record_id FROM (SELECT *, \
             MAX(COALESCE({last}, CAST('9999-12-31' AS DATE))) OVER (PARTITION BY {owners} ORDER BY {first}, {id} \
             ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS \"_taken_until\" FROM {rows} \
             WHERE {first} IS NOT NULL AND ({last} IS NULL OR {first} {meets} {last})) t WHERE {first} {meets} \"_taken_until\"",
            table_name = literal(&table.name),
            column = literal(from),
            id = record_id(&name_of_row),
            rows = identifier(&table.name),
        ),
        origin: format!("the intervals of {}", table.name),
        key: None,
    }
}

/// What names a row without telling more of it: identifiers only.
fn record_id(columns: &[String]) -> String {
    let ids = columns.iter().filter(|c| *c == "id" || c.ends_with("_id"));
    let ids: Vec<String> = ids.map(|c| format!("COALESCE(CAST({} AS STRING), '')", identifier(c))).collect();
    if ids.is_empty() { "CAST(NULL AS STRING)".to_owned() } else { ids.join(" || '/' || ") }
}

fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
