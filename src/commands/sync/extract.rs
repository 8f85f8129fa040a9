//! One resource: from its pages to the staged files of its tables. Pages are fetched and decoded by chains, rows are
//! written by one loop, and a bounded channel between them keeps memory flat.

use std::sync::Arc;

use arrow::record_batch::RecordBatch;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use tokio::sync::mpsc;

use super::{
    chain::{Chain, ChainFacts, Owners},
    complete::Lists,
    fan_out,
    kept::{Kept, RunCheckpoint},
    stop::Stop,
    writers::{Collected, Writers},
};
use crate::{
    api::{Client, PageLimits},
    catalog::{Resource, Table, matches_any},
    decode::{Decoder, Labels},
    error::Error,
    lake::{Lake, StagedTable},
    progress::ResourceProgress,
    report::ResourceReport,
    settings::{HistorySettings, did_you_mean},
};

/// Batches between the chains and the writer of one resource.
const BATCHES_IN_CHANNEL: usize = 4;

/// Records of one owner, roughly: only to choose how many chains read those of some owners.
const RECORDS_OF_AN_OWNER: u64 = 60;

/// What every part of a run needs.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) client: Client,
    pub(super) lake: Lake,
    pub(super) run_id: String,
    /// The day that historised collections are asked for.
    pub(super) as_of: Option<String>,
    pub(super) stop: Stop,
    pub(super) limits: Arc<PageLimits>,
    pub(super) checkpoint: Arc<RunCheckpoint>,
    pub(super) history: HistorySettings,
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
    /// Which ids of this resource others are read by.
    pub(super) collected: Collected,
    /// Whether only some owners are wanted.
    pub(super) restricted: bool,
    /// Query parameter and list of ids that restrict the records.
    pub(super) filter: Option<(String, String)>,
    /// Records that may be missing: the API counts them and does not serve them.
    pub(super) accepted_missing: u64,
    /// Whether pages of an earlier run are left aside.
    pub(super) anew: bool,
}

/// What one resource became.
#[derive(Debug)]
pub(super) struct Extracted {
    pub(super) tables: Vec<StagedTable>,
    pub(super) report: ResourceReport,
    pub(super) ids: Vec<String>,
    /// Names that came with the pages.
    pub(super) labels: Labels,
}

/// A chain that ends with whoever waits for it: one failure ends the others of its resource.
struct AbortOnDrop(tokio::task::JoinHandle<Result<ChainFacts, Error>>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Extraction {
    /// Reads the whole resource, by the ids of another where that is worth it, or where only some owners are wanted. The
    /// records are counted while those ids are still being read.
    pub(super) async fn run(
        mut self,
        owners: impl Future<Output = Result<Ids, Error>>,
        filtered_by: impl Future<Output = Result<Ids, Error>>,
    ) -> Result<Extracted, Error> {
        if !self.wants_all() {
            let ids = filtered_by.await?;
            self.narrow(ids.as_deref().map(Vec::as_slice))?;
        }
        let limit = self.job.limits.current(&self.resource);
        let other_bytes = self.filter.as_ref().map_or(0, |(_, list)| list.len());
        let (lists, expected) = match (&self.resource.fan_out, self.restricted) {
            (Some(fan_out), true) => {
                let ids = owners.await?.unwrap_or_default();
                let guess = ids.len() as u64 * RECORDS_OF_AN_OWNER;
                (Some(fan_out::lists(&ids, guess, limit, fan_out.max_values, other_bytes)), None)
            }
            // Without a count nobody could tell that owners are missing from the ids: one chain without a filter misses none.
            (Some(fan_out), false) => match tokio::try_join!(self.first_count(), owners)? {
                (Some(expected), Some(ids)) => {
                    let limit = self.job.limits.current(&self.resource);
                    (fan_out::chunks(&ids, expected, limit, fan_out.max_values, other_bytes), Some(expected))
                }
                _ => (None, None),
            },
            (None, _) => (None, None),
        };
        self.progress.expect(expected.unwrap_or_default());
        let by_ids = lists.is_some();
        let again = lists.clone().filter(|_| self.restricted);
        let first = self.read(lists, expected).await;
        let extracted = self.completed(first, &again, by_ids).await?;
        self.progress.finish();
        Ok(extracted)
    }

    /// Asks the API for the wanted records alone, where they can be listed; `ids` are those that may be listed.
    fn narrow(&mut self, ids: Option<&[String]>) -> Result<(), Error> {
        let Some(filter) = self.resource.filter.as_ref() else { return Ok(()) };
        let patterns = &self.job.history.patterns;
        // A misspelt one would give an empty table.
        let ids = ids.filter(|ids| !ids.is_empty());
        let unknown = |ids: &[String]| {
            patterns.iter().find(|p| !ids.iter().any(|id| matches_any(std::slice::from_ref(p), id))).cloned()
        };
        if let Some(pattern) = ids.and_then(unknown) {
            let hint = did_you_mean(&pattern, ids.into_iter().flatten().map(String::as_str));
            return Err(Error::Usage(format!("--attribute-definitions: no definition is {pattern:?}{hint}")));
        }
        let exact = patterns.iter().all(|pattern| !pattern.ends_with('*'));
        let listed: Option<Vec<&str>> = match ids {
            _ if exact => Some(patterns.iter().map(String::as_str).collect()),
            Some(ids) => Some(ids.iter().map(String::as_str).filter(|id| matches_any(patterns, id)).collect()),
            None => None,
        };
        let list = listed.map(|ids| ids.join(",")).filter(|list| !list.is_empty() && list.len() <= filter.max_bytes);
        self.filter = list.map(|list| (filter.parameter.clone(), list));
        Ok(())
    }

    /// Whether every record is wanted.
    pub(super) fn wants_all(&self) -> bool {
        self.job.history.patterns.iter().any(|pattern| pattern == "*")
    }

    /// What restricts the records to a day and to some definitions.
    pub(super) fn parameters(&self) -> Vec<(String, String)> {
        let as_of = self.resource.as_of_parameter.clone().zip(self.job.as_of.clone());
        as_of.into_iter().chain(self.filter.clone()).collect()
    }

    /// The count that the chains are made by: a run that goes on must make the same ones.
    async fn first_count(&self) -> Result<Option<u64>, Error> {
        let kept = Kept::new(&self.job.checkpoint, &self.decoder, &self.job.limits);
        self.count(&kept, None).await
    }

    /// Reads one chain per list of ids, or a single one of all owners, and writes what they give.
    pub(super) async fn read(&self, lists: Lists, expected: Option<u64>) -> Result<Extracted, Error> {
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
            recounted: None,
            missing: 0,
            drift: facts.drift.findings(),
        };
        let (tables, ids) = writers.close().await?;
        Ok(Extracted { tables, report, ids, labels: facts.labels })
    }

    async fn chains(&self, lists: Lists, sender: mpsc::Sender<RecordBatch>) -> Result<ChainFacts, Error> {
        let (Some(fan_out), Some(lists)) = (self.resource.fan_out.clone(), lists) else {
            return self.chain(None).run(sender).await;
        };
        let chains = stream::iter(lists).map(|list| {
            let owners = Owners { fan_out: fan_out.clone(), ids: list };
            let mut task = AbortOnDrop(tokio::spawn(self.chain(Some(owners)).run(sender.clone())));
            async move { (&mut task.0).await.map_err(|e| Error::task_lost("a chain of pages", &e))? }
        });
        chains
            .buffer_unordered(fan_out::CHAINS)
            .try_fold(ChainFacts { total_count: Some(0), ..ChainFacts::default() }, |mut all, facts| async move {
                all.add(facts);
                Ok(all)
            })
            .await
    }

    fn chain(&self, owners: Option<Owners>) -> Chain {
        Chain {
            job: Arc::clone(&self.job),
            resource: Arc::clone(&self.resource),
            decoder: Arc::clone(&self.decoder),
            progress: Arc::clone(&self.progress),
            parameters: self.parameters(),
            owners,
            accepted_missing: self.accepted_missing,
            anew: self.anew,
        }
    }
}
