//! Records that go to a second table, such as the private attributes.

use arrow::{
    array::{Array as _, BooleanArray, StringArray},
    compute::{filter_record_batch, not},
    record_batch::RecordBatch,
};

use super::RowsError;
use crate::catalog::Split;

/// Parts a batch by its [`Split`]: the rows of the first table, then those of the second. Rows whose value is null go to
/// the second, the more private table.
///
/// # Errors
/// When Arrow cannot filter the batch.
pub fn split(batch: &RecordBatch, split: &Split) -> Result<(RecordBatch, RecordBatch), RowsError> {
    let column = batch.column_by_name(&split.by).and_then(|c| c.as_any().downcast_ref::<StringArray>());
    let Some(column) = column else {
        return Err(arrow::error::ArrowError::SchemaError(format!("no text column {}", split.by)).into());
    };
    let second: BooleanArray =
        column.iter().map(|value| Some(value.is_none_or(|v| split.patterns.iter().any(|p| matches(p, v))))).collect();
    Ok((filter_record_batch(batch, &not(&second)?)?, filter_record_batch(batch, &second)?))
}

/// Whether `value` is `pattern`, or begins with it where it ends in `*`.
pub(super) fn matches(pattern: &str, value: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(prefix) => value.starts_with(prefix),
        None => value == pattern,
    }
}
