//! What the views say of tables and columns, as comments that engines show.

use std::{collections::BTreeMap, sync::Arc};

use super::view::{View, ViewColumn};
use crate::{
    catalog::{AS_OF, Privacy, Table},
    lake::{Described, described::sentence},
};

/// Comments by table, where anything is known of it.
pub(super) struct Comments<'a> {
    known: BTreeMap<&'a str, Described>,
}

/// Comments of one view.
pub(super) struct ViewComments {
    /// Of the table.
    pub(super) table: String,
    /// Of the columns that something is known of, and of `as_of`, by name.
    columns: BTreeMap<String, String>,
}

impl<'a> Comments<'a> {
    pub(super) fn new(tables: &'a [Table]) -> Self {
        Self { known: tables.iter().map(|table| (table.name.as_str(), Described::from(table))).collect() }
    }

    /// What is said of a view: by the snapshots it reads, the newest first, and by the catalogue. A table that nobody knows
    /// any more has no comments.
    pub(super) fn of(&self, view: &View<'_>) -> Option<ViewComments> {
        let told = by_snapshots(view).into_iter().chain(self.known.get(view.table).cloned());
        let described = told.reduce(Described::or)?;
        let days = match view.day() {
            Some(day) => format!("The newest day, {day}."),
            None => format!("All days, told apart by {AS_OF}."),
        };
        let of_column = |column: &ViewColumn| {
            let known = described.columns.get(&column.name)?;
            Some((column.name.clone(), known.privacy, known.in_words()))
        };
        let columns: Vec<(String, Privacy, String)> = view.columns.iter().filter_map(of_column).collect();
        // A column that nobody knows may be more private than all that are known.
        let most = columns.iter().map(|(_, privacy, _)| *privacy).max().filter(|_| columns.len() == view.columns.len());
        let most = most.map(|privacy| format!(" Privacy: up to {privacy}.")).unwrap_or_default();
        let mut columns: BTreeMap<String, String> = columns.into_iter().map(|(name, _, text)| (name, text)).collect();
        columns.insert(AS_OF.to_owned(), format!("The day that the row describes. Privacy: {}.", Privacy::None));
        let table = format!("{} {days}{most}", sentence(&described.meaning));
        Some(ViewComments { table, columns })
    }
}

/// What the snapshots say that the view reads; the newest speaks first.
fn by_snapshots(view: &View<'_>) -> Option<Described> {
    let newest_first = view.parts.iter().rev().filter_map(|part| part.snapshot.described(view.table));
    let mut told = Vec::<&Arc<Described>>::new();
    for words in newest_first {
        if !told.contains(&words) {
            told.push(words);
        }
    }
    told.into_iter().map(|words| Described::clone(words)).reduce(Described::or)
}

impl ViewComments {
    pub(super) fn column(&self, name: &str) -> Option<&str> {
        self.columns.get(name).map(String::as_str)
    }
}

/// The statements without what they say of tables and columns: a version of the program that words it otherwise makes the same
/// views.
pub(super) fn without_comments(sql: &str) -> String {
    const COMMENT: &str = " COMMENT '";
    let mut text = String::with_capacity(sql.len());
    for line in sql.lines().filter(|line| !line.starts_with("COMMENT ON ")) {
        let mut rest = line;
        while let Some((before, literal)) = rest.split_once(COMMENT) {
            text.push_str(before);
            rest = after_literal(literal);
        }
        text.push_str(rest);
        text.push('\n');
    }
    text
}

/// What follows the quote that ends a literal of Spark.
fn after_literal(literal: &str) -> &str {
    let mut escaped = false;
    let end = literal.find(|c| {
        let ends = c == '\'' && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    });
    end.and_then(|end| literal.get(end + 1..)).unwrap_or_default()
}
