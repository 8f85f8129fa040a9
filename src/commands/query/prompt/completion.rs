//! What the Tab key offers: commands with their days and tables, keywords, functions, parameters, tables, and columns of the
//! tables that the statement names, also behind the cursor.

use super::{help, scan::ends_in_quotes};
use crate::{catalog::ALL_DAYS, engine::output::Format};

/// Keywords worth completing.
const KEYWORDS: [&str; 46] = [
    "ALL",
    "AND",
    "ANALYZE",
    "ASC",
    "BETWEEN",
    "CASE",
    "CAST",
    "COUNT",
    "CROSS",
    "DATE",
    "DESC",
    "DESCRIBE",
    "DISTINCT",
    "ELSE",
    "END",
    "EXCEPT",
    "EXISTS",
    "EXPLAIN",
    "FILTER",
    "FROM",
    "FULL",
    "GROUP",
    "HAVING",
    "ILIKE",
    "INNER",
    "INTERSECT",
    "INTERVAL",
    "JOIN",
    "LEFT",
    "LIKE",
    "LIMIT",
    "NULLS",
    "OFFSET",
    "ORDER",
    "OVER",
    "PARTITION",
    "RIGHT",
    "SELECT",
    "SHOW",
    "TABLES",
    "THEN",
    "UNION",
    "USING",
    "VALUES",
    "WHEN",
    "WHERE",
];
/// Words that follow a table and are no alias of it.
const NO_ALIAS: [&str; 14] = [
    "ON", "WHERE", "JOIN", "LEFT", "RIGHT", "FULL", "INNER", "CROSS", "GROUP", "ORDER", "LIMIT", "UNION", "USING",
    "HAVING",
];

/// What can be named in statements and commands.
#[derive(Debug, Clone, Default)]
pub(super) struct Vocabulary {
    /// The tables that can be asked, with their columns.
    pub(super) tables: Vec<(String, Vec<String>)>,
    /// Functions.
    pub(super) functions: Vec<String>,
    /// Parameters, without their `$`.
    pub(super) parameters: Vec<String>,
    /// Days that can be read.
    pub(super) days: Vec<String>,
}

/// Candidates for the word that ends at byte `at` of `line`, which follows `pending`; and where that word begins.
pub(super) fn complete(vocabulary: &Vocabulary, pending: &str, line: &str, at: usize) -> (usize, Vec<String>) {
    let before = line.get(..at).unwrap_or(line);
    let word = before.rsplit(|c: char| !is_name(c) && c != '.' && c != '\\').next().unwrap_or_default();
    let start = before.len() - word.len();
    if pending.is_empty() && before.trim_start().starts_with('\\') {
        // Arguments such as days are whole words.
        let word = before.rsplit(char::is_whitespace).next().unwrap_or_default();
        return (before.len() - word.len(), command(vocabulary, before, word));
    }
    let earlier = format!("{pending}{before}");
    if ends_in_quotes(&earlier) {
        return (at, Vec::new());
    }
    if before.get(..start).is_some_and(|before| before.ends_with('$')) {
        return (start, starting_with(word, vocabulary.parameters.iter().map(String::as_str)));
    }
    let statement = format!("{pending}{line}");
    let named = named_tables(vocabulary, &statement);
    let tables = vocabulary.tables.iter().map(|(name, _)| name.as_str());
    if let Some((qualifier, column)) = word.rsplit_once('.') {
        if qualifier.eq_ignore_ascii_case(ALL_DAYS) {
            return (start + qualifier.len() + 1, starting_with(column, tables));
        }
        let columns = named.iter().filter(|(name, _)| name.eq_ignore_ascii_case(qualifier)).flat_map(|(_, c)| c.iter());
        return (start + qualifier.len() + 1, starting_with(column, columns.map(String::as_str)));
    }
    let previous = words(earlier.get(..earlier.len() - word.len()).unwrap_or_default()).last().map(str::to_uppercase);
    if previous.is_some_and(|p| ["FROM", "JOIN", "DESCRIBE"].contains(&&*p)) {
        let own = own_tables(&statement);
        return (start, starting_with(word, tables.chain([ALL_DAYS]).chain(own.iter().map(String::as_str))));
    }
    let columns: Vec<&str> = match (named.is_empty(), word.is_empty()) {
        (false, _) => named.iter().flat_map(|(_, columns)| columns.iter()).map(String::as_str).collect(),
        (true, false) => vocabulary.tables.iter().flat_map(|(_, columns)| columns).map(String::as_str).collect(),
        (true, true) => Vec::new(),
    };
    if word.is_empty() {
        return (start, starting_with(word, columns.into_iter()));
    }
    let lower = word.contains(char::is_lowercase);
    let called = if line.get(at..).is_some_and(|after| after.starts_with('(')) { "" } else { "(" };
    let functions = vocabulary.functions.iter().map(|function| format!("{function}{called}"));
    let as_typed = |word: String| if lower { word.to_lowercase() } else { word.to_uppercase() };
    let typed: Vec<String> = KEYWORDS.iter().map(|word| (*word).to_owned()).chain(functions).map(as_typed).collect();
    let all = columns.into_iter().chain(tables).chain(typed.iter().map(String::as_str));
    (start, starting_with(word, all))
}

/// The names that `WITH` gives: words before `AS (`.
fn own_tables(statement: &str) -> Vec<String> {
    let opened = statement.match_indices('(').filter_map(|(at, _)| statement.get(..at));
    let named = opened.filter_map(|before| {
        let mut words = words(before).collect::<Vec<_>>().into_iter().rev();
        let is_named = before.trim_end().len() >= 2 && words.next()?.eq_ignore_ascii_case("as");
        words.next().filter(|_| is_named).map(str::to_owned)
    });
    named.collect()
}

fn command(vocabulary: &Vocabulary, before: &str, word: &str) -> Vec<String> {
    match before.trim_start().split_once(char::is_whitespace) {
        None => starting_with(word, help::names()),
        Some(("\\d" | "\\d+" | "\\dt", _)) => {
            starting_with(word, vocabulary.tables.iter().map(|(name, _)| name.as_str()))
        }
        Some(("\\format", _)) => starting_with(word, Format::ALL.iter().filter(|f| !f.is_binary()).map(|f| f.as_str())),
        Some(("\\as_of", _)) => {
            starting_with(word, vocabulary.days.iter().map(String::as_str).chain(["all", "newest"]))
        }
        Some(("\\x", _)) => starting_with(word, ["on", "off", "auto"].into_iter()),
        Some(("\\pager" | "\\timing", _)) => starting_with(word, ["on", "off"].into_iter()),
        Some(_) => Vec::new(),
    }
}

/// Tables that the statement names, each by its name and, where it has one, by its alias.
fn named_tables<'v>(vocabulary: &'v Vocabulary, statement: &str) -> Vec<(String, &'v Vec<String>)> {
    let words: Vec<&str> = words(statement).collect();
    let mut found: Vec<(String, &Vec<String>)> = Vec::new();
    for (index, word) in words.iter().enumerate() {
        let Some((name, columns)) = vocabulary.tables.iter().find(|(name, _)| name.eq_ignore_ascii_case(word)) else {
            continue;
        };
        let mut next = words.iter().skip(index + 1).skip_while(|w| w.eq_ignore_ascii_case("as"));
        let alias = next.next().filter(|w| !NO_ALIAS.iter().any(|no| no.eq_ignore_ascii_case(w)));
        found.push((name.clone(), columns));
        found.extend(alias.map(|alias| ((*alias).to_owned(), columns)));
    }
    found
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !is_name(c)).filter(|word| !word.is_empty())
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Names that begin so whatever the case, sorted, each once.
fn starting_with<'a>(prefix: &str, names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let prefix = prefix.to_lowercase();
    let mut found: Vec<String> = names.filter(|n| n.to_lowercase().starts_with(&prefix)).map(str::to_owned).collect();
    found.sort();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn vocabulary() -> Vocabulary {
        let table = |name: &str, columns: &[&str]| (name.to_owned(), columns.iter().map(|c| (*c).to_owned()).collect());
        Vocabulary {
            tables: vec![
                table("employees", &["id", "given_name", "family_name", "as_of"]),
                table("employments", &["id", "employee_id", "start_date", "as_of"]),
            ],
            functions: ["date_trunc", "count"].map(str::to_owned).to_vec(),
            parameters: ["as_of", "who"].map(str::to_owned).to_vec(),
            days: ["2026-01-31", "2026-02-28"].map(str::to_owned).to_vec(),
        }
    }

    #[test]
    fn what_is_offered_fits_the_place() {
        for (pending, line, start, offered) in [
            ("", "sel", 0, &["select"][..]),
            ("", "SEL", 0, &["SELECT"]),
            ("", "select * from ", 14, &["all_days", "employees", "employments"]),
            ("", "select * FROM EMPLOYEE", 14, &["employees"]),
            ("", "select * from al", 14, &["all_days"]),
            ("", "select * from all_days.employm", 23, &["employments"]),
            ("select *\n", "from all_days.employees where fam", 30, &["family_name"]),
            ("select *\n", "from employm", 5, &["employments"]),
            ("", "select giv", 7, &["given_name"]),
            ("select id from employments\n", "where st", 6, &["start_date"]),
            ("select id from employments\n", "where fam", 6, &[]),
            ("", "select e.f|from employees e", 9, &["family_name"]),
            ("", "select m.s|from employees e join employments as m on m.id = e.id", 9, &["start_date"]),
            ("", "select employees.GIV|from employees", 17, &["given_name"]),
            ("", "select x.|from employees e", 9, &[]),
            ("", "select 'sel", 11, &[]),
            ("", "select giv|from employees", 7, &["given_name"]),
            ("", "select st|from employees e", 7, &[]),
            ("", "select start|from employees e join employments m on m.", 7, &["start_date"]),
            ("", "select fam", 7, &["family_name"]),
            ("", "select date_t", 7, &["date_trunc("]),
            ("", "select DATE_T", 7, &["DATE_TRUNC("]),
            ("", "select date_t|(", 7, &["date_trunc"]),
            ("", "select * from employees where id = $w", 36, &["who"]),
            ("", "select $", 8, &["as_of", "who"]),
            ("with young as (select 1)\n", "select * from you", 14, &["young"]),
            ("", "\\d", 0, &["\\d", "\\d+", "\\dt"]),
            ("", "\\p", 0, &["\\pager", "\\param"]),
            ("", "\\d+ employe", 4, &["employees"]),
            ("", "\\dt employm", 4, &["employments"]),
            ("", "\\as_of 2026-0", 7, &["2026-01-31", "2026-02-28"]),
            ("", "\\as_of 2026-02", 7, &["2026-02-28"]),
            ("", "\\as_of n", 7, &["newest"]),
            ("", "\\x a", 3, &["auto"]),
            ("", "\\timing o", 8, &["off", "on"]),
            ("", "\\d employe", 3, &["employees"]),
            ("", "\\format n", 8, &["ndjson"]),
            ("", "\\q x", 3, &[]),
        ] {
            let (before, after) = line.split_once('|').unwrap_or((line, ""));
            let gap = if after.is_empty() || after == "(" { "" } else { " " };
            let line = format!("{before}{gap}{after}");
            let (found_start, found) = complete(&vocabulary(), pending, &line, before.len());
            assert_eq!(
                (found_start, found.iter().map(String::as_str).collect::<Vec<_>>()),
                (start, offered.to_vec()),
                "{line}"
            );
        }
    }

    proptest! {
        #[test]
        fn no_line_panics(pending in ".{0,20}", line in ".{0,30}", at in 0usize..40) {
            let at = (0..=at.min(line.len())).rev().find(|i| line.is_char_boundary(*i)).unwrap();
            let (start, _) = complete(&vocabulary(), &pending, &line, at);
            prop_assert!(start <= at && line.is_char_boundary(start));
        }
    }
}
