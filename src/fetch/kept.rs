//! The pages of an unfinished run as the API client asks for them: rows and facts, to and from the lake's checkpoint.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use arrow::{datatypes::SchemaRef, record_batch::RecordBatch};
use async_trait::async_trait;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    api::PageLimits,
    decode::{Decoded, Decoder, Drift, DriftFinding, Labels},
    lake::{Checkpoint, Note},
    page::{KeptPages, LearnedLimit, PageEnd},
    run_id::RunId,
};

/// Pages of one resource.
#[derive(Debug)]
pub(crate) struct Kept {
    checkpoint: Arc<RunCheckpoint>,
    decoder: Arc<Decoder>,
    limits: Arc<PageLimits>,
    /// Whether pages of an earlier run are used.
    finding: bool,
}

/// The checkpoint of a run, and what became of it.
#[derive(Debug)]
pub(crate) struct RunCheckpoint {
    checkpoint: Checkpoint,
    /// Whether an earlier run left pages.
    continued: bool,
    complained: AtomicBool,
    kept: AtomicU64,
    /// Page limits as they were last noted.
    noted: Mutex<BTreeMap<String, LearnedLimit>>,
}

impl RunCheckpoint {
    pub(crate) fn new(checkpoint: Checkpoint, continued: bool) -> Self {
        let (complained, kept, noted) = Default::default();
        Self { checkpoint, continued, complained, kept, noted }
    }

    /// The page limits that the run before found out: a refusal costs a request.
    pub(crate) async fn noted_limits(&self) -> BTreeMap<String, LearnedLimit> {
        if !self.continued {
            return BTreeMap::new();
        }
        let limits: BTreeMap<String, LearnedLimit> = self.checkpoint.noted(Note::PageLimits).await;
        self.noted().clone_from(&limits);
        limits
    }

    /// Notes the page limits known now, where they are new. Not noting them costs a request, and nothing else.
    async fn note_limits(&self, limits: &PageLimits) {
        let learned = limits.learned();
        if *self.noted() != learned && self.checkpoint.note(Note::PageLimits, &learned).await.is_ok() {
            *self.noted() = learned;
        }
    }

    fn noted(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, LearnedLimit>> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The run whose pages are used, where that is an earlier one.
    pub(crate) fn continued(&self) -> Option<&RunId> {
        self.continued.then(|| self.checkpoint.run_id())
    }

    /// Rows kept under `key` by the run that this one continues, with what else is to be known of them.
    pub(super) async fn rows<F: DeserializeOwned>(&self, key: &str, schema: &SchemaRef) -> Option<(RecordBatch, F)> {
        if !self.continued {
            return None;
        }
        let (rows, facts) = self.checkpoint.page(key).await?;
        let rows = RecordBatch::try_new(Arc::clone(schema), rows.columns().to_vec()).ok()?;
        Some((rows, serde_json::from_str(&facts).ok()?))
    }

    /// Keeps rows under `key`. Where that fails they are asked for again by a run that goes on, and nothing else.
    pub(super) async fn keep_rows<F: Serialize>(&self, key: &str, rows: &RecordBatch, facts: &F) {
        let facts = serde_json::to_string(facts).unwrap_or_default();
        match self.checkpoint.keep(key, rows, &facts).await {
            Ok(()) => drop(self.kept.fetch_add(1, Ordering::Relaxed)),
            Err(error) if !self.complained.swap(true, Ordering::Relaxed) => {
                tracing::warn!(%error, "pages cannot be kept: if this run dies, the next one begins from the first page");
            }
            Err(_) => {}
        }
    }

    /// Pages kept by this run.
    pub(crate) fn kept(&self) -> u64 {
        self.kept.load(Ordering::Relaxed)
    }
}

/// What there is to know of a page beside its rows.
#[derive(Serialize, Deserialize)]
struct Facts {
    end: PageEnd,
    drift: Vec<DriftFinding>,
    #[serde(default)]
    labels: Labels,
}

impl Kept {
    pub(crate) fn new(checkpoint: &Arc<RunCheckpoint>, decoder: &Arc<Decoder>, limits: &Arc<PageLimits>) -> Self {
        let finding = checkpoint.continued;
        Self { checkpoint: Arc::clone(checkpoint), decoder: Arc::clone(decoder), limits: Arc::clone(limits), finding }
    }

    /// The same, but for pages of an earlier run: they are left aside.
    pub(crate) fn only_keeping(self) -> Self {
        Self { finding: false, ..self }
    }
}

#[async_trait]
impl KeptPages<Decoded> for Kept {
    async fn find(&self, address: &str) -> Option<(Decoded, PageEnd)> {
        if !self.finding {
            return None;
        }
        let (rows, facts) = self.checkpoint.checkpoint.page(address).await?;
        let Facts { end, drift, labels } = serde_json::from_str(&facts).ok()?;
        Some((Decoded { batch: self.decoder.adopt(&rows)?, drift: Drift::of(drift), labels }, end))
    }

    async fn keep(&self, address: &str, rows: &Decoded, end: &PageEnd) {
        self.checkpoint.note_limits(&self.limits).await;
        let facts = Facts { end: end.clone(), drift: rows.drift.findings(), labels: rows.labels.clone() };
        self.checkpoint.keep_rows(address, &rows.batch, &facts).await;
    }
}
