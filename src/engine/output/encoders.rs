//! One encoder per format.

use std::io::Write;

use arrow::{
    array::RecordBatch,
    ipc::writer::StreamWriter,
    json::{
        WriterBuilder as JsonWriterBuilder,
        writer::{JsonArray, JsonFormat, LineDelimited, Writer as JsonWriter},
    },
};

use super::{
    csv::CsvEncoder,
    encoder::{Encoder, words},
    format::{Format, Style},
    layout::LeftOut,
    parquet_file::ParquetEncoder,
    table::{AbridgedEncoder, PlanEncoder, WholeEncoder},
    xlsx::XlsxEncoder,
};
use crate::engine::Rows;

/// Starts an output.
pub(super) fn start<'w, W: Write + Send + 'w>(
    style: Style,
    rows: &Rows,
    out: W,
) -> Result<Box<dyn Encoder + 'w>, String> {
    let schema = rows.schema();
    Ok(match style.format {
        Format::Table if rows.explain() => Box::new(PlanEncoder::new(out)),
        Format::Table if style.layout.abridged => Box::new(AbridgedEncoder::new(out, schema.clone(), style.layout)),
        Format::Table => Box::new(WholeEncoder::new(out, schema.clone(), style.layout)),
        Format::Csv => Box::new(CsvEncoder::start(schema, out, style.safe_csv)?),
        Format::Json => Box::new(JsonEncoder::<W, JsonArray> { writer: json_writer(out), end: "\n" }),
        Format::Ndjson => Box::new(JsonEncoder::<W, LineDelimited> { writer: json_writer(out), end: "" }),
        Format::Parquet => Box::new(ParquetEncoder::new(schema.clone(), out)),
        Format::Xlsx => Box::new(XlsxEncoder::start(rows, style.at, out)?),
        Format::Arrow => Box::new(ArrowEncoder(StreamWriter::try_new(out, schema).map_err(words)?)),
    })
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

    fn finish(mut self: Box<Self>) -> Result<LeftOut, String> {
        self.writer.finish().map_err(words)?;
        let mut out = self.writer.into_inner();
        out.write_all(self.end.as_bytes()).map_err(words)?;
        out.flush().map_err(words)?;
        Ok(LeftOut::default())
    }
}

struct ArrowEncoder<W: Write>(StreamWriter<W>);

impl<W: Write + Send> Encoder for ArrowEncoder<W> {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), String> {
        self.0.write(batch).map_err(words)
    }

    fn finish(mut self: Box<Self>) -> Result<LeftOut, String> {
        self.0.finish().map_err(words)?;
        let mut out = self.0.into_inner().map_err(words)?;
        out.flush().map_err(words)?;
        Ok(LeftOut::default())
    }
}
