//! What every part of a run is given.

use std::sync::Arc;

use super::{kept::RunCheckpoint, stop::Stop};
use crate::{
    api::{Client, PageLimits},
    lake::{Lake, Provenance},
    run_id::RunId,
    settings::HistorySettings,
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
    pub(crate) stop: Stop,
    pub(crate) limits: Arc<PageLimits>,
    pub(crate) checkpoint: Arc<RunCheckpoint>,
    pub(crate) history: HistorySettings,
}
