//! What every part of a run is given.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{carried::LastTables, kept::RunCheckpoint, since::Increments, stop::Stop};
use crate::{
    api::{Client, PageLimits},
    lake::{Lake, Provenance},
    run_id::RunId,
    settings::{HistorySettings, LeavesWindow},
};

/// What every part of a run needs.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) client: Client,
    pub(crate) lake: Lake,
    pub(crate) run_id: RunId,
    /// What the files of its tables say.
    pub(crate) provenance: Provenance,
    /// The day that historised collections are asked for.
    pub(crate) as_of: Option<String>,
    /// The days that windows are about, both included.
    pub(crate) window: Option<LeavesWindow>,
    pub(crate) stop: Stop,
    pub(crate) limits: Arc<PageLimits>,
    pub(crate) checkpoint: Arc<RunCheckpoint>,
    pub(crate) history: HistorySettings,
    /// Tables of the lake that rows are taken over from.
    pub(crate) last_tables: LastTables,
    /// How lists are read that tell what changed.
    pub(crate) increments: Increments,
    /// When the run began.
    pub(crate) now: DateTime<Utc>,
    /// Whether everything is asked for, also what the lake has.
    pub(crate) fresh: bool,
    /// What the lake has of records that are read one by one is asked for again after so many days at most; never without.
    pub(crate) recheck_days: Option<u32>,
}
