//! Rows and windows at random.

use std::sync::Arc;

use arrow::{
    array::{
        ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array, RecordBatch, StringArray,
        StringDictionaryBuilder, TimestampMicrosecondArray, UInt64Array,
    },
    compute::{SortColumn, SortOptions, lexsort_to_indices, take_record_batch},
    datatypes::{Field, Int32Type, Schema},
};
use datafusion::{logical_expr::SortExpr, prelude::col};
use proptest::{collection::vec, prelude::*};

use super::sessions::Rows;

/// One row: keys from few values, so that there are ties and long partitions; a place of its own; a value.
type Row = (Option<u8>, Option<u8>, Option<u8>, u16, Option<i8>);

/// Which way a key is sorted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Way {
    pub(super) descending: bool,
    pub(super) nulls_first: bool,
}

impl Way {
    pub(super) fn sql(self) -> String {
        let direction = if self.descending { "DESC" } else { "ASC" };
        let nulls = if self.nulls_first { "FIRST" } else { "LAST" };
        format!("{direction} NULLS {nulls}")
    }
}

pub(super) fn way() -> impl Strategy<Value = Way> {
    (any::<bool>(), any::<bool>()).prop_map(|(descending, nulls_first)| Way { descending, nulls_first })
}

/// Columns `p`, `q` (to partition by), `o`, `n` (to order by; `n` is different in each row), and values of many types.
pub(super) fn columns(keys: u8, rows: usize) -> impl Strategy<Value = RecordBatch> {
    let key = || proptest::option::weighted(0.8, 0..keys);
    let row = (key(), key(), key(), any::<u16>(), proptest::option::weighted(0.7, any::<i8>()));
    vec(row, 0..rows).prop_map(|rows: Vec<Row>| {
        let names: Vec<Option<String>> = rows.iter().map(|row| row.0.map(|p| format!("person {p}"))).collect();
        let numbers: Vec<Option<i64>> = rows.iter().map(|row| row.4.map(i64::from)).collect();
        let floats = |value: &Option<i64>| {
            value.map(|value| match value {
                100.. => f64::NAN,
                0 => -0.0,
                _ => 1.0 / (f64::from(i32::try_from(value).unwrap())),
            })
        };
        let mut words = StringDictionaryBuilder::<Int32Type>::new();
        numbers.iter().for_each(|n| words.append_option(n.map(|n| format!("word {}", n % 5))));
        // Near the ends of their types, so that sums wrap around.
        let huge = |n: &Option<i64>| n.map(|n| n << 56);
        let decimals = numbers.iter().map(|n| n.map(|n| i128::from(n) * 10_i128.pow(9))).collect::<Decimal128Array>();
        let columns: Vec<(&str, ArrayRef)> = vec![
            ("p", Arc::new(StringArray::from(names))),
            ("q", Arc::new(rows.iter().map(|row| row.1.map(i64::from)).collect::<Int64Array>())),
            ("o", Arc::new(rows.iter().map(|row| row.2.map(i32::from)).collect::<Date32Array>())),
            (
                "n",
                Arc::new(
                    rows.iter().zip(0..).map(|(row, at)| Some(i64::from(row.3) << 20 | at)).collect::<Int64Array>(),
                ),
            ),
            ("number", Arc::new(numbers.iter().copied().collect::<Int64Array>())),
            ("huge", Arc::new(numbers.iter().map(huge).collect::<Int64Array>())),
            ("unsigned", Arc::new(numbers.iter().map(|n| n.map(i64::unsigned_abs)).collect::<UInt64Array>())),
            ("amount", Arc::new(decimals.with_precision_and_scale(20, 2).unwrap())),
            ("real", Arc::new(numbers.iter().map(floats).collect::<Float64Array>())),
            ("word", Arc::new(numbers.iter().map(|n| n.map(|n| format!("{n:x}"))).collect::<StringArray>())),
            ("interned", Arc::new(words.finish())),
            ("flag", Arc::new(numbers.iter().map(|n| n.map(|n| n % 2 == 0)).collect::<BooleanArray>())),
            ("moment", Arc::new(numbers.iter().copied().collect::<TimestampMicrosecondArray>())),
            (
                "always",
                Arc::new(
                    (0..i64::try_from(rows.len()).unwrap())
                        .collect::<Vec<_>>()
                        .into_iter()
                        .map(Some)
                        .collect::<Int64Array>(),
                ),
            ),
        ];
        let fields =
            columns.iter().map(|(name, values)| Field::new(*name, values.data_type().clone(), *name != "always"));
        let schema = Schema::new(fields.collect::<Vec<_>>());
        RecordBatch::try_new(Arc::new(schema), columns.into_iter().map(|(_, values)| values).collect()).unwrap()
    })
}

/// Sorted by keys, and declared so.
pub(super) fn sorted(rows: &RecordBatch, keys: &[(&str, Way)], batch_size: usize) -> Rows {
    let columns: Vec<SortColumn> = keys
        .iter()
        .map(|(key, way)| SortColumn {
            values: Arc::clone(rows.column_by_name(key).unwrap()),
            options: Some(SortOptions { descending: way.descending, nulls_first: way.nulls_first }),
        })
        .collect();
    let sorted_by: Vec<SortExpr> =
        keys.iter().map(|(key, way)| col(*key).sort(!way.descending, way.nulls_first)).collect();
    let rows = if columns.is_empty() || rows.num_rows() == 0 {
        rows.clone()
    } else {
        take_record_batch(rows, &lexsort_to_indices(&columns, None).unwrap()).unwrap()
    };
    Rows { rows, batch_size, sorted_by }
}
