//! CSV that tells an empty text, `""`, from null, which is nothing at all.

use std::io::Write;

use arrow::{
    array::{Array as _, RecordBatch},
    datatypes::SchemaRef,
    util::display::ArrayFormatter,
};

use super::{
    encoder::{Encoder, words},
    layout::LeftOut,
    text,
};

/// Writes a heading and a line per row. A row whose only column is null is an empty line.
pub(super) struct CsvEncoder<W> {
    out: W,
    /// Whether a spreadsheet shall find nothing to run.
    safe: bool,
}

impl<W: Write> CsvEncoder<W> {
    /// Writes the heading, as there may be no rows.
    pub(super) fn start(schema: &SchemaRef, out: W, safe: bool) -> Result<Self, String> {
        let mut encoder = Self { out, safe };
        let heading = encoder.flat(&RecordBatch::new_empty(schema.clone()))?.schema();
        encoder.line(heading.fields().iter().map(|field| Ok(Some(field.name().as_str()))))?;
        Ok(encoder)
    }

    fn flat(&self, batch: &RecordBatch) -> Result<RecordBatch, String> {
        if self.safe { text::for_spreadsheets(batch) } else { text::without_nesting(batch) }.map_err(words)
    }

    fn line<T: AsRef<str>>(&mut self, cells: impl Iterator<Item = Result<Option<T>, String>>) -> Result<(), String> {
        for (index, cell) in cells.enumerate() {
            let comma = if index > 0 { "," } else { "" };
            match cell? {
                None => write!(self.out, "{comma}"),
                Some(text) if must_be_quoted(text.as_ref()) => {
                    write!(self.out, "{comma}\"{}\"", text.as_ref().replace('"', "\"\""))
                }
                Some(text) => write!(self.out, "{comma}{}", text.as_ref()),
            }
            .map_err(words)?;
        }
        writeln!(self.out).map_err(words)
    }
}

/// Whether a reader would take the text for something else: for null, for two cells, or for the end of the row.
fn must_be_quoted(text: &str) -> bool {
    text.is_empty() || text.contains([',', '"', '\n', '\r'])
}

impl<W: Write + Send> Encoder for CsvEncoder<W> {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), String> {
        let flat = self.flat(batch)?;
        let cells = flat.columns().iter().map(|array| ArrayFormatter::try_new(array, &text::EXACT));
        let cells = cells.collect::<Result<Vec<_>, _>>().map_err(words)?;
        // Of values too that have no nulls of their own: a column of nothing else, or one of references to values.
        let nulls: Vec<_> = flat.columns().iter().map(|array| array.logical_nulls()).collect();
        for row in 0..flat.num_rows() {
            self.line(cells.iter().zip(&nulls).map(|(cell, nulls)| match nulls {
                Some(nulls) if nulls.is_null(row) => Ok(None),
                _ => cell.value(row).try_to_string().map(Some).map_err(words),
            }))?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<LeftOut, String> {
        self.out.flush().map_err(words)?;
        Ok(LeftOut::default())
    }
}
