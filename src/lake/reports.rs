//! The reports of runs: which there are, and what they hold, whoever wrote them.

use std::cmp::Reverse;

use bytes::Bytes;
use object_store::{ObjectStore as _, ObjectStoreExt as _, path::Path};

use super::{Lake, LakeError, layout, side_by_side::side_by_side, staging};
use crate::run_id::RunId;

/// Larger than any report that a run writes: whatever is more is none.
const MOST_BYTES: u64 = 16 << 20;

/// What is there of the report of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum StoredReport {
    /// Its bytes.
    There(Bytes),
    /// So many bytes that it cannot be one.
    TooLarge(u64),
    /// Nothing: the run is at work, or was killed.
    Missing,
}

impl Lake {
    /// The runs that left a report, or something else, and have not been forgotten: the newest first. Names that do not tell
    /// when the run began come last.
    ///
    /// # Errors
    /// When the store refuses or fails.
    pub(crate) async fn runs(&self) -> Result<Vec<RunId>, LakeError> {
        let folder = layout::runs_dir();
        let listing = self.store.list_with_delimiter(Some(&folder)).await;
        let reported = listing.map_err(|e| LakeError::store("list", &folder, e))?.common_prefixes;
        let reported = reported.iter().filter_map(Path::filename).filter_map(|run| run.parse().ok());
        let staged = staging::staged_runs(self).await?;
        let staged = staged.iter().filter(|run| run.began_at().is_some()).map(RunId::whole);
        let mut runs: Vec<RunId> = reported.chain(staged).collect();
        runs.sort_unstable_by_key(|run| Reverse((run.began_at(), run.clone())));
        runs.dedup();
        Ok(runs)
    }

    /// What `read` makes of the report of each of these runs, in their order; a few are held in memory at a time.
    ///
    /// # Errors
    /// When the store refuses or fails.
    pub(crate) async fn reports<T>(
        &self,
        runs: &[RunId],
        read: impl Fn(&RunId, StoredReport) -> T,
    ) -> Result<Vec<T>, LakeError> {
        let read = &read;
        side_by_side(runs, async move |run| Ok(read(run, self.report(run).await?))).await
    }

    /// The report of one run.
    ///
    /// # Errors
    /// When the store refuses or fails.
    pub(crate) async fn report(&self, run: &RunId) -> Result<StoredReport, LakeError> {
        let path = layout::report(run);
        let failed = |e| LakeError::store("read", &path, e);
        match self.store.get(&path).await {
            Ok(object) if object.meta.size > MOST_BYTES => Ok(StoredReport::TooLarge(object.meta.size)),
            Ok(object) => Ok(StoredReport::There(object.bytes().await.map_err(failed)?)),
            Err(object_store::Error::NotFound { .. }) => Ok(StoredReport::Missing),
            Err(error) => Err(failed(error)),
        }
    }
}
