//! Workbooks that Excel and LibreOffice open: one sheet or several, each of the batches of one schema.
//!
//! A workbook says no more and no less than the rows: what a cell cannot hold exactly is text, text is never run, and what
//! does not fit into a sheet is an error. Rows go to a temporary file as they come, so memory holds one batch.
//!
//! - `sheet`: a heading and rows
//! - `cells`: which cell a value becomes
//! - `serial`: days and times as spreadsheets count them
//! - `widths`: how wide a column is

mod cells;
mod serial;
mod sheet;
#[cfg(test)]
mod tests;
mod widths;

use std::{
    collections::HashSet,
    io::Write,
    panic::{AssertUnwindSafe, catch_unwind},
};

use arrow::datatypes::Schema;
use chrono::{DateTime, Utc};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, XlsxError};

pub(crate) use self::sheet::Sheet;
use super::encoder::words;

/// Rows that a sheet holds below its heading.
pub(crate) const MOST_ROWS: u32 = 1_048_575;
/// Columns that a sheet holds.
const MOST_COLUMNS: usize = 16_384;
/// Longest name of a sheet, in UTF-16 units.
const LONGEST_NAME: usize = 31;
/// 1980-01-01, where the times of ZIP files begin.
const NO_TIME: i64 = 315_532_800;

/// A workbook on its way.
pub(crate) struct Workbook {
    inner: rust_xlsxwriter::Workbook,
    /// Names of sheets, in lower case: spreadsheets take `A` and `a` for one name.
    names: HashSet<String>,
}

impl Workbook {
    /// An empty one, which says that it was made at `created`: the same rows at the same time are the same bytes. Without a
    /// time it says 1980, as the files in it do.
    pub(crate) fn new(created: Option<DateTime<Utc>>) -> Self {
        let mut inner = rust_xlsxwriter::Workbook::new();
        let created = created.map_or(NO_TIME, |created| created.timestamp());
        // A year that its calendar does not have is of no file's time.
        if let Ok(created) = ExcelDateTime::from_timestamp(created) {
            inner.set_properties(&DocProperties::new().set_creation_datetime(&created));
        }
        Self { inner, names: HashSet::new() }
    }

    /// Begins a sheet for batches of `schema`, headed by the names of its columns. `name` is made one that sheets can have,
    /// and that no other has.
    ///
    /// # Errors
    /// When there are too many columns, or no temporary file can be made.
    pub(crate) fn sheet(&mut self, name: &str, schema: &Schema) -> Result<Sheet, String> {
        let columns = schema.fields().len();
        if columns > MOST_COLUMNS {
            return Err(format!("the result has {columns} columns, and a sheet holds {MOST_COLUMNS}; name fewer"));
        }
        let mut worksheet = self.inner.new_worksheet_with_constant_memory().map_err(words)?;
        worksheet.set_name(self.unused(name)).map_err(words)?;
        guarded(|| Sheet::begin(worksheet, schema))
    }

    /// Adds a sheet, behind those that were added before.
    ///
    /// # Errors
    /// What the writer says.
    pub(crate) fn add(&mut self, sheet: Sheet) -> Result<(), String> {
        self.inner.push_worksheet(guarded(|| sheet.end())?);
        Ok(())
    }

    /// Writes the file, front to back.
    ///
    /// # Errors
    /// What the output says, or the temporary files.
    pub(crate) fn save<W: Write + Send>(mut self, out: W) -> Result<(), String> {
        guarded(|| self.inner.save_to_writer(out).map_err(words))
    }

    fn unused(&mut self, name: &str) -> String {
        let name = sheet_name(name);
        let mut unused = name.clone();
        let mut number = 1;
        while !self.names.insert(unused.to_lowercase()) {
            number += 1;
            let behind = format!(" {number}");
            unused = shortened(&name, LONGEST_NAME - behind.len()) + &behind;
        }
        unused
    }
}

/// The library ends itself where its temporary file cannot be written; that is an error like any other here.
fn guarded<T>(work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        let folder = std::env::temp_dir();
        Err(format!("the temporary file in {} could not be written; is there room?", folder.display()))
    })
}

/// A name that a sheet can have.
fn sheet_name(name: &str) -> String {
    let allowed = |c: char| match c {
        '[' | ']' | '*' | '?' | ':' | '/' | '\\' => '_',
        c if c.is_control() => '_',
        c => c,
    };
    let name: String = name.chars().map(allowed).collect();
    let name = shortened(name.trim_matches(['\'', ' ']), LONGEST_NAME);
    let name = name.trim_end_matches(['\'', ' ']);
    match name.to_lowercase().as_str() {
        "" => "rows".to_owned(),
        // The one name that Excel keeps for itself.
        "history" => format!("{name}_"),
        _ => name.to_owned(),
    }
}

/// The beginning of a text, of at most so many UTF-16 units.
fn shortened(text: &str, most: usize) -> String {
    let mut taken = 0;
    let fits = |c: &char| {
        taken += c.len_utf16();
        taken <= most
    };
    text.chars().take_while(fits).collect()
}

impl From<Error> for String {
    fn from(error: Error) -> Self {
        words(error.0)
    }
}

/// What the library says.
struct Error(XlsxError);

impl From<XlsxError> for Error {
    fn from(error: XlsxError) -> Self {
        Self(error)
    }
}
