//! Records as rows of the lake's columns.

use std::{collections::HashMap, sync::Arc};

use arrow::{
    array::{AsArray as _, RecordBatch, StringArray, UInt64Array},
    compute::{cast, concat_batches, take_record_batch},
    datatypes::{DataType, Schema},
    error::ArrowError,
};
use chrono::{DateTime, Utc};
use futures::{StreamExt as _, stream};

use crate::{
    account::Record,
    api::ApiError,
    decode::Decoder,
    engine::Rows,
    error::Error,
    page::{Page, ReadPage as _, Unreadable},
};

/// The records as rows, in their order.
///
/// # Errors
/// When a value does not fit its column.
pub(super) fn rows_of(decoder: &Decoder, records: &[Record]) -> Result<Rows, Error> {
    let mut batches = Vec::new();
    for (number, of_one_time) in (1..).zip(records.chunk_by(|a, b| a.received_at == b.received_at)) {
        let items = of_one_time.iter().map(|record| record.json.get());
        let received_at = of_one_time.first().map(|record| record.received_at).unwrap_or_default();
        batches.push(batch(decoder, items, number, received_at)?);
    }
    Ok(rows(batches))
}

/// A batch without a column.
///
/// # Errors
/// Never.
pub(super) fn without(batch: &RecordBatch, column: &str) -> Result<RecordBatch, Error> {
    let schema = batch.schema();
    let others = (0..batch.num_columns()).filter(|at| schema.field(*at).name() != column);
    batch.project(&others.collect::<Vec<_>>()).map_err(unfit)
}

/// JSON records as rows, as if they had come on page `number` at a time.
///
/// # Errors
/// When a value does not fit its column.
pub(in crate::commands) fn batch<'r>(
    decoder: &Decoder,
    items: impl Iterator<Item = &'r str>,
    number: u64,
    received_at: DateTime<Utc>,
) -> Result<RecordBatch, Error> {
    let items = items.collect::<Vec<_>>().join(",");
    let body = format!(r#"{{"items":[{items}],"links":{{"next":null}}}}"#);
    let page = Page { number, body: body.into(), received_at };
    let (decoded, _) = decoder.read(&page).map_err(|error| match error {
        Unreadable::Breach(source) | Unreadable::NotAPage(source) => ApiError::Breach(source),
    })?;
    Ok(decoded.batch)
}

/// The rows of a batch at some places, in that order.
///
/// # Errors
/// Never, of places that there are.
pub(super) fn at(batch: &RecordBatch, places: Vec<u64>) -> Result<Rows, Error> {
    Ok(rows(vec![take_record_batch(batch, &UInt64Array::from(places)).map_err(unfit)?]))
}

/// Where each text of a column is.
///
/// # Errors
/// When there is no such column of texts.
pub(super) fn places(batch: &RecordBatch, column: &str) -> Result<HashMap<String, Vec<u64>>, Error> {
    let mut places: HashMap<String, Vec<u64>> = HashMap::new();
    for (at, text) in (0..).zip(texts(batch, column).map_err(unfit)?.iter()) {
        places.entry(text.unwrap_or_default().to_owned()).or_default().push(at);
    }
    Ok(places)
}

/// Batches as one.
///
/// # Errors
/// When their columns differ.
pub(super) fn whole(batches: &[RecordBatch]) -> Result<RecordBatch, Error> {
    let schema = batches.first().map_or_else(|| Arc::new(Schema::empty()), RecordBatch::schema);
    concat_batches(&schema, batches).map_err(unfit)
}

fn texts(batch: &RecordBatch, column: &str) -> Result<StringArray, ArrowError> {
    let missing = || ArrowError::SchemaError(format!("there is no column {column}"));
    let array = cast(batch.column_by_name(column).ok_or_else(missing)?, &DataType::Utf8)?;
    Ok(array.as_string::<i32>().clone())
}

fn rows(batches: Vec<RecordBatch>) -> Rows {
    let schema = batches.first().map_or_else(|| Arc::new(Schema::empty()), RecordBatch::schema);
    Rows::new(schema, stream::iter(batches.into_iter().map(Ok)).boxed())
}

fn unfit(error: ArrowError) -> Error {
    Error::Bug(format!("rows do not fit together: {error}"))
}
