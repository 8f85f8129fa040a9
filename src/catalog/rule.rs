//! Rules over the tables of a snapshot, from `queries/quality/*.sql`: the leading comment says what a finding is.
//!
//! ```sql
//! -- manager_is_self: somebody is their own manager
//! -- severity error
//! -- gate above 5% of employees
//! -- only today
//! -- without employees.status: somebody of whom it is not known is no finding
//! SELECT 'job_positions' AS table_name, 'manager_id' AS column_name, id AS record_id FROM …
//! ```

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{DerivedError, Without, is_name, without};

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Severity {
    /// Worth knowing.
    Info,
    /// Probably wrong, or missing.
    Warning,
    /// Wrong.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct QualityRule {
    /// Its name, which findings carry.
    pub(crate) name: String,
    /// What a finding means.
    pub(crate) meaning: String,
    /// How much a finding matters.
    pub(crate) severity: Severity,
    /// When findings stop a publication.
    pub(crate) gate: Option<RuleGate>,
    /// It compares with what the API says of the day of the run: of no use for another day.
    pub(crate) only_today: bool,
    /// Columns that it may be asked without, where a source cannot tell them.
    pub(crate) without: Vec<Without>,
    /// The query: one row for each finding, with the columns `table_name`, `column_name` and `record_id`.
    pub(crate) sql: String,
}

impl QualityRule {
    /// Path of its file in the sources, for errors.
    pub(crate) fn file(&self) -> String {
        format!("queries/quality/{}.sql", self.name)
    }
}

/// More findings than a share of a table's rows stop a publication.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RuleGate {
    /// The share, in percent.
    pub(crate) percent: u8,
    /// The table.
    pub(crate) of: String,
}

/// Reads one file of `queries/quality/`.
///
/// # Errors
/// The first line that is not understood; nothing is ignored.
pub(crate) fn parse(file_name: &str, text: &str) -> Result<QualityRule, DerivedError> {
    let file = format!("quality/{file_name}");
    let stem = file_name.strip_suffix(".sql").filter(|stem| is_name(stem));
    let name = stem.ok_or_else(|| DerivedError::FileName { file: file.clone() })?;
    let mut rule = QualityRule {
        name: name.to_owned(),
        meaning: String::new(),
        severity: Severity::Info,
        gate: None,
        only_today: false,
        without: Vec::new(),
        sql: String::new(),
    };
    let mut severity = None;
    let mut lines = text.lines().enumerate().peekable();
    while let Some((index, comment)) = lines.next_if(|(_, l)| l.starts_with("--")) {
        let comment = comment.trim_start_matches("--");
        let read = if index == 0 { first_line(&mut rule, comment) } else { line(&mut rule, &mut severity, comment) };
        read.map_err(|problem| DerivedError::Line { file: file.clone(), line: index + 1, problem })?;
    }
    let in_file = |problem: &str| DerivedError::File { file: file.clone(), problem: problem.to_owned() };
    if rule.meaning.is_empty() {
        return Err(in_file(&format!("the first line must be `-- {name}: <what a finding means>`")));
    }
    rule.severity = severity.ok_or_else(|| in_file("there is no `-- severity error|warning|info` line"))?;
    rule.sql = lines.map(|(_, line)| line).collect::<Vec<_>>().join("\n").trim().to_owned();
    if rule.sql.is_empty() {
        return Err(in_file("there is no query below the leading comment"));
    }
    Ok(rule)
}

fn first_line(rule: &mut QualityRule, comment: &str) -> Result<(), String> {
    let meaning = comment.strip_prefix(' ').and_then(|c| c.strip_prefix(&*rule.name)?.strip_prefix(": "));
    meaning.unwrap_or_default().trim().clone_into(&mut rule.meaning);
    if rule.meaning.is_empty() {
        return Err(format!("expected `-- {}: <what a finding means>`", rule.name));
    }
    Ok(())
}

fn line(rule: &mut QualityRule, severity: &mut Option<Severity>, comment: &str) -> Result<(), String> {
    if let Some(more) = comment.strip_prefix("   ") {
        rule.meaning.push(' ');
        rule.meaning.push_str(more.trim());
        return Ok(());
    }
    if let Some((names, reason)) = comment.strip_prefix(" without ").and_then(|line| line.split_once(": ")) {
        return without::add_columns(&mut rule.without, names, reason.trim());
    }
    let words: Vec<&str> = comment.split_whitespace().collect();
    match words.as_slice() {
        ["severity", word] => {
            let all = [Severity::Info, Severity::Warning, Severity::Error];
            let known = all.into_iter().find(|s| s.to_string() == *word);
            *severity = Some(known.ok_or_else(|| format!("severity is error, warning or info, not {word}"))?);
        }
        ["gate", "above", percent, "of", table] => {
            let percent = percent.strip_suffix('%').and_then(|p| p.parse().ok()).filter(|p| *p <= 100);
            let percent = percent.ok_or_else(|| "expected `-- gate above <percent>% of <table>`".to_owned())?;
            rule.gate = Some(RuleGate { percent, of: (*table).to_owned() });
        }
        ["only", "today"] => rule.only_today = true,
        _ => {
            return Err("expected `-- severity …`, `-- gate above <percent>% of <table>`, `-- only today`, `-- without <table>.<column>, …: <reason>` on \
                        one line or a continuation indented by three spaces"
                .to_owned());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<QualityRule, String> {
        parse("no_manager.sql", text).map_err(|e| e.to_string())
    }

    #[test]
    fn a_rule_says_what_a_finding_is_and_when_it_stops_a_run() {
        let rule = read(
            "-- no_manager: somebody has no manager\n--   at all\n-- severity warning\n-- gate above 5% of employees\n\
             -- only today\nSELECT 1\n-- a remark",
        );
        let wanted = QualityRule {
            name: "no_manager".into(),
            meaning: "somebody has no manager at all".into(),
            severity: Severity::Warning,
            gate: Some(RuleGate { percent: 5, of: "employees".into() }),
            only_today: true,
            without: Vec::new(),
            sql: "SELECT 1\n-- a remark".into(),
        };
        assert_eq!(rule, Ok(wanted));
    }

    #[test]
    fn nothing_is_ignored() {
        for (text, wanted) in [
            ("SELECT 1", "the first line must be"),
            ("-- other: text\nSELECT 1", ":1: expected `-- no_manager:"),
            ("-- no_manager: text\nSELECT 1", "there is no `-- severity"),
            ("-- no_manager: text\n-- severity bad\nSELECT 1", ":2: severity is error, warning or info, not bad"),
            ("-- no_manager: text\n-- severity info\n-- gate above 101% of a\nSELECT 1", ":3: expected `-- gate"),
            ("-- no_manager: text\n-- severity info\n-- sometimes\nSELECT 1", ":3: expected `-- severity"),
            ("-- no_manager: text\n-- severity info\n", "there is no query"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(wanted), "{error}");
        }
    }
}
