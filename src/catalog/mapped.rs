//! Tables of v5 that are made of what the older APIs say: `queries/legacy/<table>.sql`.
//!
//! ```sql
//! -- employees: one row per user
//! -- not available: portrait_id
//! SELECT …
//! ```
//!
//! A table that v5 does not have declares its columns, as `queries/*.sql` do.

use super::{
    CatalogError, Origin, Table,
    derived::{self, DerivedError},
    is_name,
};

/// One table made of the tables of legacy resources.
#[derive(Debug, Clone)]
pub(crate) struct Mapped {
    /// Name of the table.
    pub(crate) name: String,
    /// The table where v5 has none of that name.
    pub(crate) own: Option<Table>,
    /// The query, with `$as_of` for the day of the extraction.
    pub(crate) sql: String,
    /// Columns that nothing can be known of, beside those that are plain nulls in the query.
    pub(crate) not_available: Vec<String>,
}

impl Mapped {
    /// Path of its file in the sources, for errors.
    pub(crate) fn file(&self) -> String {
        file(&self.name)
    }
}

fn file(stem: &str) -> String {
    format!("queries/legacy/{stem}.sql")
}

/// Reads one file; `is_v5` says whether v5 has a table of that name.
///
/// # Errors
/// The first line that is not understood; nothing is ignored.
pub(super) fn parse(stem: &str, text: &str, is_v5: bool) -> Result<Mapped, CatalogError> {
    let rule = |broken: String| CatalogError::Rule { file: file(stem), broken };
    if !is_v5 {
        let parsed = derived::parse(&format!("{stem}.sql"), text);
        let parsed = parsed.map_err(|error| match error {
            DerivedError::Line { line, problem, .. } => rule(format!("line {line}: {problem}")),
            DerivedError::File { problem, .. } => rule(problem),
            DerivedError::FileName { .. } => rule(error.to_string()),
        })?;
        let table = Table { origin: Origin::Api, ..parsed.table };
        return Ok(Mapped { name: stem.to_owned(), own: Some(table), sql: parsed.sql, not_available: Vec::new() });
    }
    let mut lines = text.lines().peekable();
    let first = lines.next().and_then(|line| line.strip_prefix("-- ")?.strip_prefix(stem)?.strip_prefix(": "));
    if first.is_none_or(|meaning| meaning.trim().is_empty()) {
        return Err(rule(format!("the first line must be `-- {stem}: <what one row is made of>`")));
    }
    let mut not_available = Vec::new();
    while let Some(comment) = lines.next_if(|line| line.starts_with("--")) {
        if let Some(names) = comment.strip_prefix("-- not available: ") {
            let names: Vec<&str> = names.split(',').map(str::trim).collect();
            if let Some(wrong) = names.iter().find(|name| !is_name(name)) {
                return Err(rule(format!("{wrong:?} is no column")));
            }
            not_available.extend(names.into_iter().map(str::to_owned));
        } else if !comment.starts_with("--  ") {
            return Err(rule(
                "expected `-- not available: <columns>` or a continuation indented by two spaces".to_owned(),
            ));
        }
    }
    let sql = lines.collect::<Vec<_>>().join("\n").trim().to_owned();
    if sql.is_empty() {
        return Err(rule("there is no query below the leading comment".to_owned()));
    }
    Ok(Mapped { name: stem.to_owned(), own: None, sql, not_available })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_of_v5_needs_no_columns_and_another_declares_them() {
        let text =
            "-- employees: one row per user,\n--   former ones too\n-- not available: portrait_id, url\nSELECT 1";
        let mapped = parse("employees", text, true).unwrap();
        assert_eq!((mapped.sql.as_str(), mapped.own.is_none()), ("SELECT 1", true));
        assert_eq!(mapped.not_available, ["portrait_id", "url"]);
        let text =
            "-- pay: one row per amount\n-- zone personal\n-- column id string! none: identifier\nSELECT id FROM x";
        assert_eq!(parse("pay", text, false).unwrap().own.unwrap().columns.len(), 1);
        for (text, is_v5, why) in [
            ("SELECT 1", true, "the first line must be"),
            ("-- employees: x\n-- not avail: y\nSELECT 1", true, "expected `-- not available"),
            ("-- employees: x\n-- not available: Y\nSELECT 1", true, "\"Y\" is no column"),
            ("-- employees: x\n", true, "there is no query"),
            ("-- employees: x\nSELECT 1", false, "no column is declared"),
        ] {
            let error = parse("employees", text, is_v5).unwrap_err().to_string();
            assert!(error.contains("queries/legacy/employees.sql") && error.contains(why), "{error}");
        }
    }
}
