//! What the Tab key offers: commands, keywords, tables, and columns of the tables that the statement names.

use super::{command::COMMANDS, scan::ends_in_quotes};
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

/// The tables that can be asked, with their columns.
#[derive(Debug, Clone, Default)]
pub(super) struct Vocabulary {
    pub(super) tables: Vec<(String, Vec<String>)>,
}

/// Candidates for the word that ends at byte `at` of `line`, which follows `pending`; and where that word begins.
pub(super) fn complete(vocabulary: &Vocabulary, pending: &str, line: &str, at: usize) -> (usize, Vec<String>) {
    let before = line.get(..at).unwrap_or(line);
    let word = before.rsplit(|c: char| !is_name(c) && c != '.' && c != '\\').next().unwrap_or_default();
    let start = before.len() - word.len();
    if pending.is_empty() && before.trim_start().starts_with('\\') {
        return (start, command(vocabulary, before, word));
    }
    let earlier = format!("{pending}{before}");
    if ends_in_quotes(&earlier) {
        return (at, Vec::new());
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
        return (start, starting_with(word, tables.chain([ALL_DAYS])));
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
    let keywords: Vec<String> =
        KEYWORDS.iter().map(|k| if lower { k.to_lowercase() } else { (*k).to_owned() }).collect();
    let all = columns.into_iter().chain(tables).chain(keywords.iter().map(String::as_str));
    (start, starting_with(word, all))
}

fn command(vocabulary: &Vocabulary, before: &str, word: &str) -> Vec<String> {
    match before.trim_start().split_once(char::is_whitespace) {
        None => starting_with(word, COMMANDS.iter().map(|(name, ..)| *name)),
        Some(("\\d", _)) => starting_with(word, vocabulary.tables.iter().map(|(name, _)| name.as_str())),
        Some(("\\format", _)) => starting_with(word, Format::ALL.iter().filter(|f| !f.is_binary()).map(|f| f.as_str())),
        Some(("\\as_of", _)) => starting_with(word, ["all", "newest"].into_iter()),
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
            ("", "\\", 0, &["\\?", "\\as_of", "\\d", "\\format", "\\param", "\\q"]),
            ("", "\\d employe", 3, &["employees"]),
            ("", "\\format n", 8, &["ndjson"]),
            ("", "\\q x", 3, &[]),
        ] {
            let (before, after) = line.split_once('|').unwrap_or((line, ""));
            let line = if after.is_empty() { before.to_owned() } else { format!("{before} {after}") };
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
