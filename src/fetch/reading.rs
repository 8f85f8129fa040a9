//! One reading of a resource: pages are fetched and decoded by chains, rows are written by one loop, and a bounded channel
//! between them keeps memory flat.

use std::sync::Arc;

use arrow::record_batch::RecordBatch;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use tokio::sync::mpsc;
use tracing::Instrument as _;

use super::{
    chain::{Chain, ChainFacts},
    estimate::window_of,
    fan_out::{self, Lists, Owners},
    grown::Grown,
    job::Job,
    labels::Gathered,
    received::{self, ReceivedRows},
    writers::{Collected, Collecting, Writers},
};
use crate::{
    catalog::{Resource, Table},
    decode::{Decoded, Decoder},
    error::Error,
    lake::{ReceivedSegment, StagedTable},
    page::KeptPages,
    progress::ResourceProgress,
    run_report::ResourceReport,
};

/// Names and values of what restricts the records of a chain.
pub(super) type Parameters = Vec<(String, String)>;

/// Batches between the chains and the writer of one resource.
pub(super) const BATCHES_IN_CHANNEL: usize = 4;

/// One resource of a run.
#[derive(Debug)]
pub(super) struct Extraction {
    pub(super) job: Arc<Job>,
    pub(super) resource: Arc<Resource>,
    pub(super) tables: Vec<Table>,
    pub(super) decoder: Arc<Decoder>,
    pub(super) progress: Arc<ResourceProgress>,
    /// Which ids of this resource others are read by.
    pub(super) collecting: Vec<Collecting>,
    /// Whether what the records describe is wanted too.
    pub(super) contents: bool,
    /// What the lake has of a table that grows.
    pub(super) grown: Option<Arc<Grown>>,
    /// Whether only some owners are wanted.
    pub(super) restricted: bool,
    /// Query parameter and list of ids that restrict the records.
    pub(super) filter: Option<(String, String)>,
    /// Records that may be missing: the API counts them and does not serve them.
    pub(super) accepted_missing: u64,
    /// Whether pages of an earlier run are left aside.
    pub(super) anew: bool,
    /// Whether its records are the labels of another collection.
    pub(super) lists_labels: bool,
}

/// What one resource became.
#[derive(Debug)]
pub(super) struct Extracted {
    pub(super) tables: Vec<StagedTable>,
    pub(super) report: ResourceReport,
    pub(super) ids: Collected,
    /// What the pages say about labels.
    pub(super) labels: Gathered,
    /// Whether the reading ended where the lake has all the rest.
    pub(super) at_known: bool,
    /// When the oldest record served came to be, of a table that grows.
    pub(super) oldest: Option<i64>,
    /// What was received and is in the tables now.
    pub(super) received: Vec<ReceivedSegment>,
}

/// What is in a table that grows before its pages are read.
#[derive(Default)]
struct Before {
    carried_over: u64,
    received: ReceivedRows,
}

/// A chain that ends with whoever waits for it: one failure ends the others of its resource.
struct AbortOnDrop(tokio::task::JoinHandle<Result<ChainFacts, Error>>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Extraction {
    /// Whether every record is wanted.
    pub(super) fn wants_all(&self) -> bool {
        self.job.history.patterns.iter().any(|pattern| pattern == "*")
    }

    /// What restricts the records to a day and to some definitions.
    pub(super) fn parameters(&self) -> Parameters {
        let window = window_of(&self.resource, self.job.window);
        self.parameters_but_days().into_iter().chain(window).collect()
    }

    /// The same without the days that some lists want to be told.
    pub(super) fn parameters_but_days(&self) -> Parameters {
        let as_of = self.resource.as_of_parameter.clone().zip(self.job.as_of.clone());
        as_of.into_iter().chain(self.filter.clone()).collect()
    }

    /// Reads one chain per list of ids, or a single one of all owners, and writes what they give.
    pub(super) async fn read(&self, lists: Lists, expected: Option<u64>) -> Result<Extracted, Error> {
        let (sender, receiver) = mpsc::channel(BATCHES_IN_CHANNEL);
        let mut writers = self.writers();
        let before = match self.begin(&mut writers).await {
            Ok(before) => before,
            Err(error) => {
                writers.abort().await;
                return Err(error);
            }
        };
        let (chains, written) =
            tokio::join!(self.chains(lists, vec![self.parameters()], sender), writers.write_all(receiver));
        // A chain that finds the channel closed only echoes the writer's failure.
        let facts = match (chains, written) {
            (Ok(facts), Ok(())) => facts,
            (Err(Error::Interrupted), Err(error)) | (Err(error), _) | (Ok(_), Err(error)) => {
                writers.abort().await;
                return Err(error);
            }
        };
        let report = ResourceReport {
            carried_over: before.carried_over,
            received: before.received.rows,
            ..self.report(&facts, expected)
        };
        let (tables, ids) = writers.close().await?;
        let (labels, at_known, oldest) = (facts.labels, facts.at_known, facts.oldest);
        Ok(Extracted { tables, report, ids, labels, at_known, oldest, received: before.received.segments })
    }

    /// What is to be reported of the chains.
    pub(super) fn report(&self, facts: &ChainFacts, expected: Option<u64>) -> ResourceReport {
        ResourceReport {
            resource: self.resource.name.clone(),
            pages: facts.read.pages,
            kept_pages: facts.read.kept_pages,
            records: facts.records(),
            repeated: facts.unasked(),
            restarts: facts.read.restarts,
            page_limit: self.job.limits.current(&self.resource),
            total_count: expected.or(facts.total_count),
            drift: facts.drift.findings(),
            left_out: facts.left_out.clone(),
            ..ResourceReport::default()
        }
    }

    /// Of a table that grows, writes first what the lake has, then what was received.
    async fn begin(&self, writers: &mut Writers<'_>) -> Result<Before, Error> {
        let (Some(grown), Some(grows)) = (&self.grown, &self.resource.grows) else { return Ok(Before::default()) };
        let mut before = Before::default();
        let mut rows = grown.rows(&self.job);
        while let Some(batch) = self.job.stop.unless_stopped(rows.try_next()).await? {
            before.carried_over += writers.take(batch).await?;
        }
        if grows.received {
            before.received = received::write(&self.job, &self.decoder, writers).await?;
        }
        Ok(before)
    }

    pub(super) fn writers(&self) -> Writers<'_> {
        let wanted = (!self.wants_all()).then_some(self.job.history.patterns.as_slice());
        Writers::new(&self.job, &self.resource, &self.tables, wanted, &self.collecting)
    }

    /// Reads one chain for each list of ids and each way to ask.
    pub(super) async fn chains(
        &self,
        lists: Lists,
        asked: Vec<Parameters>,
        sender: mpsc::Sender<RecordBatch>,
    ) -> Result<ChainFacts, Error> {
        let mut chains: Vec<Chain> = match lists {
            None => asked.into_iter().map(|parameters| self.chain(None, parameters)).collect(),
            Some(lists) => {
                let each = |owners: Owners| {
                    asked.iter().map(move |parameters| self.chain(Some(owners.clone()), parameters.clone()))
                };
                lists.into_iter().flat_map(each).collect()
            }
        };
        if let (Some(Chain { owners: None, .. }), 1) = (chains.first(), chains.len())
            && let Some(only) = chains.pop()
        {
            return only.run(sender).await;
        }
        let chains = stream::iter(chains).map(|chain| {
            let mut task = AbortOnDrop(tokio::spawn(chain.run(sender.clone()).in_current_span()));
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

    fn chain(&self, owners: Option<Owners>, parameters: Parameters) -> Chain {
        Chain {
            job: Arc::clone(&self.job),
            resource: Arc::clone(&self.resource),
            decoder: Arc::clone(&self.decoder),
            progress: Arc::clone(&self.progress),
            parameters,
            owners,
            accepted_missing: self.accepted_missing,
            anew: self.anew,
            lists_labels: self.lists_labels,
            grown: self.grown.clone(),
        }
    }

    /// How many records there are, of all owners or of these.
    pub(super) async fn count(
        &self,
        kept: &dyn KeptPages<Decoded>,
        owners: Option<&Owners>,
    ) -> Result<Option<u64>, Error> {
        let mut parameters = self.parameters();
        parameters.extend(owners.map(|owners| (owners.parameter.clone(), owners.ids.join(","))));
        let parameters: Vec<(&str, &str)> = parameters.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        let count = self.job.client.count(&self.resource, &parameters, &*self.decoder, kept);
        self.job.stop.unless_stopped(count).await
    }
}
