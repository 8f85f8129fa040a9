//! What tables and columns mean and how private they are, for whoever reads the lake without the catalogue.
//!
//! What the program defines itself is told to the lake by its catalogue ([`Lake::describing`](super::Lake::describing)).
//! Columns that are the tenant's own differ from day to day: each snapshot remembers what its own mean, in its
//! [state](super::SnapshotState::described).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::catalog::{Privacy, Table, TableColumn};

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
        let column =
            |c: &TableColumn| (c.name.clone(), DescribedColumn { meaning: c.meaning.clone(), privacy: c.privacy });
        Self { meaning: table.meaning.clone(), columns: table.columns.iter().map(column).collect() }
    }
}
