//! How much is too much.

/// What the gates allow. Shares are in percent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Thresholds {
    /// Rows that a table may lose against the snapshot before, of the rows it had.
    pub(crate) max_row_drop: u64,
    /// Points by which the share of rows with a value may fall in a column.
    pub(crate) max_fill_drop: u64,
    /// Points by which the share of references that lead nowhere may rise.
    pub(crate) max_unresolved_rise: u64,
    /// Below so many rows, values or references, shares say nothing.
    pub(crate) min_rows: u64,
    /// Rules whose findings never stop a publication.
    pub(crate) tolerated: Vec<String>,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self { max_row_drop: 20, max_fill_drop: 20, max_unresolved_rise: 20, min_rows: 10, tolerated: Vec::new() }
    }
}
