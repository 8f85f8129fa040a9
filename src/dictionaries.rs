//! Which columns of a Parquet file are better off without a dictionary, by its first rows.

use std::collections::HashSet;

use arrow::{
    array::{Array as _, ArrayRef, RecordBatch},
    datatypes::DataType,
    error::ArrowError,
    row::{RowConverter, SortField},
};
use parquet::schema::types::ColumnPath;

/// Rows by which it is judged whether the values of a column repeat.
const JUDGED: usize = 4096;

/// The columns of whose values, in the first rows, more than half are different: a dictionary of them would cost time and space.
///
/// # Errors
/// For types that have no order.
pub(crate) fn of_no_use(first: &RecordBatch) -> Result<Vec<ColumnPath>, ArrowError> {
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
    matches!(
        data_type,
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Binary | DataType::Timestamp(..)
    )
}

/// How many different values there are, nulls apart.
fn distinct(values: &ArrayRef) -> Result<usize, ArrowError> {
    let converter = RowConverter::new(vec![SortField::new(values.data_type().clone())])?;
    let rows = converter.convert_columns(std::slice::from_ref(values))?;
    let there = rows.iter().enumerate().filter(|(row, _)| values.is_valid(*row));
    Ok(there.map(|(_, value)| value).collect::<HashSet<_>>().len())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{Int64Array, StringArray, TimestampMicrosecondArray};

    use super::*;

    #[test]
    fn values_that_do_not_repeat_are_better_without() {
        let text = |of: &dyn Fn(i64) -> Option<String>| Arc::new((0..100).map(of).collect::<StringArray>()) as ArrayRef;
        let columns = [
            ("different", text(&|n| Some(n.to_string()))),
            ("alike", text(&|n| Some((n % 50).to_string()))),
            ("all_there_are", text(&|n| (n > 97).then(|| n.to_string()))),
            ("nothing", text(&|_| None)),
            ("instants", Arc::new(TimestampMicrosecondArray::from_iter_values(0..100)) as ArrayRef),
            // As short as its place in a dictionary.
            ("numbers", Arc::new(Int64Array::from_iter_values(0..100)) as ArrayRef),
        ];
        let rows =
            RecordBatch::try_from_iter_with_nullable(columns.map(|(name, values)| (name, values, true))).unwrap();
        let found: Vec<String> = of_no_use(&rows).unwrap().iter().map(ColumnPath::string).collect();
        assert_eq!(found, ["different", "all_there_are", "instants"]);
        assert!(of_no_use(&rows.slice(0, 0)).unwrap().is_empty());
    }
}
