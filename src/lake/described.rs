//! What tables and columns mean and how private they are, for whoever reads the lake without the catalogue.
//!
//! What the program defines itself is told to the lake by its catalogue ([`Lake::describing`](super::Lake::describing)).
//! Columns that are the tenant's own differ from day to day: each snapshot remembers what its own mean, in its
//! [state](super::SnapshotState::described).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    catalog::{ColumnDefinition, Privacy, Table, TableColumn},
    terminal_text::is_harmful,
};

/// A table and its columns in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Described {
    /// What one row is.
    pub(crate) meaning: String,
    /// The columns by name.
    pub(crate) columns: BTreeMap<String, DescribedColumn>,
}

/// A column in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DescribedColumn {
    /// What it means.
    pub(crate) meaning: String,
    /// How private its values are.
    pub(crate) privacy: Privacy,
    /// The tenant's own definition whose values it holds; none in what older versions wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) definition: Option<Box<ColumnDefinition>>,
}

impl DescribedColumn {
    /// All that is known of the column, for whoever sees nothing else of it: what it means, whose definition that is, and how
    /// private it is.
    pub(crate) fn in_words(&self) -> String {
        let meaning = sentence(&self.meaning);
        let definition = self.definition.as_ref();
        let definition = definition.map(|d| format!(" Definition: {}.", one_line(&d.path()))).unwrap_or_default();
        format!("{meaning}{definition} Privacy: {}.", self.privacy)
    }
}

/// One line that ends as a sentence does. Meanings may hold what the tenant wrote, and a statement is one line: nothing in
/// it may end the line or the statement, or turn its direction.
pub(crate) fn sentence(text: &str) -> String {
    let mut text = one_line(text);
    if !text.ends_with(['.', '!', '?']) {
        text.push('.');
    }
    text
}

fn one_line(text: &str) -> String {
    let shown = |c: char| match c {
        ';' => ',',
        c if is_harmful(c) => ' ',
        c => c,
    };
    let text: String = text.chars().map(shown).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Described {
    /// This, and what another says of columns that this says nothing of.
    #[must_use]
    pub(crate) fn or(mut self, other: Self) -> Self {
        for (name, column) in other.columns {
            self.columns.entry(name).or_insert(column);
        }
        self
    }
}

impl From<&Table> for Described {
    fn from(table: &Table) -> Self {
        let columns = table.columns.iter().map(|column| (column.name.clone(), DescribedColumn::from(column)));
        Self { meaning: table.meaning.clone(), columns: columns.collect() }
    }
}

impl From<&TableColumn> for DescribedColumn {
    fn from(TableColumn { meaning, privacy, definition, .. }: &TableColumn) -> Self {
        Self { meaning: meaning.clone(), privacy: *privacy, definition: definition.clone() }
    }
}
