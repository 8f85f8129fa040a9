//! What a query does without where a source cannot tell it: `-- without <names>: <why its rows are right all the same>`.
//!
//! A name is that of a table, or of a column as `table.column`. Whatever else a query reads and the source cannot tell leaves
//! out what the query makes.

use super::is_name;

/// A table or column that a query does without.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Without {
    /// The table.
    pub(crate) table: String,
    /// Its column; `None` for the table as a whole.
    pub(crate) column: Option<String>,
    /// Why its rows are right without.
    pub(crate) reason: String,
}

impl Without {
    /// Whether it is this column.
    pub(crate) fn is_column(&self, table: &str, column: &str) -> bool {
        self.table == table && self.column.as_deref() == Some(column)
    }
}

/// Reads the names, separated by commas, and the reason that they share.
///
/// # Errors
/// What is no name of a table or column, as a sentence.
pub(super) fn parse(names: &str, reason: &str) -> Result<Vec<Without>, String> {
    let one = |name: &str| {
        let (table, column) = name.split_once('.').map_or((name, None), |(table, column)| (table, Some(column)));
        match is_name(table) && column.is_none_or(is_name) {
            false => Err(format!("{name:?} is neither a table nor table.column")),
            true => {
                Ok(Without { table: table.to_owned(), column: column.map(str::to_owned), reason: reason.to_owned() })
            }
        }
    };
    names.split(',').map(|name| one(name.trim())).collect()
}

/// Adds to `known` what a line says, all of it columns.
///
/// # Errors
/// As [`parse`]; a table, and what was said before.
pub(super) fn add_columns(known: &mut Vec<Without>, names: &str, reason: &str) -> Result<(), String> {
    for without in parse(names, reason)? {
        match &without.column {
            None => return Err(format!("a query of the lake does without columns, table.column, not without {names}")),
            Some(column) if known.iter().any(|known| known.is_column(&without.table, column)) => {
                return Err(format!("{}.{column} is done without twice", without.table));
            }
            Some(_) => known.push(without),
        }
    }
    Ok(())
}
