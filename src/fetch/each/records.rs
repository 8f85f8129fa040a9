//! The records, one request each, but for those that the lake has.

use std::collections::{HashMap, HashSet};

use arrow::{
    array::{Array as _, AsArray as _, BooleanArray, StringArray},
    compute::{concat_batches, filter_record_batch},
    datatypes::TimestampMicrosecondType,
    record_batch::RecordBatch,
};
use futures::{StreamExt as _, TryStreamExt as _, stream};

use super::{
    close,
    lists::{Length, lists},
};
use crate::{
    api::{ApiError, Single},
    catalog::{Content, EXTRACTED_AT, Table},
    decode::{Decoded, Drift, Labels},
    error::Error,
    fetch::{carried::Carried, kept::Kept, reading::Extraction, record::RecordReader},
    lake::{StagedTable, TableWriter, WriterOptions},
    page::{KeptPages as _, Next, Page, PageEnd, ReadPage as _, Unreadable},
};

/// Records that are kept as one page for a run that goes on: half a minute's requests.
const LIST: Length = Length(25);
/// Requests at once.
const AT_ONCE: usize = 8;
const CARRIED_ROWS: usize = 4096;

/// What records say of what they describe, by id.
pub(super) type Described = HashMap<String, Description>;

/// What a record says of what it describes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Description {
    pub(super) owner: Option<String>,
    /// In microseconds.
    pub(super) created: Option<i64>,
    pub(super) content_type: Option<String>,
}

/// What was read.
pub(super) struct Records {
    pub(super) table: StagedTable,
    pub(super) records: u64,
    pub(super) carried_over: u64,
    pub(super) asked: u64,
    /// Records among those asked for that a run before had read.
    pub(super) kept: u64,
    pub(super) gone: u64,
    pub(super) drift: Drift,
    pub(super) described: Described,
}

/// What is counted while records are written.
#[derive(Default)]
struct Counted {
    records: u64,
    asked: u64,
    kept: u64,
    drift: Drift,
    described: Described,
}

impl Extraction {
    /// Writes the records with these ids, in the order of those that the lake has and those that it has not.
    pub(super) async fn records(&self, ids: &[&str]) -> Result<Records, Error> {
        let declared = self.tables.first().ok_or_else(|| Error::Bug("a resource without a table".into()))?;
        let carried = self.in_the_lake(declared, ids).await?;
        let asked: Vec<&str> = ids.iter().copied().filter(|id| !carried.contains(*id)).collect();
        let mut writer = TableWriter::new(&self.job.lake, &self.job.run_id, declared, WriterOptions::default())
            .with_provenance(self.job.provenance.clone());
        let mut counted = Counted::default();
        let written = async {
            self.carry_over(declared, &carried, &mut writer, &mut counted).await?;
            self.ask(&asked, &mut writer, &mut counted).await
        };
        let written = written.await;
        let table = close(writer, written).await?;
        let carried_over = carried.len() as u64;
        let Counted { records, asked, kept, drift, described } = counted;
        let gone = asked.saturating_sub(records - carried_over.min(records));
        Ok(Records { table, records, carried_over, asked, kept, gone, drift, described })
    }

    /// Which of the records the lake has, and need not be asked for again.
    async fn in_the_lake(&self, declared: &Table, ids: &[&str]) -> Result<HashSet<String>, Error> {
        let Some(table) = self.job.last_tables.get(&declared.name) else { return Ok(HashSet::new()) };
        let wanted: HashSet<&str> = ids.iter().copied().collect();
        let mut there = HashSet::new();
        let mut rows = Carried { lake: &self.job.lake, table }.columns(&["id", EXTRACTED_AT]);
        while let Some(batch) = self.job.stop.unless_stopped(rows.try_next()).await? {
            let read =
                batch.column_by_name(EXTRACTED_AT).and_then(|c| c.as_primitive_opt::<TimestampMicrosecondType>());
            let (Some(ids), Some(read)) = (texts(&batch, "id"), read) else { continue };
            for (id, read) in ids.iter().zip(read.iter()) {
                let (Some(id), Some(read)) = (id, read) else { continue };
                if wanted.contains(id) && !self.is_due(id, read) {
                    there.insert(id.to_owned());
                }
            }
        }
        Ok(there)
    }

    async fn carry_over(
        &self,
        declared: &Table,
        carried: &HashSet<String>,
        writer: &mut TableWriter,
        counted: &mut Counted,
    ) -> Result<(), Error> {
        let Some(table) = self.job.last_tables.get(&declared.name).filter(|_| !carried.is_empty()) else {
            return Ok(());
        };
        let mut rows = Carried { lake: &self.job.lake, table }.rows(declared, CARRIED_ROWS);
        while let Some(batch) = self.job.stop.unless_stopped(rows.try_next()).await? {
            let ids = texts(&batch, "id");
            let keep: BooleanArray =
                ids.into_iter().flatten().map(|id| Some(id.is_some_and(|id| carried.contains(id)))).collect();
            let batch = filter_record_batch(&batch, &keep).map_err(|e| Error::Bug(e.to_string()))?;
            self.write(&batch, writer, counted).await?;
        }
        Ok(())
    }

    /// Asks for the records, list after list.
    async fn ask(&self, ids: &[&str], writer: &mut TableWriter, counted: &mut Counted) -> Result<(), Error> {
        let kept = Kept::new(&self.job.checkpoint, &self.decoder, &self.job.limits);
        for list in lists(ids, LIST) {
            let key = self.job.client.tenant().collection(&self.resource.name, &[("id", &list.join(","))]);
            let decoded = match kept.find(key.as_str()).await {
                Some((decoded, _)) => {
                    counted.kept += list.len() as u64;
                    decoded
                }
                None => {
                    let decoded = self.asked(&list).await?;
                    let records = decoded.batch.num_rows() as u64;
                    kept.keep(key.as_str(), &decoded, &PageEnd { records, next: Next::End, total_count: None }).await;
                    decoded
                }
            };
            counted.asked += list.len() as u64;
            counted.drift.merge(decoded.drift);
            self.write(&decoded.batch, writer, counted).await?;
        }
        Ok(())
    }

    /// One list of records; those that are gone are left out.
    async fn asked(&self, list: &[&str]) -> Result<Decoded, Error> {
        let one = |id: String| async move {
            let Some(url) = self.job.client.tenant().record(&self.resource.name, &id, &[]) else { return Ok(None) };
            let single = Single::get(&self.resource.name, &self.resource.scope, &url);
            let answer = match self.job.stop.unless_stopped(self.job.client.single(single)).await {
                Ok(answer) => answer,
                Err(Error::Api(error)) if error.is_unknown_record() => return Ok(None),
                Err(error) => return Err(error),
            };
            let page = Page { number: 1, body: answer.body, received_at: answer.received_at };
            let reader = RecordReader { decoder: &self.decoder, id: Some(&id) };
            match reader.read(&page) {
                Ok((decoded, _)) => Ok(Some(decoded)),
                Err(Unreadable::Breach(source) | Unreadable::NotAPage(source)) => Err(ApiError::Breach(source).into()),
            }
        };
        let ids: Vec<String> = list.iter().map(|id| (*id).to_owned()).collect();
        let records: Vec<Option<Decoded>> = stream::iter(ids).map(one).buffered(AT_ONCE).try_collect().await?;
        let mut drift = Drift::default();
        let mut batches = Vec::new();
        for decoded in records.into_iter().flatten() {
            drift.merge(decoded.drift);
            batches.push(decoded.batch);
        }
        let batch = concat_batches(&self.decoder.schema(), &batches).map_err(|e| Error::Bug(e.to_string()))?;
        Ok(Decoded { batch, drift, labels: Labels::default() })
    }

    async fn write(&self, batch: &RecordBatch, writer: &mut TableWriter, counted: &mut Counted) -> Result<(), Error> {
        counted.records += batch.num_rows() as u64;
        self.progress.page(batch.num_rows() as u64);
        if let Some(content) = self.resource.content.as_ref().filter(|_| self.contents) {
            describe(batch, content, &mut counted.described);
        }
        if batch.num_rows() > 0 {
            writer.write(batch).await?;
        }
        Ok(())
    }
}

/// Remembers what records say of what they describe.
fn describe(batch: &RecordBatch, content: &Content, described: &mut Described) {
    let Some(ids) = texts(batch, "id") else { return };
    let (owners, types) = (texts(batch, &content.owner), texts(batch, &content.content_type));
    let created = batch.column_by_name(&content.created).and_then(|c| c.as_primitive_opt::<TimestampMicrosecondType>());
    let text = |column: Option<&StringArray>, row: usize| {
        column.filter(|c| c.is_valid(row)).map(|column| column.value(row).to_owned())
    };
    for (row, id) in ids.iter().enumerate() {
        let created = created.filter(|c| c.is_valid(row)).map(|column| column.value(row));
        let description = Description { owner: text(owners, row), created, content_type: text(types, row) };
        described.extend(id.map(|id| (id.to_owned(), description)));
    }
}

pub(super) fn texts<'b>(batch: &'b RecordBatch, column: &str) -> Option<&'b StringArray> {
    batch.column_by_name(column).and_then(|c| c.as_string_opt::<i32>())
}
