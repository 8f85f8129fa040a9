//! All that the engine needs to know of a snapshot: the files of its tables.

use arrow::datatypes::SchemaRef;
use chrono::NaiveDate;

/// One Parquet file of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRef {
    /// Path in the lake's object store.
    pub path: String,
    /// Size of the whole file, in bytes.
    pub bytes: u64,
}

/// The files of one table for one as-of date; all an engine needs to know of a snapshot.
#[derive(Debug, Clone)]
pub struct TableFiles {
    /// Name of the table in SQL.
    pub table: String,
    /// The day the rows describe.
    pub as_of: NaiveDate,
    /// Columns of the files, without `as_of`.
    pub schema: SchemaRef,
    /// The files; none means no rows.
    pub files: Vec<FileRef>,
}
