//! One chain of pages, from the first to the last: what is new is handed on, and what was read is compared with what the API
//! says it has.

use std::{
    collections::{BTreeSet, HashSet},
    sync::Arc,
};

use arrow::{array::StringArray, record_batch::RecordBatch};
use tokio::sync::mpsc;

use super::{
    fan_out::Owners,
    grown::{Feed, Grown},
    job::Job,
    kept::Kept,
    labels::Gathered,
};
use crate::{
    api::{PagesRead, Ways},
    catalog::Resource,
    decode::{Decoder, Drift, SeenIds},
    error::Error,
    progress::ResourceProgress,
};

/// Pages in a row that hold nothing new: overlaps are borne, a server that serves the same records for ever is not.
const MAX_STALE_PAGES: u64 = 20;

/// What one or more chains read.
#[derive(Debug, Default)]
pub(super) struct ChainFacts {
    pub(super) read: PagesRead,
    pub(super) repeated: u64,
    pub(super) total_count: Option<u64>,
    pub(super) drift: Drift,
    pub(super) labels: Gathered,
    /// Properties that the route does not know.
    pub(super) left_out: BTreeSet<String>,
    /// Whether the chain ended where the lake has all the rest.
    pub(super) at_known: bool,
    /// When the oldest record came to be, of a table that grows.
    pub(super) oldest: Option<i64>,
}

impl ChainFacts {
    /// Adds what another chain read.
    pub(super) fn add(&mut self, other: Self) {
        self.read.pages += other.read.pages;
        self.read.kept_pages += other.read.kept_pages;
        self.read.records += other.read.records;
        self.read.again += other.read.again;
        self.read.loose_pages += other.read.loose_pages;
        self.read.restarts += other.read.restarts;
        self.repeated += other.repeated;
        self.total_count = self.total_count.zip(other.total_count).map(|(ours, theirs)| ours + theirs);
        self.drift.merge(other.drift);
        self.labels.merge(other.labels);
        self.left_out.extend(other.left_out);
    }

    /// Different records.
    pub(super) fn records(&self) -> u64 {
        self.read.records - self.repeated
    }

    /// Records that came more than once, and were not asked for again.
    pub(super) fn unasked(&self) -> u64 {
        self.repeated.saturating_sub(self.read.again)
    }
}

/// One chain of cursors, read to its end.
#[derive(Debug)]
pub(super) struct Chain {
    pub(super) job: Arc<Job>,
    pub(super) resource: Arc<Resource>,
    pub(super) decoder: Arc<Decoder>,
    pub(super) progress: Arc<ResourceProgress>,
    pub(super) parameters: Vec<(String, String)>,
    pub(super) owners: Option<Owners>,
    /// Records that may be missing of all chains together.
    pub(super) accepted_missing: u64,
    /// Whether pages of an earlier run are left aside.
    pub(super) anew: bool,
    /// Whether its records are the labels of another collection.
    pub(super) lists_labels: bool,
    /// What the lake has of a table that grows.
    pub(super) grown: Option<Arc<Grown>>,
}

impl Chain {
    /// Reads the chain and hands on what is new.
    pub(super) async fn run(self, sender: mpsc::Sender<RecordBatch>) -> Result<ChainFacts, Error> {
        let ids = self.owners.as_ref().map(|o| o.ids.join(",")).unwrap_or_default();
        let mut parameters: Vec<(&str, &str)> =
            self.parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        parameters.extend(self.owners.as_ref().map(|o| (o.parameter.as_str(), ids.as_str())));
        let owners: HashSet<&str> = self.owners.iter().flat_map(|o| &o.ids).map(String::as_str).collect();

        let mut kept = Kept::new(&self.job.checkpoint, &self.decoder, &self.job.limits);
        if self.anew {
            kept = kept.only_keeping();
        }
        let ways = Ways { reader: &*self.decoder, kept: &kept, limits: &self.job.limits };
        let mut facts = ChainFacts::default();
        let mut seen = SeenIds::new(&self.resource);
        let mut stale_pages = 0;
        let to_the_end = self.anew || self.job.fresh;
        let mut feed = self.grown.as_ref().map(|grown| Feed::new(grown, to_the_end));
        let mut pages = self.job.client.pages(&self.resource, &parameters, ways);
        loop {
            let page = self.job.stop.unless_stopped(pages.next()).await?;
            if pages.facts().restarts > facts.read.restarts {
                stale_pages = 0;
                feed.as_mut().map(Feed::restart);
            }
            facts.read = pages.facts();
            facts.total_count = pages.total_count();
            let Some(decoded) = page else {
                let enough = facts.records().saturating_add(self.accepted_missing);
                let Some(expected) = facts.total_count.filter(|total| enough < *total) else { break };
                let (resource, served) = (self.resource.name.clone(), facts.records());
                if !pages.restart() {
                    let table = self.resource.table_name();
                    return Err(Error::Incomplete { resource, table, expected, served });
                }
                tracing::info!(
                    resource,
                    served,
                    expected,
                    "records are missing, as when some are removed while others are read: reading again"
                );
                continue;
            };
            self.check_owners(&decoded.batch, &owners)?;
            let again = facts.read.restarts > 0;
            let all = decoded.batch.clone();
            let (batch, repeated) = seen.keep_new(decoded.batch, again)?;
            if let Some(feed) = &mut feed {
                feed.page(&all, &batch);
                facts.oldest = feed.oldest();
            }
            facts.repeated += repeated;
            stale_pages = if repeated > 0 && batch.num_rows() == 0 { stale_pages + 1 } else { 0 };
            // Reading again is about few records among many that are known.
            if stale_pages > MAX_STALE_PAGES && (!again || stale_pages > facts.read.pages / 2 + MAX_STALE_PAGES) {
                return Err(Error::Endless { resource: self.resource.name.clone() });
            }
            facts.drift.merge(decoded.drift);
            facts.labels.see(&self.resource, self.lists_labels, decoded.labels, &batch);
            if self.owners.is_none() {
                self.progress.expect(facts.total_count.unwrap_or_default());
            }
            self.progress.page(batch.num_rows() as u64);
            if batch.num_rows() > 0 && sender.send(batch).await.is_err() {
                return Err(Error::Interrupted);
            }
            if feed.as_ref().is_some_and(|feed| feed.is_known_from_here(facts.records(), facts.total_count)) {
                facts.at_known = true;
                break;
            }
        }
        facts.left_out.clone_from(pages.left_out());
        Ok(facts)
    }

    /// A server that ignored the filter would serve every record once per chain.
    fn check_owners(&self, batch: &RecordBatch, owners: &HashSet<&str>) -> Result<(), Error> {
        let Some(Owners { parameter, column: Some(column), .. }) = &self.owners else { return Ok(()) };
        let column = batch.column_by_name(column).and_then(|c| c.as_any().downcast_ref::<StringArray>());
        if column.is_some_and(|column| column.iter().all(|id| id.is_some_and(|id| owners.contains(id)))) {
            return Ok(());
        }
        Err(Error::FilterIgnored { resource: self.resource.name.clone(), parameter: parameter.clone() })
    }
}
