//! A heading that stays in sight, and rows below it.

use arrow::{array::RecordBatch, datatypes::Schema};
use rust_xlsxwriter::{Format, IgnoreError, Worksheet, XlsxError};

use super::{
    cells::{Cell, Cells, Zone},
    failing::{Error, guarded},
    limits::{LONGEST_TEXT, MOST_ROWS, shortened},
    widths::Width,
};
use crate::{
    engine::output::{encoder::words, text},
    terminal_text::escape,
};

/// Characters that a day takes, and a day with its time and `UTC`.
const DAY: usize = 10;
const TIME: usize = 23;

/// A sheet of a workbook on its way.
pub(crate) struct Sheet {
    worksheet: Worksheet,
    /// Rows written, the heading included.
    rows: u32,
    columns: Vec<Column>,
    formats: Formats,
}

/// What is known of a column so far.
struct Column {
    heading: String,
    width: Width,
    /// Texts of it that were cut.
    cut: u64,
}

/// How cells look.
struct Formats {
    /// Text stays text when somebody edits it.
    text: Format,
    day: Format,
    utc: Format,
    time: Format,
}

impl Default for Formats {
    fn default() -> Self {
        let of = |code: &str| Format::new().set_num_format(code);
        Self {
            text: of("@"),
            day: of("yyyy-mm-dd"),
            utc: of("yyyy-mm-dd hh:mm:ss \"UTC\""),
            time: of("yyyy-mm-dd hh:mm:ss"),
        }
    }
}

impl Sheet {
    pub(super) fn begin(mut worksheet: Worksheet, schema: &Schema) -> Result<Self, String> {
        let heading = Format::new().set_bold().set_num_format("@");
        let mut columns = Vec::with_capacity(schema.fields().len());
        for (place, field) in (0..).zip(schema.fields()) {
            let name = shortened(field.name(), LONGEST_TEXT);
            columns.push(Column { heading: name.clone(), width: Width::of_heading(&name), cut: 0 });
            worksheet.write_string_with_format(0, place, name, &heading).map_err(Error::from)?;
        }
        worksheet.set_freeze_panes(1, 0).map_err(Error::from)?;
        Ok(Self { worksheet, rows: 1, columns, formats: Formats::default() })
    }

    /// Writes the rows of a batch.
    ///
    /// # Errors
    /// When the sheet has no room for them.
    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<(), String> {
        guarded(|| self.write_rows(batch))
    }

    fn write_rows(&mut self, batch: &RecordBatch) -> Result<(), String> {
        let most = MOST_ROWS as usize + 1 - self.rows as usize;
        if batch.num_rows() > most {
            return Err(format!(
                "there are more than {MOST_ROWS} rows, which is all that a sheet holds; ask for fewer, or write csv or parquet"
            ));
        }
        let flat = text::without_nesting(batch).map_err(words)?;
        let arrays = flat.columns().iter().map(Cells::of).collect::<Result<Vec<_>, _>>()?;
        for row in 0..flat.num_rows() {
            for ((place, cells), column) in (0..).zip(&arrays).zip(&mut self.columns) {
                let cell = cells.cell(row)?;
                let mut to = To { worksheet: &mut self.worksheet, row: self.rows, column: place };
                let is_cut = to.write(&cell, &mut column.width, &self.formats).map_err(Error::from)?;
                column.cut += u64::from(is_cut);
            }
            self.rows += 1;
        }
        Ok(())
    }

    /// Rows below the heading so far.
    pub(crate) fn rows(&self) -> u32 {
        self.rows - 1
    }

    /// The sheet as it is added to a workbook.
    pub(super) fn end(mut self) -> Result<Worksheet, String> {
        self.finish().map_err(Error::from)?;
        for Column { heading, cut, .. } in self.columns.iter().filter(|column| column.cut > 0) {
            let (heading, texts) = (escape(heading), if *cut == 1 { "a text" } else { "texts" });
            tracing::warn!(
                "{texts} of {heading} ended beyond the {LONGEST_TEXT} characters that a cell holds: {cut} cut; csv and parquet have all"
            );
        }
        Ok(self.worksheet)
    }

    fn finish(&mut self) -> Result<(), XlsxError> {
        let mut last = None;
        for (place, column) in (0..).zip(&self.columns) {
            self.worksheet.set_column_width(place, column.width.characters())?;
            last = Some(place);
        }
        if let Some(last) = last {
            self.worksheet.autofilter(0, 0, self.rows - 1, last)?;
            // Employee numbers with their zeros are no mistake to be marked.
            self.worksheet.ignore_error_range(0, 0, self.rows - 1, last, IgnoreError::NumberStoredAsText)?;
        }
        Ok(())
    }
}

/// Where a value goes.
struct To<'s> {
    worksheet: &'s mut Worksheet,
    row: u32,
    column: u16,
}

impl To<'_> {
    /// Writes a value; says whether its text was cut.
    fn write(&mut self, cell: &Cell<'_>, width: &mut Width, formats: &Formats) -> Result<bool, XlsxError> {
        match cell {
            Cell::Nothing => {}
            Cell::Boolean(value) => drop(self.worksheet.write_boolean(self.row, self.column, *value)?),
            Cell::Number(value, characters) => {
                width.hold(*characters);
                self.worksheet.write_number(self.row, self.column, *value)?;
            }
            Cell::Day(day) => {
                width.hold(DAY);
                self.worksheet.write_number_with_format(self.row, self.column, *day, &formats.day)?;
            }
            Cell::Time(time, zone) => {
                width.hold(TIME);
                let format = if *zone == Zone::Utc { &formats.utc } else { &formats.time };
                self.worksheet.write_number_with_format(self.row, self.column, *time, format)?;
            }
            Cell::Borrowed(text) => return self.write_text(text, width, formats),
            Cell::Owned(text) => return self.write_text(text, width, formats),
        }
        Ok(false)
    }

    fn write_text(&mut self, text: &str, width: &mut Width, formats: &Formats) -> Result<bool, XlsxError> {
        width.hold_text(text);
        // An empty text would be a cell that is only formatted.
        if text.is_empty() {
            return Ok(false);
        }
        // No text has more UTF-16 units than bytes.
        let fits = text.len() <= LONGEST_TEXT || text.encode_utf16().count() <= LONGEST_TEXT;
        let whole = if fits { text.to_owned() } else { cut(text) };
        self.worksheet.write_string_with_format(self.row, self.column, whole, &formats.text)?;
        Ok(!fits)
    }
}

/// As much of a text as a cell holds, with a note that it is not all.
fn cut(text: &str) -> String {
    let note = format!("… (cut: {} characters)", text.chars().count());
    shortened(text, LONGEST_TEXT - note.encode_utf16().count()) + &note
}
