//! Staging of runs that were killed: nobody else removes it, and it holds personal data outside its zone's folder.

use chrono::{DateTime, TimeDelta, Utc};
use object_store::path::Path;

use super::{HELD_FOR, Held, Lake, LakeError, layout, publish::discard};
use crate::run_id::RunId;

/// Staging of runs that began this long ago belongs to nobody any more.
pub(super) const ABANDONED_AFTER: TimeDelta = TimeDelta::hours(24);

/// The runs that have a folder in staging.
pub(super) async fn staged_runs(lake: &Lake) -> Result<Vec<RunId>, LakeError> {
    let folder = Path::from(layout::STAGING);
    let listing = lake.store().list_with_delimiter(Some(&folder)).await;
    let runs = listing.map_err(|e| LakeError::store("list", &folder, e))?.common_prefixes;
    Ok(runs.iter().filter_map(Path::filename).filter_map(|run| run.parse().ok()).collect())
}

/// Removes the staging of runs that began a day before `now`, as their ids tell, except snapshots that are held back and
/// may still be published. What cannot be removed is left for the next time, with a warning: it is no reason to fail a
/// run.
pub async fn discard_abandoned(lake: &Lake, now: DateTime<Utc>) {
    let before = now - ABANDONED_AFTER;
    let runs = match staged_runs(lake).await {
        Ok(runs) => runs,
        Err(error) => return tracing::warn!(%error, "staging of former runs was not looked for"),
    };
    for run_id in &runs {
        if run_id.began_at().is_none_or(|began| began >= before) {
            continue;
        }
        let waits = match Held::of_run(lake, run_id).await {
            Ok(held) => held.is_some_and(|held| held.held_at > before - HELD_FOR),
            Err(error) => {
                tracing::warn!(%run_id, %error, "staging of a former run is left as it is");
                true
            }
        };
        if !waits && let Err(error) = discard(lake, run_id).await {
            tracing::warn!(%run_id, %error, "staging of a former run was not removed");
        }
    }
}
