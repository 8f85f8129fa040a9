//! Rows as text or files, to standard output or a file.
//!
//! Every format writes batch by batch; `table` measures its column widths over blocks of up to
//! 1,000 rows and prints each block under its own heading, and the text of a plan as it is. `xlsx` is written when all rows came,
//! which wait in a temporary file. Nothing seeks, so all formats can go down a pipe.
//! For a screen `table` may show the first and last rows alone, in as many columns as have room.

mod csv;
mod encoder;
mod encoders;
mod format;
mod layout;
mod parquet_file;
mod table;
#[cfg(test)]
mod tests;
mod text;
mod workbook;
mod xlsx;

use std::{
    io::{self, BufWriter, Write},
    sync::{Arc, Mutex, PoisonError},
};

use arrow::datatypes::Schema;
use futures::StreamExt;

pub(crate) use self::{
    format::{Format, Style},
    layout::{Layout, LeftOut, Records},
    workbook::{MOST_ROWS, Sheet, Workbook},
};
use super::{EngineError, Rows};

/// How writing ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Written {
    /// Everything was written.
    All {
        /// How many rows there were.
        rows: u64,
        /// What the screen had no room for.
        left_out: LeftOut,
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
        Ok(left_out) => Ok(Written::All { rows: count, left_out }),
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
