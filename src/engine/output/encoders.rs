//! One encoder per format, behind one trait.

use std::io::Write;

use arrow::{
    array::RecordBatch,
    compute::concat_batches,
    csv,
    datatypes::SchemaRef,
    ipc::writer::StreamWriter,
    json::{
        WriterBuilder as JsonWriterBuilder,
        writer::{JsonArray, JsonFormat, LineDelimited, Writer as JsonWriter},
    },
    util::display::ArrayFormatter,
    util::pretty::pretty_format_batches_with_options,
};
use parquet::{
    arrow::ArrowWriter,
    basic::{Compression, ZstdLevel},
    file::properties::WriterProperties,
};

use super::{
    format::{Format, Style},
    text,
};
use crate::{engine::Rows, terminal_text::escape};

/// Rows of a block of `table`.
const TABLE_BLOCK_ROWS: usize = 1_000;

/// Writes batches of one schema; errors are what the encoder said.
pub(super) trait Encoder: Send {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), String>;
    /// Ends the output and flushes it.
    fn finish(self: Box<Self>) -> Result<(), String>;
}

/// Starts an output.
pub(super) fn start<'w, W: Write + Send + 'w>(
    style: Style,
    rows: &Rows,
    out: W,
) -> Result<Box<dyn Encoder + 'w>, String> {
    let schema = rows.schema();
    Ok(match style.format {
        Format::Table if rows.explain() => Box::new(PlanEncoder { out }),
        Format::Table => Box::new(TableEncoder { out, block: Vec::new(), rows: 0, schema: schema.clone(), blocks: 0 }),
        Format::Csv => Box::new(CsvEncoder::start(schema, out, style.safe_csv)?),
        Format::Json => Box::new(JsonEncoder::<W, JsonArray> { writer: json_writer(out), end: "\n" }),
        Format::Ndjson => Box::new(JsonEncoder::<W, LineDelimited> { writer: json_writer(out), end: "" }),
        Format::Parquet => Box::new(ParquetEncoder::start(schema, out)?),
        Format::Arrow => Box::new(ArrowEncoder(StreamWriter::try_new(out, schema).map_err(words)?)),
    })
}

fn words(error: impl ToString) -> String {
    crate::engine::wording::flatten(&error.to_string())
}

struct TableEncoder<W> {
    out: W,
    schema: SchemaRef,
    block: Vec<RecordBatch>,
    rows: usize,
    blocks: usize,
}

impl<W: Write> TableEncoder<W> {
    fn print_block(&mut self) -> Result<(), String> {
        let batch = concat_batches(&self.schema, &self.block).map_err(words)?;
        self.block.clear();
        self.rows = 0;
        self.blocks += 1;
        let batch = text::for_people(&batch).map_err(words)?;
        let table = pretty_format_batches_with_options(&[batch], &text::FORMAT).map_err(words)?;
        writeln!(self.out, "{table}").map_err(words)
    }
}

impl<W: Write + Send> Encoder for TableEncoder<W> {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), String> {
        let mut from = 0;
        while from < batch.num_rows() {
            let rows = (TABLE_BLOCK_ROWS - self.rows).min(batch.num_rows() - from);
            self.block.push(batch.slice(from, rows));
            self.rows += rows;
            from += rows;
            if self.rows == TABLE_BLOCK_ROWS {
                self.print_block()?;
            }
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<(), String> {
        if self.rows > 0 || self.blocks == 0 {
            self.print_block()?;
        }
        self.out.flush().map_err(words)
    }
}

/// The answer to EXPLAIN: a cell of many lines each, which no table shows well.
struct PlanEncoder<W> {
    out: W,
}

impl<W: Write + Send> Encoder for PlanEncoder<W> {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), String> {
        let cells = batch.columns().iter().map(|array| ArrayFormatter::try_new(array, &text::FORMAT));
        let cells = cells.collect::<Result<Vec<_>, _>>().map_err(words)?;
        for row in 0..batch.num_rows() {
            for (cell, indent) in cells.iter().zip(["", "  "]) {
                for line in cell.value(row).to_string().lines() {
                    writeln!(self.out, "{indent}{}", escape(line)).map_err(words)?;
                }
            }
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<(), String> {
        self.out.flush().map_err(words)
    }
}

struct CsvEncoder<W: Write> {
    writer: csv::Writer<W>,
    /// Whether a spreadsheet shall find nothing to run.
    safe: bool,
}

impl<W: Write> CsvEncoder<W> {
    fn start(schema: &SchemaRef, out: W, safe: bool) -> Result<Self, String> {
        let mut encoder = Self { writer: csv::WriterBuilder::new().with_header(true).build(out), safe };
        // The heading comes with the first batch, and there may be none.
        encoder.encode(&RecordBatch::new_empty(schema.clone()))?;
        Ok(encoder)
    }

    fn encode(&mut self, batch: &RecordBatch) -> Result<(), String> {
        let flat = if self.safe { text::for_spreadsheets(batch) } else { text::without_nesting(batch) };
        self.writer.write(&flat.map_err(words)?).map_err(words)
    }
}

impl<W: Write + Send> Encoder for CsvEncoder<W> {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), String> {
        self.encode(batch)
    }

    fn finish(self: Box<Self>) -> Result<(), String> {
        self.writer.into_inner().flush().map_err(words)
    }
}

struct JsonEncoder<W: Write, F: JsonFormat> {
    writer: JsonWriter<W, F>,
    /// What ends the text: an array has no line end of its own.
    end: &'static str,
}

fn json_writer<W: Write, F: JsonFormat>(out: W) -> JsonWriter<W, F> {
    JsonWriterBuilder::new().with_explicit_nulls(true).build(out)
}

impl<W: Write + Send, F: JsonFormat + Send> Encoder for JsonEncoder<W, F> {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), String> {
        self.writer.write(batch).map_err(words)
    }

    fn finish(mut self: Box<Self>) -> Result<(), String> {
        self.writer.finish().map_err(words)?;
        let mut out = self.writer.into_inner();
        out.write_all(self.end.as_bytes()).map_err(words)?;
        out.flush().map_err(words)
    }
}

struct ParquetEncoder<W: Write + Send>(ArrowWriter<W>);

impl<W: Write + Send> ParquetEncoder<W> {
    fn start(schema: &SchemaRef, out: W) -> Result<Self, String> {
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(3).map_err(words)?))
            .build();
        Ok(Self(ArrowWriter::try_new(out, schema.clone(), Some(properties)).map_err(words)?))
    }
}

impl<W: Write + Send> Encoder for ParquetEncoder<W> {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), String> {
        self.0.write(batch).map_err(words)
    }

    fn finish(self: Box<Self>) -> Result<(), String> {
        let mut out = self.0.into_inner().map_err(words)?;
        out.flush().map_err(words)
    }
}

struct ArrowEncoder<W: Write>(StreamWriter<W>);

impl<W: Write + Send> Encoder for ArrowEncoder<W> {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), String> {
        self.0.write(batch).map_err(words)
    }

    fn finish(mut self: Box<Self>) -> Result<(), String> {
        self.0.finish().map_err(words)?;
        let mut out = self.0.into_inner().map_err(words)?;
        out.flush().map_err(words)
    }
}
