//! Rows as one Parquet file, whose first rows say how its columns are encoded best.

use std::io::Write;

use arrow::{array::RecordBatch, datatypes::SchemaRef};
use parquet::{
    arrow::ArrowWriter,
    basic::{Compression, ZstdLevel},
    file::properties::WriterProperties,
};

use super::{
    encoder::{Encoder, words},
    layout::LeftOut,
};
use crate::dictionaries;

/// Begins the file when its first rows come.
pub(super) struct ParquetEncoder<W: Write + Send> {
    schema: SchemaRef,
    /// Where the file goes, until it is begun.
    out: Option<W>,
    begun: Option<ArrowWriter<W>>,
}

impl<W: Write + Send> ParquetEncoder<W> {
    pub(super) fn new(schema: SchemaRef, out: W) -> Self {
        Self { schema, out: Some(out), begun: None }
    }

    fn begin(&mut self, first: &RecordBatch) -> Result<(), String> {
        if let Some(out) = self.out.take() {
            let mut properties =
                WriterProperties::builder().set_compression(Compression::ZSTD(ZstdLevel::try_new(3).map_err(words)?));
            for column in dictionaries::of_no_use(first).map_err(words)? {
                properties = properties.set_column_dictionary_enabled(column, false);
            }
            let writer = ArrowWriter::try_new(out, SchemaRef::clone(&self.schema), Some(properties.build()));
            self.begun = Some(writer.map_err(words)?);
        }
        Ok(())
    }
}

impl<W: Write + Send> Encoder for ParquetEncoder<W> {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), String> {
        self.begin(batch)?;
        self.begun.as_mut().map_or(Ok(()), |writer| writer.write(batch)).map_err(words)
    }

    fn finish(mut self: Box<Self>) -> Result<LeftOut, String> {
        self.begin(&RecordBatch::new_empty(SchemaRef::clone(&self.schema)))?;
        if let Some(writer) = self.begun {
            writer.into_inner().map_err(words)?.flush().map_err(words)?;
        }
        Ok(LeftOut::default())
    }
}
