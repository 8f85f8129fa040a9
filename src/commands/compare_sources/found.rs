//! What comparing two sides found.

use serde::Serialize;

use super::pairs::{ComparedColumn, Which};
use crate::error::Error;

/// Most records that are named of those that differ.
pub(super) const MOST_NAMED: usize = 20;

/// What may be seen of a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    /// The ids of records.
    Ids,
    /// The values too.
    Values,
}

/// Records of one kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(super) struct Found {
    /// How many.
    pub(super) count: u64,
    /// The first of them, by their keys.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) ids: Vec<String>,
}

/// Two values of one column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Values {
    /// The record.
    pub(super) id: String,
    pub(super) left: Option<String>,
    pub(super) right: Option<String>,
}

/// What was found in one column of rows that both sides have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct ColumnFound {
    /// Its name.
    #[serde(skip)]
    pub(super) column: String,
    /// Rows with the same value, or none, on both sides.
    pub(super) equal: u64,
    /// Rows with two values.
    pub(super) differs: Found,
    /// Rows with a value on the left alone.
    #[serde(rename = "only_left")]
    pub(super) left: Found,
    /// Rows with a value on the right alone.
    #[serde(rename = "only_right")]
    pub(super) right: Found,
    /// What the first of these are, where that may be seen.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) values: Vec<Values>,
}

/// Which rows are on which side.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(super) struct Rows {
    /// Rows that are the same in all compared columns.
    pub(super) equal: u64,
    /// Rows that are not.
    pub(super) differing: Found,
    /// Rows of the left side alone.
    #[serde(rename = "only_left")]
    pub(super) left: Found,
    /// Rows of the right side alone.
    #[serde(rename = "only_right")]
    pub(super) right: Found,
}

/// What was found in a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RowsFound {
    pub(super) rows: Rows,
    /// Column by column.
    pub(super) columns: Vec<ColumnFound>,
}

impl Found {
    /// One more, which is called what `name` says.
    pub(super) fn add(&mut self, name: impl FnOnce() -> Result<String, Error>) -> Result<(), Error> {
        if self.ids.len() < MOST_NAMED {
            self.ids.push(name()?);
        }
        self.count += 1;
        Ok(())
    }
}

impl ColumnFound {
    /// Rows whose values differ in any way.
    pub(super) fn different(&self) -> u64 {
        self.differs.count + self.left.count + self.right.count
    }

    /// Keeps two values, if there are not enough already.
    pub(super) fn add_values(
        &mut self,
        values: impl FnOnce() -> Result<(String, Option<String>, Option<String>), Error>,
    ) -> Result<(), Error> {
        if self.values.len() < MOST_NAMED {
            let (id, left, right) = values()?;
            self.values.push(Values { id, left, right });
        }
        Ok(())
    }
}

impl RowsFound {
    /// Nothing yet, of these columns.
    pub(super) fn new(columns: &[ComparedColumn]) -> Self {
        let column = |column: &ComparedColumn| ColumnFound {
            column: column.name.clone(),
            equal: 0,
            differs: Found::default(),
            left: Found::default(),
            right: Found::default(),
            values: Vec::new(),
        };
        Self { rows: Rows::default(), columns: columns.iter().map(column).collect() }
    }

    /// Rows of one side.
    pub(super) fn rows(&self, side: Which) -> u64 {
        let alone = match side {
            Which::Left => &self.rows.left,
            Which::Right => &self.rows.right,
        };
        self.rows.equal + self.rows.differing.count + alone.count
    }
}
