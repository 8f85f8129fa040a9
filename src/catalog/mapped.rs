//! Tables of v5 that are made of what the older APIs say: `queries/legacy/<table>.sql`.
//!
//! ```sql
//! -- employees: one row per user
//! -- not available: portrait_id
//! -- without v3_user_logs: each user has the current position then
//! -- past from: v3_user_logs
//! SELECT …
//! ```
//!
//! What a line says that the query does [`without`](super::without) need not have been read: it is an empty table then. Where
//! one of those after `past from` was not, the table says only what is so on the day of the extraction.
//!
//! A table that v5 does not have declares its columns, as `queries/*.sql` do, but for `_extra`, `_extracted_at` and `_run_id`,
//! which every API table ends with. One that is `-- internal` is for other mapping queries alone.

use super::{
    CatalogError, Origin, Table, Without,
    derived::{self, DerivedError},
    is_name,
    resource::added_columns,
    without,
};

/// One table made of the tables of legacy resources.
#[derive(Debug, Clone)]
pub(crate) struct Mapped {
    /// Name of the table.
    pub(crate) name: String,
    /// The table where v5 has none of that name.
    pub(crate) own: Option<Table>,
    /// Whether only other mapping queries read it: it is in no snapshot.
    pub(crate) internal: bool,
    /// The query, with `$as_of` for the day of the extraction.
    pub(crate) sql: String,
    /// Columns that nothing can be known of, beside those that are plain nulls in the query.
    pub(crate) not_available: Vec<String>,
    /// Tables that it reads and does without: where they could not be read, they are empty.
    pub(crate) without: Vec<Without>,
    /// Tables without which its rows tell of the day of the extraction alone.
    pub(crate) past_from: Vec<String>,
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
    let (text, without) = without_lines(text).map_err(rule)?;
    let (text, past_from) = named_after(&text, "-- past from: ").map_err(rule)?;
    let text = text.as_str();
    if !is_v5 {
        let parsed = derived::parse(&format!("{stem}.sql"), text);
        let parsed = parsed.map_err(|error| match error {
            DerivedError::Line { line, problem, .. } => rule(format!("line {line}: {problem}")),
            DerivedError::File { problem, .. } => rule(problem),
            DerivedError::FileName { .. } => rule(error.to_string()),
        })?;
        let mut table = Table { origin: Origin::Api, ..parsed.table };
        table.columns.extend(added_columns());
        let (own, internal, not_available) = (Some(table), parsed.internal, Vec::new());
        return Ok(Mapped { name: stem.to_owned(), own, internal, sql: parsed.sql, not_available, without, past_from });
    }
    let (text, not_available) = named_after(text, "-- not available: ").map_err(rule)?;
    let mut lines = text.lines().peekable();
    let first = lines.next().and_then(|line| line.strip_prefix("-- ")?.strip_prefix(stem)?.strip_prefix(": "));
    if first.is_none_or(|meaning| meaning.trim().is_empty()) {
        return Err(rule(format!("the first line must be `-- {stem}: <what one row is made of>`")));
    }
    let is_comment = |line: &&str| line.starts_with("--");
    while let Some(comment) = lines.next_if(is_comment) {
        if !comment.starts_with("--  ") {
            return Err(rule(
                "expected `-- not available: <columns>`, `-- past from: <tables>`, `-- without <tables>: <reason>` or a continuation indented by two spaces"
                    .to_owned(),
            ));
        }
    }
    let sql = lines.collect::<Vec<_>>().join("\n").trim().to_owned();
    if sql.is_empty() {
        return Err(rule("there is no query below the leading comment".to_owned()));
    }
    Ok(Mapped { name: stem.to_owned(), own: None, internal: false, sql, not_available, without, past_from })
}

/// What the heading says that the query does without, all of it tables, and the text without these lines.
fn without_lines(text: &str) -> Result<(String, Vec<Without>), String> {
    let heading = text.lines().take_while(|line| line.starts_with("--")).count();
    let (mut left, mut known) = (Vec::new(), Vec::new());
    for (number, line) in text.lines().enumerate() {
        match line.strip_prefix("-- without ").filter(|_| number < heading) {
            Some(line) => {
                let (names, reason) = line.split_once(": ").ok_or("expected `-- without <tables>: <reason>`")?;
                known.extend(without::parse(names, reason.trim())?);
            }
            None => left.push(line),
        }
    }
    match known.iter().find(|without| without.column.is_some()) {
        Some(column) => Err(format!("{} is done without as a whole table only", column.table)),
        None => Ok((left.join("\n"), known)),
    }
}

/// The names in the lines of the heading that begin with `prefix`, and the text without these lines.
fn named_after(text: &str, prefix: &str) -> Result<(String, Vec<String>), String> {
    let heading = text.lines().take_while(|line| line.starts_with("--")).count();
    let (mut left, mut names) = (Vec::new(), Vec::new());
    for (number, line) in text.lines().enumerate() {
        match line.strip_prefix(prefix).filter(|_| number < heading) {
            Some(listed) => names.extend(listed.split(',').map(|name| name.trim().to_owned())),
            None => left.push(line),
        }
    }
    match names.iter().find(|name| !is_name(name)) {
        Some(wrong) => Err(format!("{wrong:?} is no column or table")),
        None => Ok((left.join("\n"), names)),
    }
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
        let text = "-- employees: x\n-- without v3_a, v4_b: why\nSELECT 1 -- without c: d";
        let mapped = parse("employees", text, true).unwrap();
        let without = |table: &str| Without { table: table.into(), column: None, reason: "why".into() };
        assert_eq!(mapped.without, [without("v3_a"), without("v4_b")]);
        assert_eq!(mapped.sql, "SELECT 1 -- without c: d");
        let text =
            "-- pay: one row per amount\n-- zone personal\n-- column id string! none: identifier\nSELECT id FROM x";
        assert_eq!(parse("pay", text, false).unwrap().own.unwrap().columns.len(), 4);
        let internal = text.replace("-- zone personal", "-- internal");
        assert!(parse("pay", &internal, false).unwrap().internal);
        for (text, is_v5, why) in [
            ("SELECT 1", true, "the first line must be"),
            ("-- employees: x\n-- not avail: y\nSELECT 1", true, "expected `-- not available"),
            ("-- employees: x\n-- not available: Y\nSELECT 1", true, "\"Y\" is no column or table"),
            ("-- employees: x\n-- without a\nSELECT 1", true, "expected `-- without <tables>: <reason>`"),
            ("-- employees: x\n-- without a.b: y\nSELECT 1", true, "a is done without as a whole table only"),
            ("-- employees: x\n", true, "there is no query"),
            ("-- employees: x\nSELECT 1", false, "no column is declared"),
        ] {
            let error = parse("employees", text, is_v5).unwrap_err().to_string();
            assert!(error.contains("queries/legacy/employees.sql") && error.contains(why), "{error}");
        }
    }
}
