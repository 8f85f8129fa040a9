//! A statement for each table that runs as it stands, in the program and in other engines.

use crate::catalog::{AS_OF, Interval, Privacy, Table, TableColumn, is_name};

/// Columns that an example shows at most.
const COLUMNS: usize = 6;
/// Columns that say little of what a table is about.
const TECHNICAL: [&str; 5] = ["url", "t9n", "redacted", "created_at", "last_updated_at"];
/// Names that some engine takes for a word of its own.
const WORDS: [&str; 9] = ["date", "day", "end", "from", "hours", "order", "start", "to", "value"];

/// A statement over a table: its key and what is least private, the first rows of the key; of a history what applies on the day
/// itself.
pub(super) fn of(table: &Table) -> String {
    let key: Vec<&str> = table.quality.key.iter().map(String::as_str).collect();
    let shown = shown(table, &key);
    let columns: Vec<String> = shown.iter().map(|name| quoted(name)).collect();
    let order: Vec<String> = if key.is_empty() { columns.first() } else { None }
        .cloned()
        .into_iter()
        .chain(key.iter().map(|name| quoted(name)))
        .collect();
    let applies = table.quality.interval.as_ref().map(applies).unwrap_or_default();
    format!(
        "SELECT {}\nFROM {}\n{applies}ORDER BY {}\nLIMIT 10",
        columns.join(", "),
        quoted(&table.name),
        order.join(", ")
    )
}

/// The columns worth showing, in the order of the table, with those of the key first.
fn shown<'t>(table: &'t Table, key: &[&'t str]) -> Vec<&'t str> {
    let is_plain = |column: &&TableColumn| {
        !column.name.starts_with('_')
            && !TECHNICAL.contains(&column.name.as_str())
            && !key.contains(&column.name.as_str())
    };
    let names = |most: Privacy| {
        let plain = table.columns.iter().filter(is_plain).filter(move |column| column.privacy <= most);
        plain.map(|column| column.name.as_str())
    };
    // Where nothing else is left, what is more private says what the table is about.
    let most = [Privacy::Directory, Privacy::Personal, Privacy::Sensitive];
    let most = most.into_iter().find(|most| names(*most).count() > 1).unwrap_or(Privacy::Sensitive);
    let mut shown: Vec<&str> = key.iter().copied().chain(names(most)).take(COLUMNS.max(key.len())).collect();
    if shown.is_empty() {
        shown.push(table.columns.first().map_or(AS_OF, |column| column.name.as_str()));
    }
    shown
}

fn applies(interval: &Interval) -> String {
    let (from, to) = (quoted(&interval.from), quoted(&interval.to));
    let until = if interval.to_included { ">=" } else { ">" };
    format!("WHERE {from} <= {AS_OF} AND ({to} IS NULL OR {to} {until} {AS_OF})\n")
}

/// A name as statements write it.
fn quoted(name: &str) -> String {
    if is_name(name) && !WORDS.contains(&name) { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}
