//! The names that a session knows, for errors that say what was meant.

use std::collections::BTreeMap;

/// The names that a session knows.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// Tables and their columns.
    pub(super) tables: BTreeMap<String, Vec<String>>,
    /// Functions.
    pub(super) functions: Vec<String>,
}

impl Known {
    /// The tables that have a column of this name.
    pub(super) fn tables_with(&self, column: &str) -> Vec<&str> {
        let has = |columns: &[String]| columns.iter().any(|name| name == column);
        self.tables.iter().filter(|(_, columns)| has(columns)).map(|(table, _)| table.as_str()).collect()
    }
}
