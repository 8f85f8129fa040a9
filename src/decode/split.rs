//! Records that go to a second table, such as the private attributes.

use arrow::{
    array::{Array as _, BooleanArray, StringArray},
    compute::{filter_record_batch, not},
    record_batch::RecordBatch,
};

use super::RowsError;
use crate::catalog::{Split, matches_any};

/// Parts a batch by its [`Split`]: the rows of the first table, then those of the second. Rows whose value is null go to
/// the second, the more private table.
///
/// # Errors
/// When Arrow cannot filter the batch.
pub(crate) fn split(batch: &RecordBatch, split: &Split) -> Result<(RecordBatch, RecordBatch), RowsError> {
    let second = which(batch, &split.by, |value| value.is_none_or(|v| split.is_private(v)))?;
    Ok((filter_record_batch(batch, &not(&second)?)?, filter_record_batch(batch, &second)?))
}

/// The rows whose value in `column` is, or begins as, one of `patterns`; rows without a value go.
///
/// # Errors
/// When Arrow cannot filter the batch.
pub(crate) fn keep(batch: &RecordBatch, column: &str, patterns: &[String]) -> Result<RecordBatch, RowsError> {
    let wanted = which(batch, column, |value| value.is_some_and(|v| matches_any(patterns, v)))?;
    Ok(filter_record_batch(batch, &wanted)?)
}

fn which(batch: &RecordBatch, column: &str, wanted: impl Fn(Option<&str>) -> bool) -> Result<BooleanArray, RowsError> {
    let texts = batch.column_by_name(column).and_then(|c| c.as_any().downcast_ref::<StringArray>());
    let Some(texts) = texts else {
        return Err(arrow::error::ArrowError::SchemaError(format!("no text column {column}")).into());
    };
    Ok(texts.iter().map(|value| Some(wanted(value))).collect())
}
