//! One conformance suite, run on every kind of store: memory, a local disk, and a bucket over HTTP.

mod conformance;
mod crash;
mod crash_accept;
mod crash_gc;
mod days;
#[cfg(feature = "delta")]
mod delta;
mod digests;
mod durability;
mod faults;
mod full;
mod gc;
mod google;
mod integrity;
mod interleaving;
mod interrupted;
mod locations;
mod manifests;
mod modes;
mod outages;
mod roundtrip;
mod s3;
mod skipping;
mod steps;
mod store;
mod uploads;
mod vanished;
mod worlds;

use std::{collections::BTreeSet, sync::Arc};

use arrow::{
    array::{
        ArrayRef, BooleanArray, Date32Array, Float64Array, Int32Array, Int64Array, ListBuilder, StringArray,
        StringBuilder, TimestampMicrosecondArray,
    },
    compute::concat_batches,
    record_batch::RecordBatch,
};
use chrono::{DateTime, NaiveDate, Utc};
use futures::TryStreamExt;
use object_store::{ObjectStore, ObjectStoreExt, memory::InMemory, path::Path};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use tempfile::TempDir;
use url::Url;

use super::*;
use crate::catalog::{LakeType, Origin, Privacy, Quality, Table, TableColumn, Zone};

/// A lake of its own for one test, and the folder that goes with it.
struct TestLake {
    lake: Lake,
    raw: Arc<dyn ObjectStore>,
    _folder: Option<TempDir>,
}

impl std::ops::Deref for TestLake {
    type Target = Lake;

    fn deref(&self) -> &Lake {
        &self.lake
    }
}

impl TestLake {
    fn memory() -> Self {
        let raw: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
        let lake = Lake::with_store(Arc::clone(&raw), Url::parse("memory:///").unwrap());
        Self { lake, raw, _folder: None }
    }

    fn disk() -> Self {
        let folder = TempDir::new().unwrap();
        let root = folder.path().canonicalize().unwrap();
        let raw: Arc<dyn ObjectStore> = Arc::new(disk_store::DiskStore::new(&root).unwrap());
        let lake = Lake::with_store(Arc::clone(&raw), Url::from_directory_path(&root).unwrap());
        Self { lake, raw, _folder: Some(folder) }
    }

    /// In the bucket that the suite is run on.
    async fn bucket() -> Self {
        Self::in_bucket(s3::place().await)
    }

    /// In the bucket of a server that can be told to fail.
    fn on(server: &s3::Server) -> Self {
        Self::in_bucket(server.patient_client("test"))
    }

    fn in_bucket(raw: Arc<dyn ObjectStore>) -> Self {
        let lake = Lake::with_store(Arc::clone(&raw), Url::parse("s3://lake/test").unwrap());
        Self { lake, raw, _folder: None }
    }

    /// The same lake, seen through another store.
    fn through(&self, store: Arc<dyn ObjectStore>) -> Lake {
        Lake::with_store(store, self.lake.url().clone()).with_table_format(self.lake.format)
    }
}

/// Runs each case on each kind of store.
macro_rules! on_every_store {
    ($($case:ident)*) => {
        mod memory { $(#[tokio::test] async fn $case() { super::$case(&super::TestLake::memory()).await; })* }
        mod disk { $(#[tokio::test] async fn $case() { super::$case(&super::TestLake::disk()).await; })* }
        // On several threads, as the program is: on one, the library behind the Delta logs brings a runtime of its own, and
        // connections that it opened end with it.
        mod bucket { $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() { super::$case(&super::TestLake::bucket().await).await; }
        )* }
    };
}
use on_every_store;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn now() -> DateTime<Utc> {
    "2026-11-22T06:00:00Z".parse().unwrap()
}

fn column(name: &str, lake_type: LakeType, nullable: bool) -> TableColumn {
    TableColumn::new(name, lake_type, nullable, Privacy::None, "")
}

/// A table with a column of every type, two of them not null.
fn table(name: &str, zone: Zone) -> Table {
    let columns = vec![
        column("id", LakeType::String, false),
        column("number", LakeType::Int64, false),
        column("text", LakeType::String, true),
        column("flag", LakeType::Boolean, true),
        column("small", LakeType::Int32, true),
        column("real", LakeType::Double, true),
        column("birth", LakeType::Date, true),
        column("at", LakeType::Timestamp, true),
        column("ids", LakeType::StringList, true),
    ];
    Table {
        name: name.into(),
        zone,
        meaning: String::new(),
        columns,
        origin: Origin::Api,
        labels: None,
        quality: Quality::default(),
    }
}

/// Values of one row of [`table`].
#[derive(Debug, Clone, Default)]
struct Row {
    number: i64,
    text: Option<String>,
    flag: Option<bool>,
    small: Option<i32>,
    real: Option<f64>,
    birth: Option<i32>,
    at: Option<i64>,
    ids: Option<Vec<Option<String>>>,
}

fn batch(rows: &[Row]) -> RecordBatch {
    let mut ids = ListBuilder::new(StringBuilder::new());
    rows.iter().for_each(|r| ids.append_option(r.ids.clone()));
    let columns: Vec<ArrayRef> = vec![
        Arc::new(StringArray::from_iter_values(rows.iter().map(|r| format!("id-{}", r.number)))),
        Arc::new(Int64Array::from_iter_values(rows.iter().map(|r| r.number))),
        Arc::new(StringArray::from_iter(rows.iter().map(|r| r.text.clone()))),
        Arc::new(BooleanArray::from_iter(rows.iter().map(|r| r.flag))),
        Arc::new(Int32Array::from_iter(rows.iter().map(|r| r.small))),
        Arc::new(Float64Array::from_iter(rows.iter().map(|r| r.real))),
        Arc::new(Date32Array::from_iter(rows.iter().map(|r| r.birth))),
        Arc::new(TimestampMicrosecondArray::from_iter(rows.iter().map(|r| r.at)).with_timezone("UTC")),
        Arc::new(ids.finish()),
    ];
    RecordBatch::try_new(table("any", Zone::Core).arrow_schema(), columns).unwrap()
}

/// `count` rows with awkward values, numbered from `first`.
fn rows(first: i32, count: i32) -> Vec<Row> {
    let texts = ["", "null", "0012", "O'Brien \"\t\n", "\u{202e}\u{1F600}", "é"];
    let row = |number: i32| Row {
        number: number.into(),
        text: (number % 7 != 0).then(|| texts[(number % 6) as usize].repeat(1 + (number % 3) as usize)),
        flag: Some(number % 2 == 0),
        small: (number % 5 != 0).then_some(number),
        real: Some(f64::from(number) / 3.0),
        birth: Some(-25_567 + number),
        at: Some(1_700_000_000_000_001 + i64::from(number)),
        ids: (number % 4 != 0).then(|| vec![Some(format!("{number:04}")), None, Some(String::new())]),
    };
    (first..first + count).map(row).collect()
}

async fn stage_with(lake: &Lake, run: &str, table: &Table, batches: &[RecordBatch], o: WriterOptions) -> StagedTable {
    let mut writer = TableWriter::new(lake, &run.parse().unwrap(), table, o);
    for batch in batches {
        writer.write(batch).await.unwrap();
    }
    writer.close().await.unwrap()
}

/// Stages `count` rows numbered from `first`.
async fn stage(lake: &Lake, run: &str, table: &Table, first: i32, count: i32) -> StagedTable {
    stage_with(lake, run, table, &[batch(&rows(first, count))], WriterOptions::default()).await
}

fn publication(as_of: &str, run: &str, tables: Vec<StagedTable>) -> Publication {
    let state = serde_json::from_value(serde_json::json!({ "cursor": run })).unwrap();
    let (as_of, run_id) = (day(as_of), run.parse().unwrap());
    Publication {
        as_of,
        run_id,
        published_at: now(),
        tables,
        carried_over: Vec::new(),
        state,
        replaces: Replaces::Current,
        superseded_grace: chrono::TimeDelta::zero(),
    }
}

/// Publishes `employees` with `count` rows numbered from `first`.
async fn publish_employees(lake: &Lake, as_of: &str, run: &str, first: i32, count: i32) -> Result<Snapshot, LakeError> {
    let staged = stage(lake, run, &table("employees", Zone::Core), first, count).await;
    publish(lake, publication(as_of, run, vec![staged])).await
}

/// All rows of a table in file order, through Parquet's own reader.
async fn read_table(lake: &Lake, table: &SnapshotTable) -> RecordBatch {
    let mut batches = Vec::new();
    for file in &table.files {
        let content = lake.store.get(&Path::from(file.path.as_str())).await.unwrap().bytes().await.unwrap();
        let reader = ParquetRecordBatchReaderBuilder::try_new(content).unwrap();
        batches.extend(reader.build().unwrap().map(Result::unwrap));
    }
    concat_batches(&table.arrow_schema(), &batches).unwrap()
}

/// Every object of a lake, with its content.
async fn contents(lake: &TestLake) -> Vec<(Path, bytes::Bytes)> {
    let mut all = Vec::new();
    for path in objects(&lake.raw, "").await {
        let path = Path::from(path);
        all.push((path.clone(), lake.raw.get(&path).await.unwrap().bytes().await.unwrap()));
    }
    all
}

/// Every object below `folder`.
async fn objects(store: &Arc<dyn ObjectStore>, folder: &str) -> BTreeSet<String> {
    let folder = Path::from(folder);
    store.list(Some(&folder)).map_ok(|o| o.location.to_string()).try_collect().await.unwrap()
}

async fn text(lake: &Lake, path: &str) -> String {
    let content = lake.store.get(&Path::from(path)).await.unwrap().bytes().await.unwrap();
    String::from_utf8(content.to_vec()).unwrap()
}

fn paths(snapshot: &Snapshot) -> BTreeSet<String> {
    snapshot.files().map(|f| f.path.clone()).collect()
}
