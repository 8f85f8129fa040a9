//! Workbooks that Excel and LibreOffice open: one sheet or several, each of the batches of one schema.
//!
//! A workbook says no more and no less than the rows: what a cell cannot hold exactly is text, text is never run, and what
//! does not fit into a sheet is an error. Rows go to a temporary file as they come, so memory holds one batch.
//!
//! - `sheet`: a heading and rows
//! - `cells`: which cell a value becomes
//! - `limits`: what spreadsheets have room for
//! - `serial`: days and times as spreadsheets count them
//! - `widths`: how wide a column is
//! - `failing`: how the library fails

mod cells;
mod failing;
mod limits;
mod serial;
mod sheet;
#[cfg(test)]
mod tests;
mod widths;

use std::{collections::HashSet, io::Write};

use arrow::datatypes::Schema;
use chrono::{DateTime, Utc};
use rust_xlsxwriter::{DocProperties, ExcelDateTime};

use self::{
    failing::guarded,
    limits::{LONGEST_NAME, MOST_COLUMNS, shortened},
};
pub(crate) use self::{limits::MOST_ROWS, sheet::Sheet};
use super::encoder::words;

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
