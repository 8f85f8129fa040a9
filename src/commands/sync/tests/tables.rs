//! What is in a lake, in a form that two runs can be compared by.

use std::collections::BTreeMap;

use arrow::{
    array::{Array as _, UInt32Array},
    compute::{concat_batches, sort_to_indices, take_record_batch},
    record_batch::RecordBatch,
};
use futures::TryStreamExt as _;
use object_store::{ObjectStoreExt as _, path::Path};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::{
    catalog::{EXTRACTED_AT, RUN_ID},
    lake::{Lake, Snapshot, SnapshotTable},
};

/// Rows by table, in the order of their first column, which is their id, without what tells one run from another.
pub(super) type Tables = BTreeMap<String, RecordBatch>;

/// The tables of the newest snapshot; none when nothing is published.
pub(super) async fn read_tables(lake: &Lake) -> Tables {
    match lake.newest().await.unwrap() {
        Some(newest) => tables_of(lake, newest).await,
        None => Tables::new(),
    }
}

/// The tables of a snapshot.
pub(super) async fn tables_of(lake: &Lake, snapshot: Snapshot) -> Tables {
    let mut tables = Tables::new();
    for table in snapshot.tables {
        tables.insert(table.name.clone(), read(lake, &table).await);
    }
    tables
}

async fn read(lake: &Lake, table: &SnapshotTable) -> RecordBatch {
    let mut batches = Vec::new();
    for file in &table.files {
        let content = lake.store().get(&Path::from(file.path.as_str())).await.unwrap().bytes().await.unwrap();
        let reader = ParquetRecordBatchReaderBuilder::try_new(content).unwrap().build().unwrap();
        batches.extend(reader.map(Result::unwrap));
    }
    let rows = concat_batches(&table.arrow_schema(), &batches).unwrap();
    let kept: Vec<usize> = rows
        .schema()
        .fields()
        .iter()
        .enumerate()
        .filter(|(_, field)| ![EXTRACTED_AT, RUN_ID].contains(&field.name().as_str()))
        .map(|(index, _)| index)
        .collect();
    let rows = rows.project(&kept).unwrap();
    let order: UInt32Array = sort_to_indices(rows.column(0), None, None).unwrap();
    take_record_batch(&rows, &order).unwrap()
}

/// Names of the tables that differ, with their numbers of rows.
pub(super) fn differences(found: &Tables, expected: &Tables) -> Vec<String> {
    let names = found.keys().chain(expected.keys().filter(|name| !found.contains_key(*name)));
    let rows = |tables: &Tables, name: &String| tables.get(name).map(|rows| rows.column(0).len());
    names
        .filter(|name| found.get(*name) != expected.get(*name))
        .map(|name| format!("{name}: {:?} rows, not {:?}", rows(found, name), rows(expected, name)))
        .collect()
}

/// Everything in the lake but reports and the lease, which stays when it was given back.
pub(super) async fn visible(lake: &Lake) -> Vec<String> {
    let all: Vec<_> = lake.store().list(None).map_ok(|object| object.location.to_string()).try_collect().await.unwrap();
    let stays = |path: &str| path.starts_with("_lake/runs/") || ["_lake/lease.json", "_lake/clock"].contains(&path);
    all.into_iter().filter(|path| !stays(path)).collect()
}
