//! Values as text, where a format has only text.

use std::{borrow::Cow, sync::Arc};

use arrow::{
    array::{Array, ArrayRef, AsArray, RecordBatch, StringArray, StringBuilder},
    datatypes::{DataType, Field, Schema},
    error::ArrowError,
    json::{EncoderOptions, writer::make_encoder},
    util::display::{ArrayFormatter, FormatOptions},
};

use crate::terminal_text::escape;

/// How values are printed exactly: null is nothing, a value that cannot be printed is an error.
pub(super) const EXACT: FormatOptions<'static> = FormatOptions::new().with_display_error(false);

/// How people see values: null is told from an empty text.
pub(super) const FOR_PEOPLE: FormatOptions<'static> = EXACT.with_null("NULL");

/// Most characters of a cell that `table` shows: every row of a block is as wide as its widest.
const MAX_CELL_CHARS: usize = 1_000;

/// The batch with lists, structs and maps as their JSON text.
pub(super) fn without_nesting(batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let schema = batch.schema();
    if !schema.fields().iter().any(|f| f.data_type().is_nested()) {
        return Ok(batch.clone());
    }
    map_columns(batch, str::to_owned, |field, array| match field.data_type().is_nested() {
        true => json_text(field, array),
        false => Ok(Arc::clone(array)),
    })
}

/// The batch for a spreadsheet, which runs text that begins like a formula: such text gets an apostrophe in front, which
/// spreadsheets take for "this is text". Numbers and booleans are what they are, a minus included.
pub(super) fn for_spreadsheets(batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let heading = |name: &str| neutral(name).into_owned();
    map_columns(&without_nesting(batch)?, heading, |_, array| {
        Ok(match array.data_type() {
            DataType::Utf8 => {
                Arc::new(array.as_string::<i32>().iter().map(|v| v.map(neutral)).collect::<StringArray>())
            }
            DataType::Null | DataType::Boolean => Arc::clone(array),
            number if number.is_numeric() => Arc::clone(array),
            // As CSV would print them; a day before the year 0 begins with a minus.
            _ => {
                let shown = ArrayFormatter::try_new(array, &EXACT)?;
                let mut texts = StringBuilder::new();
                for row in 0..array.len() {
                    match array.is_null(row) {
                        true => texts.append_null(),
                        false => texts.append_value(neutral(&shown.value(row).try_to_string()?)),
                    }
                }
                Arc::new(texts.finish())
            }
        })
    })
}

/// What a spreadsheet does not take for a formula.
fn neutral(text: &str) -> Cow<'_, str> {
    if text.starts_with(RUN_BY_SPREADSHEETS) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// Beginnings of text that spreadsheets run, or skip before they run the rest; some take the wide forms of East Asian
/// keyboards too.
const RUN_BY_SPREADSHEETS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// A text as `table` shows it: on one line, with nothing that could move the cursor or turn the text, and no more of it than
/// people read.
pub(super) fn cell(text: &str) -> String {
    match text.char_indices().nth(MAX_CELL_CHARS) {
        None => escape(text).into_owned(),
        Some((end, _)) => {
            let shown = text.get(..end).unwrap_or_default();
            format!("{}… ({} characters)", escape(shown), text.chars().count())
        }
    }
}

fn map_columns(
    batch: &RecordBatch,
    heading: impl Fn(&str) -> String,
    f: impl Fn(&Arc<Field>, &ArrayRef) -> Result<ArrayRef, ArrowError>,
) -> Result<RecordBatch, ArrowError> {
    let schema = batch.schema();
    let mut fields = Vec::with_capacity(batch.num_columns());
    let mut arrays = Vec::with_capacity(batch.num_columns());
    for (field, array) in schema.fields().iter().zip(batch.columns()) {
        let array = f(field, array)?;
        fields.push(Field::new(heading(field.name()), array.data_type().clone(), true));
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
