//! One sheet for spreadsheets.

use std::io::Write;

use arrow::array::RecordBatch;
use chrono::{DateTime, Utc};

use super::{
    encoder::{Encoder, words},
    layout::LeftOut,
    workbook::{Sheet, Workbook},
};
use crate::engine::Rows;

/// What the sheet of rows without a title is called.
const UNTITLED: &str = "rows";

/// Writes the file when all rows are there.
pub(super) struct XlsxEncoder<W> {
    workbook: Workbook,
    sheet: Sheet,
    out: W,
}

impl<W: Write + Send> XlsxEncoder<W> {
    /// Begins a workbook that says when it was made.
    pub(super) fn start(rows: &Rows, created: Option<DateTime<Utc>>, out: W) -> Result<Self, String> {
        let mut workbook = Workbook::new(created);
        let sheet = workbook.sheet(rows.title().unwrap_or(UNTITLED), rows.schema())?;
        Ok(Self { workbook, sheet, out })
    }
}

impl<W: Write + Send> Encoder for XlsxEncoder<W> {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), String> {
        self.sheet.write(batch)
    }

    fn finish(self: Box<Self>) -> Result<LeftOut, String> {
        let Self { mut workbook, sheet, mut out } = *self;
        workbook.add(sheet)?;
        workbook.save(&mut out)?;
        out.flush().map_err(words)?;
        Ok(LeftOut::default())
    }
}
