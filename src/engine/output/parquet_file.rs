//! Rows as one Parquet file, whose first rows say how its columns are encoded best.

use std::{collections::HashSet, io::Write};

use arrow::{
    array::{Array as _, ArrayRef, RecordBatch},
    datatypes::{DataType, SchemaRef},
    error::ArrowError,
    row::{RowConverter, SortField},
};
use parquet::{
    arrow::ArrowWriter,
    basic::{Compression, ZstdLevel},
    file::properties::WriterProperties,
    schema::types::ColumnPath,
};

use super::{
    encoder::{Encoder, words},
    layout::LeftOut,
};

/// Rows by which it is judged whether the values of a column repeat.
const JUDGED: usize = 4096;

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
            for column in unlike_themselves(first).map_err(words)? {
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

/// The columns of whose values, in the first rows, more than half are different: a dictionary of them would cost time and space.
fn unlike_themselves(first: &RecordBatch) -> Result<Vec<ColumnPath>, ArrowError> {
    let first = first.slice(0, first.num_rows().min(JUDGED));
    let mut found = Vec::new();
    for (field, values) in first.schema_ref().fields().iter().zip(first.columns()) {
        if is_long(field.data_type()) && 2 * distinct(values)? > values.len() - values.null_count() {
            found.push(ColumnPath::from(field.name().as_str()));
        }
    }
    Ok(found)
}

/// Whether values take more room than their places in a dictionary, or may.
fn is_long(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Timestamp(..))
}

/// How many different values there are, nulls apart.
fn distinct(values: &ArrayRef) -> Result<usize, ArrowError> {
    let converter = RowConverter::new(vec![SortField::new(values.data_type().clone())])?;
    let rows = converter.convert_columns(std::slice::from_ref(values))?;
    let there = rows.iter().enumerate().filter(|(row, _)| values.is_valid(*row));
    Ok(there.map(|(_, value)| value).collect::<HashSet<_>>().len())
}
