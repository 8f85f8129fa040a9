//! What the increments before a reading in full had missed: records that are others than in the lake, although no increment
//! would have brought them.

use std::{
    collections::{HashMap, HashSet},
    hash::{BuildHasher as _, RandomState},
};

use arrow::{
    array::{Array as _, AsArray as _},
    record_batch::RecordBatch,
    row::{RowConverter, SortField},
};
use futures::TryStreamExt as _;
use tokio::sync::mpsc;

use super::{
    base::{Base, both},
    carried::Carried,
    fan_out::Lists,
    increment::not_heeded,
    reading::{BATCHES_IN_CHANNEL, Extracted, Extraction},
    since::Upon,
    stamps::{Stamps, within},
};
use crate::{
    catalog::{EXTRACTED_AT, RUN_ID},
    error::Error,
    run_report::MissedReport,
};

/// Rows of one batch.
const BATCH_ROWS: usize = 8192;

/// A hash of each row's values, the same for equal ones.
struct Hashes {
    converter: RowConverter,
    columns: Vec<String>,
    hasher: RandomState,
}

impl Hashes {
    fn of(batch: &RecordBatch, hasher: RandomState) -> Result<Self, Error> {
        let schema = batch.schema();
        let fields = schema.fields().iter().filter(|field| ![EXTRACTED_AT, RUN_ID].contains(&field.name().as_str()));
        let (columns, fields): (Vec<String>, Vec<SortField>) =
            fields.map(|field| (field.name().clone(), SortField::new(field.data_type().clone()))).unzip();
        let converter = RowConverter::new(fields).map_err(bug)?;
        Ok(Self { converter, columns, hasher })
    }

    /// Each row's id and hash.
    fn each<'b>(&mut self, batch: &'b RecordBatch) -> Result<Vec<(&'b str, u64)>, Error> {
        let columns = self.columns.iter().filter_map(|name| batch.column_by_name(name).cloned()).collect::<Vec<_>>();
        let rows = self.converter.convert_columns(&columns).map_err(bug)?;
        let ids = batch.column_by_name("id").and_then(|c| c.as_string_opt::<i32>());
        let ids = ids.ok_or_else(|| Error::Bug("rows without an id".to_owned()))?;
        Ok(ids.iter().zip(rows.iter()).map(|(id, row)| (id.unwrap_or_default(), self.hasher.hash_one(row))).collect())
    }
}

fn bug(error: arrow::error::ArrowError) -> Error {
    Error::Bug(format!("rows cannot be compared: {error}"))
}

impl Extraction {
    /// What an increment upon the lake's table would have missed of what was read; `None` where there is none to compare.
    ///
    /// # Errors
    /// When the lake cannot be read.
    pub(super) async fn missed(
        &self,
        upon: &Upon,
        lists: &Lists,
        read: &Extracted,
    ) -> Result<Option<MissedReport>, Error> {
        let Some(base) = upon.base.as_deref().filter(|base| base.reading.since.is_some() || upon.stamps.is_some())
        else {
            return Ok(None);
        };
        let (Some(declared), Some(now)) = (self.tables.first(), read.tables.first()) else { return Ok(None) };
        let days = upon.reading.days.zip(base.reading.days).and_then(|(now, before)| both(now, before));
        let day = self.resource.day_column();
        let stamps = self.stamps_of(upon, base).await?;
        let lake = &self.job.lake;
        let ended = self.resource.route.as_ref().and_then(|route| route.ended.as_deref());
        let mut has_ended = false;
        let mut missed = MissedReport::default();
        let hasher = RandomState::new();
        let mut before: HashMap<String, u64> = HashMap::new();
        let mut rows = Carried { lake, table: &base.table }.rows(declared, BATCH_ROWS);
        while let Some(batch) = self.job.stop.unless_stopped(rows.try_next()).await? {
            let batch = within(batch, day, days)?;
            let hashes = Hashes::of(&batch, hasher.clone())?.each(&batch)?;
            before.extend(hashes.into_iter().map(|(id, hash)| (id.to_owned(), hash)));
        }
        let mut rows = Carried { lake, table: now.table() }.rows(declared, BATCH_ROWS);
        while let Some(batch) = self.job.stop.unless_stopped(rows.try_next()).await? {
            let batch = within(batch, day, days)?;
            has_ended |= ended.and_then(|ended| batch.column_by_name(ended)).is_some_and(|c| c.null_count() < c.len());
            let changed = stamps.as_ref().map(|stamps| stamps.changed(&batch)).unwrap_or_default();
            for (nth, (id, hash)) in Hashes::of(&batch, hasher.clone())?.each(&batch)?.into_iter().enumerate() {
                let was = before.remove(id);
                if changed.get(nth).copied().unwrap_or_default() || was == Some(hash) {
                    continue;
                }
                match was {
                    None => missed.added.add(id),
                    Some(_) => missed.changed.add(id),
                }
            }
        }
        if !before.is_empty() && !has_ended {
            for id in self.ended_since(stamps.as_ref(), lists).await? {
                before.remove(&id);
            }
        }
        let mut removed: Vec<&str> = before.keys().map(String::as_str).collect();
        removed.sort_unstable();
        removed.into_iter().for_each(|id| missed.removed.add(id));
        if missed.is_some() {
            tracing::warn!(
                resource = self.resource.name,
                added = missed.added.records,
                removed = missed.removed.records,
                changed = missed.changed.records,
                "reading only what changed had missed records, which the report names: they are right from now on"
            );
        }
        Ok(Some(missed))
    }

    /// The ids of what has ended since then, of a list that does not have such records: an increment would have told of them.
    async fn ended_since(&self, stamps: Option<&Stamps>, lists: &Lists) -> Result<HashSet<String>, Error> {
        let ended = self.resource.route.as_ref().and_then(|route| route.ended.as_deref());
        let Some(stamp) = stamps.and_then(|stamps| stamps.each().find(|stamp| Some(stamp.column.as_str()) == ended))
        else {
            return Ok(HashSet::new());
        };
        let mut asked = self.parameters();
        asked.push((stamp.parameter.clone(), stamp.value()));
        let (sender, mut batches) = mpsc::channel::<RecordBatch>(BATCHES_IN_CHANNEL);
        let reading = async {
            let mut ids = HashSet::new();
            while let Some(batch) = batches.recv().await {
                let column = batch.column_by_name("id").and_then(|c| c.as_string_opt::<i32>());
                ids.extend(column.into_iter().flatten().flatten().map(str::to_owned));
            }
            ids
        };
        let (chains, ids) = tokio::join!(self.chains(lists.clone(), vec![asked], sender), reading);
        match chains {
            Ok(_) => Ok(ids),
            Err(error) if not_heeded(&error).is_some() => Ok(HashSet::new()),
            Err(error) => Err(error),
        }
    }

    /// When the lake's rows changed; `None` where none of them says so.
    async fn stamps_of(&self, upon: &Upon, base: &Base) -> Result<Option<Stamps>, Error> {
        if let Some(stamps) = &upon.stamps {
            return Ok(Some(stamps.as_ref().clone()));
        }
        let stamps = Stamps::of(&self.job.lake, &self.resource, base, upon.reading.days);
        self.job.stop.unless_stopped(stamps).await
    }
}
