//! Values as text, where a format has only text.

use std::{borrow::Cow, sync::Arc};

use arrow::{
    array::{Array, ArrayRef, AsArray, RecordBatch, StringArray, StringBuilder},
    datatypes::{DataType, Field, Schema},
    error::ArrowError,
    json::{EncoderOptions, writer::make_encoder},
    util::display::FormatOptions,
};

/// How `table` prints values: null is blank, a value that cannot be printed is an error.
pub(super) const FORMAT: FormatOptions<'static> = FormatOptions::new().with_display_error(false);

/// The batch with lists, structs and maps as their JSON text.
pub(super) fn without_nesting(batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let schema = batch.schema();
    if !schema.fields().iter().any(|f| f.data_type().is_nested()) {
        return Ok(batch.clone());
    }
    map_columns(batch, |field, array| match field.data_type().is_nested() {
        true => json_text(field, array),
        false => Ok(Arc::clone(array)),
    })
}

/// The batch for a terminal: no nesting, and control characters, which could move the cursor, shown as escapes.
pub(super) fn for_people(batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    map_columns(&without_nesting(batch)?, |_, array| {
        Ok(match array.data_type() {
            DataType::Utf8 => {
                Arc::new(array.as_string::<i32>().iter().map(|v| v.map(visible)).collect::<StringArray>())
            }
            _ => Arc::clone(array),
        })
    })
}

pub(super) fn visible(value: &str) -> Cow<'_, str> {
    if !value.contains(char::is_control) {
        return Cow::Borrowed(value);
    }
    Cow::Owned(
        value.chars().map(|c| if c.is_control() { c.escape_debug().to_string() } else { c.to_string() }).collect(),
    )
}

fn map_columns(
    batch: &RecordBatch,
    f: impl Fn(&Arc<Field>, &ArrayRef) -> Result<ArrayRef, ArrowError>,
) -> Result<RecordBatch, ArrowError> {
    let schema = batch.schema();
    let mut fields = Vec::with_capacity(batch.num_columns());
    let mut arrays = Vec::with_capacity(batch.num_columns());
    for (field, array) in schema.fields().iter().zip(batch.columns()) {
        let array = f(field, array)?;
        fields.push(Field::new(field.name(), array.data_type().clone(), true));
        arrays.push(array);
    }
    let options = arrow::array::RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), arrays, &options)
}

fn json_text(field: &Arc<Field>, array: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    let options = EncoderOptions::default().with_explicit_nulls(true);
    let mut encoder = make_encoder(field, array.as_ref(), &options)?;
    let mut texts = StringBuilder::new();
    let mut bytes = Vec::new();
    for row in 0..array.len() {
        if array.is_null(row) {
            texts.append_null();
            continue;
        }
        bytes.clear();
        encoder.encode(row, &mut bytes);
        texts.append_value(std::str::from_utf8(&bytes).map_err(|e| ArrowError::JsonError(e.to_string()))?);
    }
    Ok(Arc::new(texts.finish()))
}
