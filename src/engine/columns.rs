//! Columns of a result against declared ones: names and order exactly, types exactly or by a cast that loses nothing.

use std::sync::Arc;

use arrow::{
    array::{ArrayRef, RecordBatch},
    compute::{CastOptions, cast_with_options},
    datatypes::{DataType, Field, FieldRef, Fields, Schema, SchemaRef},
    error::ArrowError,
};

/// What to do to one column: nothing, or a cast.
pub(crate) type ColumnCast = Option<DataType>;

/// The cast each column of `actual` needs to become `declared`.
///
/// # Errors
/// The first column that differs, in words.
pub(crate) fn casts(actual: &Schema, declared: &Schema) -> Result<Vec<ColumnCast>, String> {
    let names = |schema: &Schema| schema.fields().iter().map(|f| f.name().clone()).collect::<Vec<_>>();
    if names(actual) != names(declared) {
        return Err(format!(
            "its columns are ({}), but its header declares ({})",
            names(actual).join(", "),
            names(declared).join(", ")
        ));
    }
    actual.fields().iter().zip(declared.fields()).map(|(a, d)| cast_of(a, d)).collect()
}

fn cast_of(actual: &Field, declared: &Field) -> Result<ColumnCast, String> {
    let (from, to) = (actual.data_type(), declared.data_type());
    if from == to {
        Ok(None)
    } else if is_lossless(from, to) {
        Ok(Some(to.clone()))
    } else {
        Err(format!("column {} is {from}, but its header declares {to}; CAST it", actual.name()))
    }
}

/// Whether every value of `from` is one of `to`, exactly.
fn is_lossless(from: &DataType, to: &DataType) -> bool {
    use DataType::*;
    match (from, to) {
        (Utf8View | LargeUtf8 | Utf8, Utf8) | (BinaryView, Binary) => true,
        (Int8 | Int16 | UInt8 | UInt16, Int32) => true,
        (Int8 | Int16 | Int32 | UInt8 | UInt16 | UInt32, Int64) => true,
        (Float16 | Float32, Float64) => true,
        (List(a) | LargeList(a) | ListView(a), List(b)) => {
            a.data_type() == b.data_type() || is_lossless(a.data_type(), b.data_type())
        }
        _ => false,
    }
}

/// The schema with plain strings and bytes in place of Arrow's view types, which files and other readers know less.
pub(crate) fn without_views(schema: &Schema) -> SchemaRef {
    let plain = |field: &Field| match field.data_type() {
        DataType::Utf8View => field.clone().with_data_type(DataType::Utf8),
        DataType::BinaryView => field.clone().with_data_type(DataType::Binary),
        _ => field.clone(),
    };
    let fields: Vec<Field> = schema.fields().iter().map(|f| plain(f)).collect();
    Arc::new(Schema::new(fields))
}

/// The schema with string views in place of plain strings: what statements read. Short texts are then compared, moved and put
/// into groups in place, and long ones are not copied by every operator.
pub(super) fn with_views(schema: &Schema) -> Schema {
    let view = |field: &FieldRef| match field.data_type() {
        DataType::Utf8 => Arc::new(field.as_ref().clone().with_data_type(DataType::Utf8View)),
        _ => Arc::clone(field),
    };
    Schema::new_with_metadata(schema.fields().iter().map(view).collect::<Fields>(), schema.metadata().clone())
}

/// Applies the casts.
///
/// # Errors
/// A value that does not fit, which lossless casts do not have.
pub(crate) fn apply(batch: &RecordBatch, casts: &[ColumnCast]) -> Result<Vec<ArrayRef>, ArrowError> {
    let strict = CastOptions { safe: false, ..CastOptions::default() };
    batch
        .columns()
        .iter()
        .zip(casts)
        .map(|(array, cast)| match cast {
            None => Ok(Arc::clone(array)),
            Some(to) => cast_with_options(array, to, &strict),
        })
        .collect()
}

/// The class of an error, without its text, which may quote values.
pub(crate) fn kind(error: &ArrowError) -> &'static str {
    match error {
        ArrowError::CastError(_) => "a cast failed",
        ArrowError::SchemaError(_) | ArrowError::InvalidArgumentError(_) => "a batch does not fit the schema",
        _ => "an Arrow error",
    }
}
