//! One resource: from its pages to the staged files of its tables. Pages are fetched and decoded by chains, rows are
//! written by one loop, and a bounded channel between them keeps memory flat.

use std::{collections::HashSet, sync::Arc};

use arrow::{array::StringArray, record_batch::RecordBatch};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use tokio::sync::mpsc;

use super::{
    fan_out,
    kept::{Kept, RunCheckpoint},
    stop::Stop,
};
use crate::{
    api::{Client, PageLimits, PagesRead, Ways},
    catalog::{FanOut, Resource, Table},
    decode::{Decoded, Decoder, Drift, SeenIds, split},
    error::Error,
    lake::{Lake, StagedTable, TableWriter, WriterOptions},
    page::{KeptPages, NothingKept},
    progress::ResourceProgress,
    report::ResourceReport,
};

/// Batches between the chains and the writer of one resource.
const BATCHES_IN_CHANNEL: usize = 4;

/// Pages in a row that hold nothing new: overlaps are borne, a server that serves the same records for ever is not.
const MAX_STALE_PAGES: u64 = 20;

/// What every part of a run needs.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) client: Client,
    pub(super) lake: Lake,
    pub(super) run_id: String,
    pub(super) as_of: String,
    pub(super) stop: Stop,
    pub(super) limits: Arc<PageLimits>,
    pub(super) checkpoint: Arc<RunCheckpoint>,
}

/// The ids of the resource that another is read by, where they are known.
pub(super) type Ids = Option<Arc<Vec<String>>>;

/// One resource of a run.
#[derive(Debug)]
pub(super) struct Extraction {
    pub(super) job: Arc<Job>,
    pub(super) resource: Arc<Resource>,
    pub(super) tables: Vec<Table>,
    pub(super) decoder: Arc<Decoder>,
    pub(super) progress: Arc<ResourceProgress>,
    /// Whether another resource is read by the ids of this one.
    pub(super) collect_ids: bool,
}

/// What one resource became.
#[derive(Debug)]
pub(super) struct Extracted {
    pub(super) tables: Vec<StagedTable>,
    pub(super) report: ResourceReport,
    pub(super) ids: Vec<String>,
}

/// What one or more chains read.
#[derive(Debug, Default)]
struct ChainFacts {
    read: PagesRead,
    repeated: u64,
    total_count: Option<u64>,
    drift: Drift,
}

impl ChainFacts {
    fn add(&mut self, other: Self) {
        self.read.pages += other.read.pages;
        self.read.kept_pages += other.read.kept_pages;
        self.read.records += other.read.records;
        self.read.restarts += other.read.restarts;
        self.repeated += other.repeated;
        self.drift.merge(other.drift);
    }

    /// Different records.
    fn records(&self) -> u64 {
        self.read.records - self.repeated
    }
}

impl Extraction {
    /// Reads the whole resource, by the ids of another where that is worth it. The records are counted while those ids
    /// are still being read.
    pub(super) async fn run(self, ids: impl Future<Output = Result<Ids, Error>>) -> Result<Extracted, Error> {
        let (lists, expected) = match &self.resource.fan_out {
            // Without a count nobody could tell that owners are missing from the ids: one chain without a filter misses none.
            Some(fan_out) => match tokio::try_join!(self.first_count(), ids)? {
                (Some(expected), Some(ids)) => {
                    let limit = self.job.limits.current(&self.resource);
                    let lists = fan_out::chunks(&ids, expected, limit, fan_out.max_values);
                    (lists, Some(expected))
                }
                _ => (Vec::new(), None),
            },
            None => (Vec::new(), None),
        };
        self.progress.expect(expected.unwrap_or_default());
        let by_ids = !lists.is_empty();
        let mut extracted = self.read(lists, expected).await?;
        if let Some(missing) = self.missing(&extracted.report).await? {
            if !by_ids {
                return Err(missing);
            }
            // Records of owners that the other resource does not list: only a chain without the filter sees them.
            tracing::warn!(resource = self.resource.name, cause = %missing, "reading again without the filter");
            drop(extracted);
            self.progress.restart();
            extracted = self.read(Vec::new(), None).await?;
            if let Some(missing) = self.missing(&extracted.report).await? {
                return Err(missing);
            }
        }
        self.progress.finish();
        Ok(extracted)
    }

    fn as_of_parameter(&self) -> Option<(&str, &str)> {
        self.resource.as_of_parameter.as_deref().map(|name| (name, self.job.as_of.as_str()))
    }

    /// The count that the chains are made by: a run that goes on must make the same ones.
    async fn first_count(&self) -> Result<Option<u64>, Error> {
        let kept = Kept::new(&self.job.checkpoint, &self.decoder, &self.job.limits);
        self.count(&kept).await
    }

    async fn count(&self, kept: &dyn KeptPages<Decoded>) -> Result<Option<u64>, Error> {
        let parameters: Vec<(&str, &str)> = self.as_of_parameter().into_iter().collect();
        tokio::select! {
            biased;
            () = self.job.stop.stopped() => Err(Error::Interrupted),
            count = self.job.client.count(&self.resource, &parameters, &*self.decoder, kept) => Ok(count?),
        }
    }

    /// What is wrong when fewer records came than the API says there are. It is asked a second time, as records may have
    /// gone while the others were read.
    async fn missing(&self, report: &ResourceReport) -> Result<Option<Error>, Error> {
        let served = report.records;
        let Some(first) = report.total_count else {
            tracing::warn!(
                resource = self.resource.name,
                "the API gives no totalCount: completeness rests on links alone"
            );
            return Ok(None);
        };
        if served >= first {
            return Ok(None);
        }
        let expected = self.count(&NothingKept).await?.unwrap_or(first);
        let resource = self.resource.name.clone();
        Ok((served < expected).then_some(Error::Incomplete { resource, expected, served }))
    }

    /// Reads one chain per list of ids, or a single one without a filter, and writes what they give.
    async fn read(&self, lists: Vec<Vec<String>>, expected: Option<u64>) -> Result<Extracted, Error> {
        let (sender, receiver) = mpsc::channel(BATCHES_IN_CHANNEL);
        let mut writers = Writers::new(self);
        let (chains, written) = tokio::join!(self.chains(lists, sender), writers.write_all(receiver));
        // A chain that finds the channel closed only echoes the writer's failure.
        let facts = match (chains, written) {
            (Ok(facts), Ok(())) => facts,
            (Err(Error::Interrupted), Err(error)) | (Err(error), _) | (Ok(_), Err(error)) => {
                writers.abort().await;
                return Err(error);
            }
        };
        let total_count = expected.or(facts.total_count);
        let report = ResourceReport {
            resource: self.resource.name.clone(),
            pages: facts.read.pages,
            kept_pages: facts.read.kept_pages,
            records: facts.records(),
            repeated: facts.repeated,
            restarts: facts.read.restarts,
            page_limit: self.job.limits.current(&self.resource),
            total_count,
            drift: facts.drift.findings(),
        };
        let (tables, ids) = writers.close().await?;
        Ok(Extracted { tables, report, ids })
    }

    async fn chains(&self, lists: Vec<Vec<String>>, sender: mpsc::Sender<RecordBatch>) -> Result<ChainFacts, Error> {
        let Some(fan_out) = self.resource.fan_out.clone().filter(|_| !lists.is_empty()) else {
            return self.chain(None).run(sender).await;
        };
        let chains = stream::iter(lists).map(|list| {
            let owners = Owners { fan_out: fan_out.clone(), ids: list };
            let task = tokio::spawn(self.chain(Some(owners)).run(sender.clone()));
            async move { task.await.map_err(|e| Error::task_lost("a chain of pages", &e))? }
        });
        let facts = chains
            .buffer_unordered(fan_out::CHAINS)
            .try_fold(ChainFacts::default(), |mut all, facts| async move {
                all.add(facts);
                Ok(all)
            })
            .await;
        if facts.is_err() {
            // The other chains are tasks of their own: without this they would read on to their ends.
            self.job.stop.now();
        }
        facts
    }

    fn chain(&self, owners: Option<Owners>) -> Chain {
        Chain {
            job: Arc::clone(&self.job),
            resource: Arc::clone(&self.resource),
            decoder: Arc::clone(&self.decoder),
            progress: Arc::clone(&self.progress),
            as_of: self.as_of_parameter().map(|(name, date)| (name.to_owned(), date.to_owned())),
            owners,
        }
    }
}

/// Whose records a chain asks for.
#[derive(Debug)]
struct Owners {
    fan_out: FanOut,
    ids: Vec<String>,
}

/// One chain of cursors, read to its end.
#[derive(Debug)]
struct Chain {
    job: Arc<Job>,
    resource: Arc<Resource>,
    decoder: Arc<Decoder>,
    progress: Arc<ResourceProgress>,
    as_of: Option<(String, String)>,
    owners: Option<Owners>,
}

impl Chain {
    async fn run(self, sender: mpsc::Sender<RecordBatch>) -> Result<ChainFacts, Error> {
        let ids = self.owners.as_ref().map(|o| o.ids.join(",")).unwrap_or_default();
        let mut parameters: Vec<(&str, &str)> = Vec::new();
        parameters.extend(self.as_of.as_ref().map(|(name, date)| (name.as_str(), date.as_str())));
        parameters.extend(self.owners.as_ref().map(|o| (o.fan_out.parameter.as_str(), ids.as_str())));
        let owners: HashSet<&str> = self.owners.iter().flat_map(|o| &o.ids).map(String::as_str).collect();

        let kept = Kept::new(&self.job.checkpoint, &self.decoder, &self.job.limits);
        let ways = Ways { reader: &*self.decoder, kept: &kept, limits: &self.job.limits };
        let mut facts = ChainFacts::default();
        let mut seen = SeenIds::new(&self.resource);
        let mut stale_pages = 0;
        let mut pages = self.job.client.pages(&self.resource, &parameters, ways);
        loop {
            let page = tokio::select! {
                biased;
                () = self.job.stop.stopped() => return Err(Error::Interrupted),
                page = pages.next() => page?,
            };
            if pages.facts().restarts > facts.read.restarts {
                stale_pages = 0;
            }
            facts.read = pages.facts();
            facts.total_count = pages.total_count();
            let Some(decoded) = page else {
                let Some(expected) = facts.total_count.filter(|total| facts.records() < *total) else { break };
                let (resource, served) = (self.resource.name.clone(), facts.records());
                if !pages.restart() {
                    return Err(Error::Incomplete { resource, expected, served });
                }
                tracing::warn!(
                    resource,
                    served,
                    expected,
                    "records are missing, as when some are removed while others are read: reading again"
                );
                continue;
            };
            self.check_owners(&decoded.batch, &owners)?;
            let again = facts.read.restarts > 0;
            let (batch, repeated) = seen.keep_new(decoded.batch, again)?;
            facts.repeated += repeated;
            stale_pages = if repeated > 0 && batch.num_rows() == 0 { stale_pages + 1 } else { 0 };
            // Reading again is about few records among many that are known.
            if stale_pages > MAX_STALE_PAGES && (!again || stale_pages > facts.read.pages / 2 + MAX_STALE_PAGES) {
                return Err(Error::Endless { resource: self.resource.name.clone() });
            }
            facts.drift.merge(decoded.drift);
            if self.owners.is_none() {
                self.progress.expect(facts.total_count.unwrap_or_default());
            }
            self.progress.page(batch.num_rows() as u64);
            if batch.num_rows() > 0 && sender.send(batch).await.is_err() {
                return Err(Error::Interrupted);
            }
        }
        Ok(facts)
    }

    /// A server that ignored the filter would serve every record once per chain.
    fn check_owners(&self, batch: &RecordBatch, owners: &HashSet<&str>) -> Result<(), Error> {
        let Some(Owners { fan_out, .. }) = &self.owners else { return Ok(()) };
        let column = batch.column_by_name(&fan_out.column).and_then(|c| c.as_any().downcast_ref::<StringArray>());
        if column.is_some_and(|column| column.iter().all(|id| id.is_some_and(|id| owners.contains(id)))) {
            return Ok(());
        }
        Err(Error::FilterIgnored { resource: self.resource.name.clone(), parameter: fan_out.parameter.clone() })
    }
}

/// The writers of one resource's tables.
struct Writers<'e> {
    extraction: &'e Extraction,
    writers: Vec<(String, TableWriter)>,
    ids: Vec<String>,
}

impl<'e> Writers<'e> {
    fn new(extraction: &'e Extraction) -> Self {
        let Job { lake, run_id, .. } = &*extraction.job;
        let writer = |table: &Table| TableWriter::new(lake, run_id, table, WriterOptions::default());
        let writers = extraction.tables.iter().map(|t| (t.name.clone(), writer(t))).collect();
        Self { extraction, writers, ids: Vec::new() }
    }

    async fn write_all(&mut self, mut batches: mpsc::Receiver<RecordBatch>) -> Result<(), Error> {
        while let Some(batch) = batches.recv().await {
            if self.extraction.collect_ids {
                let ids = batch.columns().first().and_then(|c| c.as_any().downcast_ref::<StringArray>());
                self.ids.extend(ids.into_iter().flatten().flatten().map(str::to_owned));
            }
            let resource = &self.extraction.resource;
            let Some(second) = &resource.split else {
                self.write(&resource.table_name(), &batch).await?;
                continue;
            };
            let (first_rows, second_rows) = split(&batch, second)?;
            self.write(&resource.table_name(), &first_rows).await?;
            self.write(&second.table, &second_rows).await?;
        }
        Ok(())
    }

    async fn write(&mut self, table: &str, batch: &RecordBatch) -> Result<(), Error> {
        let writer = self.writers.iter_mut().find(|(name, _)| name == table);
        if let (Some((_, writer)), true) = (writer, batch.num_rows() > 0) {
            writer.write(batch).await?;
        }
        Ok(())
    }

    async fn close(self) -> Result<(Vec<StagedTable>, Vec<String>), Error> {
        let mut staged = Vec::new();
        for (_, writer) in self.writers {
            staged.push(writer.close().await?);
        }
        Ok((staged, self.ids))
    }

    async fn abort(self) {
        for (_, writer) in self.writers {
            writer.abort().await;
        }
    }
}
