//! Rows as text or files, to standard output or a file.
//!
//! Every format writes batch by batch; `table` measures its column widths over blocks of up to
//! 1,000 rows and prints each block under its own heading, and the text of a plan as it is. Nothing seeks, so all formats can go down a pipe.

mod encoders;
#[cfg(test)]
mod tests;
mod text;

use std::{
    fmt,
    io::{self, BufWriter, Write},
    str::FromStr,
    sync::{Arc, Mutex, PoisonError},
};

use arrow::datatypes::Schema;
use futures::StreamExt;

use super::{EngineError, Rows};

/// How to write rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// Aligned columns for people; control characters in values and headings are shown escaped, long values cut.
    Table,
    /// RFC 4180 with `\n` line ends and a heading; null is empty, a list is its JSON text.
    Csv,
    /// One array of objects; null is explicit.
    Json,
    /// One object per line; null is explicit.
    Ndjson,
    /// One Parquet file, zstd.
    Parquet,
    /// One Arrow IPC stream.
    Arrow,
}

impl Format {
    /// Every format, in the order of documentation.
    pub(crate) const ALL: [Self; 6] = [Self::Table, Self::Csv, Self::Json, Self::Ndjson, Self::Parquet, Self::Arrow];

    /// The name used on the command line.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Ndjson => "ndjson",
            Self::Parquet => "parquet",
            Self::Arrow => "arrow",
        }
    }

    /// Whether the output is bytes that no terminal should be sent.
    pub(crate) fn is_binary(self) -> bool {
        matches!(self, Self::Parquet | Self::Arrow)
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
}

impl From<Format> for Style {
    fn from(format: Format) -> Self {
        Self { format, safe_csv: false }
    }
}

/// A format that does not exist.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown format {0}; the formats are table, csv, json, ndjson, parquet, arrow")]
pub(crate) struct UnknownFormat(String);

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|f| f.as_str() == name).ok_or_else(|| UnknownFormat(name.to_owned()))
    }
}

/// How writing ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Written {
    /// Everything was written.
    All {
        /// How many rows there were.
        rows: u64,
    },
    /// The reader went away, as `head` does: no error.
    ReaderGone,
}

/// Writes all rows. On an error the output may hold the beginning of the result; nothing tells so in it.
///
/// # Errors
/// What the query fails with, or the output; never a broken pipe, which is [`Written::ReaderGone`].
pub(crate) async fn write<W: Write + Send>(
    style: impl Into<Style>,
    rows: Rows,
    out: W,
) -> Result<Written, EngineError> {
    let style: Style = style.into();
    let format = style.format;
    let failure = Failure::default();
    let out = BufWriter::new(Watched { out, failure: failure.clone() });
    // Encoders say in words what the writer below them said, so the writer itself is asked first.
    let blame = |message: String| match failure.take() {
        Some(source) if source.kind() == io::ErrorKind::BrokenPipe => Ok(Written::ReaderGone),
        Some(source) => Err(EngineError::Output { source }),
        None => Err(EngineError::Encode { format: format.as_str(), message }),
    };
    if !matches!(format, Format::Table | Format::Csv) {
        distinct_names(rows.schema(), format)?;
    }
    let mut encoder = match encoders::start(style, &rows, out) {
        Ok(encoder) => encoder,
        Err(message) => return blame(message),
    };
    let mut count = 0;
    let mut batches = rows.into_stream();
    while let Some(batch) = batches.next().await {
        let batch = batch?;
        count += batch.num_rows() as u64;
        if let Err(message) = encoder.write(&batch) {
            return blame(message);
        }
    }
    match encoder.finish() {
        Ok(()) => Ok(Written::All { rows: count }),
        Err(message) => blame(message),
    }
}

fn distinct_names(schema: &Schema, format: Format) -> Result<(), EngineError> {
    let mut seen = std::collections::HashSet::new();
    match schema.fields().iter().find(|f| !seen.insert(f.name())) {
        None => Ok(()),
        Some(field) => Err(EngineError::DuplicateColumn { column: field.name().clone(), format: format.as_str() }),
    }
}

/// The first failure of a writer, shared with whoever wants to know it.
#[derive(Debug, Clone, Default)]
struct Failure(Arc<Mutex<Option<io::Error>>>);

impl Failure {
    fn note<T>(&self, result: io::Result<T>) -> io::Result<T> {
        result.map_err(|e| {
            let kind = e.kind();
            if kind != io::ErrorKind::Interrupted {
                self.0.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(e);
            }
            io::Error::from(kind)
        })
    }

    fn take(&self) -> Option<io::Error> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// A writer that remembers why it failed.
struct Watched<W> {
    out: W,
    failure: Failure,
}

impl<W: Write> Write for Watched<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.failure.note(self.out.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.failure.note(self.out.flush())
    }
}
