use std::sync::Arc;

use arrow::{array::ArrayRef, datatypes::Int32Type};
use object_store::memory::InMemory;
use proptest::prelude::*;
use url::Url;

use super::*;
use crate::{
    assemble::{day_sessions, table_files},
    catalog::Catalog,
    engine::{Session, SessionOptions},
    lake::Lake,
    quality::Thresholds,
};

const LONG: &str = "employee_attributes";

/// A row's first and last day, in days since 1970.
type Bounds = (Option<i32>, Option<i32>);

/// Rows of attributes with these bounds, whose ids are their numbers.
fn rows(table: &Table, bounds: &[Bounds]) -> RecordBatch {
    let schema = table.arrow_schema();
    let columns = schema.fields().iter().map(|field| -> ArrayRef {
        match field.name().as_str() {
            "applicability_start" => Arc::new(bounds.iter().map(|b| b.0).collect::<Date32Array>()),
            "applicability_end" => Arc::new(bounds.iter().map(|b| b.1).collect::<Date32Array>()),
            _ => {
                let numbers: arrow::array::PrimitiveArray<Int32Type> =
                    (0..).zip(bounds).map(|(number, _)| Some(number)).collect();
                match field.data_type() {
                    arrow::datatypes::DataType::Utf8 => arrow::compute::cast(&numbers, field.data_type()).unwrap(),
                    other if field.is_nullable() => arrow::array::new_null_array(other, bounds.len()),
                    other => arrow::compute::cast(&numbers.unary::<_, arrow::datatypes::Int64Type>(i64::from), other)
                        .unwrap(),
                }
            }
        }
    });
    let columns = columns.collect();
    RecordBatch::try_new(table.arrow_schema(), columns).unwrap()
}

/// The numbers of a staged table's rows, and its files' hashes.
async fn numbers(lake: &Lake, table: &StagedTable) -> (Vec<usize>, Vec<String>) {
    let files = [table_files(table.table(), NaiveDate::default())];
    let session = Session::over(lake.store(), &SessionOptions::default(), files).unwrap();
    let sql = format!("SELECT id FROM {LONG}");
    let batches = crate::engine::query::run(&session, &sql, None).await.unwrap().collect().await.unwrap();
    let ids = batches.iter().flat_map(|batch| {
        let ids = arrow::array::AsArray::as_string::<i32>(batch.column(0));
        ids.iter().flatten().map(|id| id.parse().unwrap()).collect::<Vec<usize>>()
    });
    (ids.collect(), table.table().files.iter().map(|file| file.sha256.clone()).collect())
}

/// What each day has of rows with these bounds, when so much is held.
fn days_of(bounds: &[Bounds], days: std::ops::Range<i32>, room: usize) -> Vec<(Vec<usize>, Vec<String>)> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let lake = Lake::with_store(Arc::new(InMemory::new()), Url::parse("memory:///").unwrap());
        let catalog = Catalog::embedded().unwrap();
        let table = catalog.table(LONG).unwrap();
        let run: RunId = "run".parse().unwrap();
        let mut writer = TableWriter::new(&lake, &run, &table, WriterOptions::default());
        writer.write(&rows(&table, bounds)).await.unwrap();
        let read = [writer.close().await.unwrap()];
        let assembler = Assembler {
            lake: &lake,
            catalog: &catalog,
            sessions: &day_sessions(&lake, &SessionOptions::default()).unwrap(),
            thresholds: &Thresholds::default(),
            superseded_grace: chrono::TimeDelta::zero(),
        };
        let shared = run.of_several_days();
        let mut tables = ReadForDays::with_room(assembler, &shared, &read, Rows::Applicable, room).await.unwrap();
        let mut found = Vec::new();
        for day in days {
            let staged_by: RunId = format!("run.{}", day + 100).parse().unwrap();
            let day = Date32Type::to_naive_date_opt(day).unwrap();
            let staged = tables.of_day(day, &staged_by).await.unwrap();
            assert_eq!((staged.len(), staged[0].run_id()), (1, &staged_by));
            found.push(numbers(&lake, &staged[0]).await);
        }
        found
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn a_day_has_the_rows_that_apply_on_it_and_is_written_where_they_changed(
        bounds in prop::collection::vec((prop::option::of(0..8), prop::option::of(0..8)), 0..6)
    ) {
        let applies = |day: i32| -> Vec<usize> {
            let on = |(starts, ends): &Bounds| starts.is_none_or(|s| s <= day) && ends.is_none_or(|e| e >= day);
            bounds.iter().enumerate().filter(|(_, b)| on(b)).map(|(number, _)| number).collect()
        };
        for room in [HELD_BYTES, 0] {
            let found = days_of(&bounds, -1..9, room);
            for (day, (numbers, _)) in (-1..9).zip(&found) {
                prop_assert_eq!(numbers, &applies(day), "{}", day);
            }
            for pair in found.windows(2) {
                prop_assert_eq!(pair[0].0 == pair[1].0, pair[0].1 == pair[1].1, "the same rows are the same file");
            }
        }
    }
}
