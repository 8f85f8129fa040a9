//! How `table` lays an answer out, and what it had no room for.

/// How to lay an answer out; by default with every row and column, whatever their width.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Layout {
    /// Columns of the screen that it is for, where there is one.
    pub(crate) screen: Option<usize>,
    /// Whether what the screen has no room for is left out: rows and columns in the middle, the ends of long texts.
    pub(crate) abridged: bool,
    /// When each row is a record.
    pub(crate) records: Records,
}

/// When each row is a record, with a line for each of its columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Records {
    /// Rows are lines of a table.
    #[default]
    Never,
    /// Always.
    Always,
    /// Where a table would be wider than the screen.
    WhenTooWide,
}

/// What was left out of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct LeftOut {
    /// Rows in the middle.
    pub(crate) rows: u64,
    /// Columns in the middle.
    pub(crate) columns: usize,
    /// How many columns there are.
    pub(crate) of_columns: usize,
    /// Whether ends of texts were cut to a width of the screen.
    pub(crate) cut: bool,
}
