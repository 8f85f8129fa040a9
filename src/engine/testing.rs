//! What the engine's tests share: small Parquet files in memory, and rows as text.

use std::{collections::BTreeMap, io::Read as _, sync::Arc};

use arrow::{
    array::{ArrayRef, Date32Array, Int64Array, RecordBatch, StringArray},
    datatypes::{DataType, Date32Type, Field, Schema, SchemaRef},
};
use chrono::NaiveDate;
use object_store::{ObjectStore, ObjectStoreExt, memory::InMemory, path::Path};
use parquet::arrow::ArrowWriter;

use super::{EngineError, FileRef, Rows, Session, SessionOptions, TableFiles, output, query, stack};

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(crate) fn date(day: Option<NaiveDate>) -> Option<i32> {
    day.map(Date32Type::from_naive_date)
}

/// A value of a test table.
pub(crate) fn strings<S: AsRef<str>>(values: impl IntoIterator<Item = Option<S>>) -> ArrayRef {
    Arc::new(values.into_iter().collect::<StringArray>())
}

pub(crate) fn dates(values: impl IntoIterator<Item = Option<NaiveDate>>) -> ArrayRef {
    Arc::new(values.into_iter().map(date).collect::<Date32Array>())
}

pub(crate) fn ints(values: impl IntoIterator<Item = Option<i64>>) -> ArrayRef {
    Arc::new(values.into_iter().collect::<Int64Array>())
}

/// A batch whose columns are all nullable.
pub(crate) fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    let fields: Vec<Field> = columns.iter().map(|(n, a)| Field::new(*n, a.data_type().clone(), true)).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns.into_iter().map(|(_, a)| a).collect()).unwrap()
}

/// A lake in memory.
#[derive(Debug, Default)]
pub(crate) struct TestLake {
    pub(crate) store: Arc<InMemory>,
    pub(crate) tables: Vec<TableFiles>,
}

impl TestLake {
    pub(crate) async fn put(&self, path: &str, bytes: Vec<u8>) -> FileRef {
        let size = bytes.len() as u64;
        self.store.put(&Path::from(path), bytes.into()).await.unwrap();
        FileRef { path: path.to_owned(), bytes: size }
    }

    /// Writes one file per batch; the table's schema is `schema`, which need not be that of the files.
    pub(crate) async fn add(&mut self, name: &str, as_of: &str, schema: SchemaRef, files: &[RecordBatch]) {
        let mut refs = Vec::new();
        for (index, batch) in files.iter().enumerate() {
            let path = format!("core/{name}/as_of={as_of}/{index}.parquet");
            refs.push(self.put(&path, parquet_bytes(batch)).await);
        }
        self.tables.push(TableFiles { table: name.to_owned(), as_of: day(as_of), schema, files: refs });
    }

    pub(crate) async fn add_batch(&mut self, name: &str, as_of: &str, rows: &RecordBatch) {
        self.add(name, as_of, rows.schema(), std::slice::from_ref(rows)).await;
    }

    pub(crate) fn session(&self) -> Session {
        let session = Session::new(Arc::clone(&self.store) as Arc<dyn ObjectStore>, &SessionOptions::default());
        let session = session.unwrap();
        session.register(&self.tables).unwrap();
        session
    }
}

pub(crate) fn parquet_bytes(batch: &RecordBatch) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
    bytes
}

/// A session without tables.
pub(crate) fn empty_session() -> Session {
    TestLake::default().session()
}

/// Rows as CSV.
pub(crate) async fn csv(rows: Rows) -> Result<String, EngineError> {
    let mut out = Vec::new();
    output::write(output::Format::Csv, rows, &mut out).await?;
    Ok(String::from_utf8(out).unwrap())
}

/// The answer to a query, as CSV.
pub(crate) async fn ask(session: &Session, sql: &str) -> Result<String, EngineError> {
    csv(query::run(session, sql, None).await?).await
}

/// Runs an async test on deep stacks, as the program does.
pub(crate) fn deep<F: Future<Output = ()>>(test: impl FnOnce() -> F + Send) {
    stack::run_with_deep_stack(test).unwrap();
}

pub(crate) fn string_fields(names: &[&str]) -> SchemaRef {
    Arc::new(Schema::new(names.iter().map(|n| Field::new(*n, DataType::Utf8, true)).collect::<Vec<_>>()))
}

/// The texts in a ZIP file, by their names: the parts of a workbook.
pub(crate) fn unzipped(bytes: &[u8]) -> BTreeMap<String, String> {
    let number = |at: usize, size: usize| bytes[at..at + size].iter().rev().fold(0, |n, b| n << 8 | usize::from(*b));
    let end = bytes.windows(4).rposition(|w| w == b"PK\x05\x06").unwrap();
    let mut at = number(end + 16, 4);
    let mut parts = BTreeMap::new();
    for _ in 0..number(end + 10, 2) {
        let (size, name, extra, comment) =
            (number(at + 20, 4), number(at + 28, 2), number(at + 30, 2), number(at + 32, 2));
        let local = number(at + 42, 4);
        let data = local + 30 + number(local + 26, 2) + number(local + 28, 2);
        let mut text = String::new();
        flate2::read::DeflateDecoder::new(&bytes[data..data + size]).read_to_string(&mut text).unwrap();
        parts.insert(String::from_utf8(bytes[at + 46..at + 46 + name].to_vec()).unwrap(), text);
        at += 46 + name + extra + comment;
    }
    parts
}
