//! How rows are written: a format, and what it takes care of.

use std::{fmt, path::Path, str::FromStr};

use chrono::{DateTime, Utc};

use super::layout::Layout;

/// How to write rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// Aligned columns for people, or records; control characters in values and headings are shown escaped, long values cut.
    Table,
    /// RFC 4180 with `\n` line ends and a heading; null is nothing, an empty text `""`, a list its JSON text.
    Csv,
    /// One array of objects; null is explicit.
    Json,
    /// One object per line; null is explicit.
    Ndjson,
    /// One Parquet file, zstd.
    Parquet,
    /// One Arrow IPC stream.
    Arrow,
    /// One sheet of a workbook, with a heading that stays in sight; text is never run, null and an empty text are nothing.
    Xlsx,
}

impl Format {
    /// Every format, in the order of documentation.
    pub(crate) const ALL: [Self; 7] =
        [Self::Table, Self::Csv, Self::Json, Self::Ndjson, Self::Parquet, Self::Arrow, Self::Xlsx];

    /// The name used on the command line.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Ndjson => "ndjson",
            Self::Parquet => "parquet",
            Self::Arrow => "arrow",
            Self::Xlsx => "xlsx",
        }
    }

    /// The format that a file's name ends in, such as `csv` in `people.csv`.
    pub(crate) fn of_file(path: &Path) -> Option<Self> {
        path.extension()?.to_str()?.parse().ok()
    }

    /// Whether the output is bytes that no terminal should be sent.
    pub(crate) fn is_binary(self) -> bool {
        matches!(self, Self::Parquet | Self::Arrow | Self::Xlsx)
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A format, and what it takes care of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Style {
    /// The format.
    pub(crate) format: Format,
    /// Whether cells of `csv` that a spreadsheet would run are written so that it does not; the others have no such cells.
    pub(crate) safe_csv: bool,
    /// How `table` lays the rows out.
    pub(crate) layout: Layout,
    /// When a workbook says that it was made.
    pub(crate) at: Option<DateTime<Utc>>,
}

impl From<Format> for Style {
    fn from(format: Format) -> Self {
        Self { format, safe_csv: false, layout: Layout::default(), at: None }
    }
}

/// A format that does not exist.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown format {0}; the formats are table, csv, json, ndjson, parquet, arrow, xlsx")]
pub(crate) struct UnknownFormat(String);

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|f| f.as_str() == name).ok_or_else(|| UnknownFormat(name.to_owned()))
    }
}
