//! The catalogue as one document of Markdown, as GitHub reads it.

use std::fmt::Write as _;

use super::{
    catalogue::Catalogue,
    entry::{Entry, EntryColumn, MadeOf},
};
use crate::{
    catalog::{AS_OF, Label, Zone, is_name},
    lake::sentence,
};

/// The document: the tables of each zone, then one section each for those that `shown` picks.
pub(crate) fn document(catalogue: &Catalogue, shown: &dyn Fn(&Entry) -> bool) -> String {
    let mut text = String::new();
    let entries: Vec<&Entry> = catalogue.entries.iter().filter(|entry| shown(entry)).collect();
    if let [entry] = entries.as_slice() {
        section(&mut text, entry, "#");
        return text;
    }
    text.push_str("# Tables of the lake\n\n");
    if let Some(newest) = &catalogue.newest {
        let _ = writeln!(text, "With the columns and figures of {}, snapshot {}.\n", newest.as_of, newest.snapshot);
    }
    let _ = writeln!(text, "Every table has `{AS_OF}` beside its columns, a date: the day that the row describes.");
    for zone in Zone::ALL {
        let mut of_zone: Vec<&&Entry> = entries.iter().filter(|entry| entry.table.zone == zone).collect();
        of_zone.sort_by_key(|entry| &entry.table.name);
        if of_zone.is_empty() {
            continue;
        }
        let _ = write!(
            text,
            "\n## {}\n\n| Table | Privacy | Columns | One row |\n|---|---|--:|---|\n",
            capital(zone.as_str())
        );
        for entry in of_zone {
            let (name, meaning) = (escaped(&entry.table.name), escaped(&sentence(&entry.table.meaning)));
            let _ = writeln!(
                text,
                "| [{name}](#{}) | {} | {} | {meaning} |",
                anchor(&entry.table.name),
                entry.privacy,
                entry.columns.len()
            );
        }
    }
    let mut sorted = entries;
    sorted.sort_by_key(|entry| (entry.table.zone, &entry.table.name));
    for entry in sorted {
        text.push('\n');
        section(&mut text, entry, "##");
    }
    text
}

fn section(text: &mut String, entry: &Entry, level: &str) {
    let _ = writeln!(text, "{level} {}\n\n{}\n", escaped(&entry.table.name), escaped(&sentence(&entry.table.meaning)));
    if entry.table.labels.is_some() {
        let _ = writeln!(text, "- Called {}", called(entry.table.labels.as_ref()));
    }
    let _ = writeln!(text, "- Zone: {}", entry.table.zone);
    let _ = writeln!(text, "- Privacy: up to {}; that there is a row: {}", entry.privacy, entry.privacy_of_rows);
    if !entry.table.quality.key.is_empty() {
        let _ = writeln!(text, "- One row for each {}", names(&entry.table.quality.key));
    }
    let _ = writeln!(text, "- Comes from {}", escaped(&entry.source));
    if let Some(figures) = entry.newest_day {
        let _ = writeln!(text, "- Newest day: {} rows, {} files, {} bytes", figures.rows, figures.files, figures.bytes);
    }
    if !entry.reads.is_empty() {
        let _ = writeln!(text, "- Made of {}", names(&entry.reads));
    }
    if !entry.read_by.is_empty() {
        let _ = writeln!(text, "- Goes into {}", names(&entry.read_by));
    }
    if !entry.rows.is_empty() {
        let _ = writeln!(text, "- Which rows there are: {}", made_of(&entry.rows));
    }
    text.push_str(
        "\n| Column | Called | Type | Privacy | Meaning | Source | Made of |\n|---|---|---|---|---|---|---|\n",
    );
    for column in &entry.columns {
        text.push_str(&row(column));
    }
    let _ = write!(text, "\n{level}# Example: {}\n\n{}", escaped(&entry.table.name), fenced("sql", &entry.example));
    if let Some(sql) = &entry.sql {
        let _ = write!(text, "\n{level}# Query: {}\n\n{}", escaped(&entry.table.name), fenced("sql", sql));
    }
    for step in &entry.steps {
        let _ = write!(
            text,
            "\n{level}# Step before: {}\n\n{}\n\n{}",
            escaped(&step.name),
            escaped(&sentence(&step.meaning)),
            fenced("sql", &step.sql)
        );
    }
}

fn row(EntryColumn { column, refers_to, lowered_because, made_of: made }: &EntryColumn) -> String {
    let null = if column.nullable { "" } else { ", never null" };
    let mut meaning = escaped(&sentence(&column.meaning));
    if let Some(table) = refers_to {
        let _ = write!(meaning, " Names a row of {}.", name(table));
    }
    if let Some(reason) = lowered_because {
        let _ = write!(meaning, " Less private than what it is made of: {}.", escaped(reason));
    }
    format!(
        "| {} | {} | {}{null} | {} | {meaning} | {} | {} |\n",
        name(&column.name),
        called(column.labels.as_ref()),
        column.lake_type,
        column.privacy,
        escaped(&column.source),
        made_of(made)
    )
}

/// What people call something, in English and in French.
fn called(labels: Option<&Label>) -> String {
    labels.map(|label| format!("{} / {}", escaped(&label.en), escaped(&label.fr))).unwrap_or_default()
}

/// Columns with the ways in which they flow.
fn made_of(made: &[MadeOf]) -> String {
    let one = |made: &MadeOf| {
        let how: Vec<String> = made.how.iter().map(|how| how.as_str().replace('_', " ")).collect();
        format!("{} ({})", name(&format!("{}.{}", made.table, made.column)), how.join(", "))
    };
    made.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn names<'n>(of: impl IntoIterator<Item = &'n String>) -> String {
    of.into_iter().map(|one| name(one)).collect::<Vec<_>>().join(", ")
}

/// A name as code; one that is none is only text.
fn name(text: &str) -> String {
    if text.split('.').all(is_plain) { format!("`{text}`") } else { escaped(text) }
}

fn is_plain(part: &str) -> bool {
    is_name(part.trim_start_matches('_'))
}

/// A text in which nothing is Markdown or HTML, on one line.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut before = ' ';
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let within_word = before.is_alphanumeric() && rest.peek().is_some_and(|next| next.is_alphanumeric());
        match c {
            '\\' | '`' | '*' | '[' | ']' | '<' | '>' | '|' | '~' | '&' | '#' | '$' => {
                escaped.push('\\');
                escaped.push(c);
            }
            // An address is a link of its own, but for this.
            '_' if !within_word => escaped.push_str("\\_"),
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => escaped.push(' '),
            c => escaped.push(c),
        }
        before = c;
    }
    escaped
}

/// Code in a fence that no line of it ends.
fn fenced(language: &str, code: &str) -> String {
    let longest = code.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}{language}\n{}\n{fence}\n", code.trim_end())
}

/// Where GitHub puts the heading of that name.
fn anchor(name: &str) -> String {
    name.to_lowercase().chars().filter(|c| c.is_alphanumeric() || matches!(c, '_' | '-')).collect()
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
