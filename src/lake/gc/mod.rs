//! Removes what no reader needs any more: snapshots past retention, replaced files past their grace, files that no
//! manifest names, what runs left in staging; or everything of days that somebody names.
//!
//! - `garbage`: what there is to collect, and why
//! - `inventory`: what the lake holds
//! - `judge`: what of it may go, and what speaks against it
//! - `begun`: what collections that did not end were deleting

mod begun;
mod garbage;
mod inventory;
mod judge;
#[cfg(test)]
mod judge_tests;
mod objection;

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use object_store::path::Path;

pub(crate) use garbage::{Garbage, GarbageObject, Scope, Why};
pub(crate) use objection::Objection;

use self::{begun::Begun, inventory::Inventory};
use super::{
    FORMAT_VERSION, Lake, LakeError, Problem, SnapshotId, digest::Believe, disk, layout, logs, staging, vanished,
    verify::verify_lake, views,
};
use crate::run_id::RunId;

/// Looks for garbage and touches nothing. `today` is the day from which ages are counted.
///
/// # Errors
/// When the store refuses or fails. A manifest that cannot be read is no error but an objection, and nothing of its day
/// is garbage unless the day is named.
pub(crate) async fn find(
    lake: &Lake,
    scope: &Scope,
    today: NaiveDate,
    now: DateTime<Utc>,
) -> Result<Garbage, LakeError> {
    let mut garbage = Garbage { at: now, ..judge::judge(&Inventory::of(lake).await?, scope, today, now) };
    if let Scope::Days(days) = scope
        && garbage.is_empty()
    {
        garbage.vanished = vanished(lake, days).await?;
        let forgotten = garbage.vanished.iter().map(|day| format!("{day} is gone already: the lake forgets it"));
        garbage.notes.extend(forgotten);
    }
    Ok(garbage)
}

/// Those of `days` that somebody removed without us, and that `verify` misses.
async fn vanished(lake: &Lake, days: &BTreeSet<NaiveDate>) -> Result<BTreeSet<NaiveDate>, LakeError> {
    let findings = verify_lake(lake).await?;
    let missed = findings.iter().filter(|finding| matches!(finding.problem, Problem::Vanished { .. }));
    let missed: BTreeSet<&str> = missed.map(|finding| finding.path.as_str()).collect();
    Ok(days.iter().filter(|day| missed.contains(layout::manifests_of(**day).as_ref())).copied().collect())
}

/// Deletes garbage, whatever speaks against it. The manifests go first, oldest first: what readers take for the current
/// snapshot of a day is whole until its last manifest is gone, and no manifest that they can find ever names a file that
/// is gone. Then the views and the Delta logs forget them; then the files go. What it is about to delete is put down
/// before, so that the next collection can end one that dies on the way.
///
/// # Errors
/// [`LakeError::Newer`] when a later version of the program wrote to the lake, [`LakeError::ChangedMeanwhile`] when somebody else published, and the first failure of the store; what was not deleted is
/// garbage for the next time.
pub(crate) async fn collect(lake: &Lake, run_id: &RunId, garbage: &Garbage) -> Result<(), LakeError> {
    if garbage.is_empty() {
        return Ok(());
    }
    if let Some((id, found)) = garbage.newer {
        let path = layout::manifest(id).to_string();
        return Err(LakeError::Newer { path, found, supported: FORMAT_VERSION });
    }
    // So that nobody misses them.
    let removed: BTreeSet<NaiveDate> =
        garbage.manifests.iter().map(|id| id.as_of).chain(garbage.dropped.clone()).collect();
    if !removed.is_empty() {
        vanished::remember_removal(lake, run_id, garbage.at, removed).await?;
    }
    let (staged, mut data): (Vec<&GarbageObject>, Vec<&GarbageObject>) =
        garbage.objects.iter().partition(|object| layout::staging_run(&object.path).is_some());
    // What nothing explains goes first: of a collection that dies, what is explained is left.
    data.sort_by_key(|object| object.why != Why::Unnamed);
    let mut ended = garbage.ended.clone();
    if !garbage.manifests.is_empty() {
        let explained = data.iter().filter(|object| object.why != Why::Unnamed);
        let objects = explained.map(|object| (*object).clone()).collect();
        begun::put(lake, &Begun { run_id: run_id.clone(), snapshots: garbage.snapshots.clone(), objects }).await?;
        ended.push(run_id.clone());
        let manifests: Vec<Path> = garbage.manifests.iter().map(|id| layout::manifest(*id)).collect();
        for manifest in &manifests {
            lake.remove(vec![manifest.clone()]).await?;
        }
        disk::sync_removal(lake.root(), &manifests).await?;
    }
    // Files also go when only they are left of a collection, or of a publication, that died: views may still name them.
    if !data.is_empty() || !ended.is_empty() || !garbage.vanished.is_empty() {
        check_alone(lake, garbage).await?;
        views::regenerate(lake, run_id, Believe::Manifests).await?;
        logs::follow(lake).await?;
    }
    let runs: BTreeSet<RunId> = staged.iter().filter_map(|object| layout::staging_run(&object.path)).collect();
    for run_id in runs.iter().chain([run_id]) {
        staging::discard(lake, run_id).await?;
    }
    let data: Vec<Path> = data.iter().map(|object| Path::from(object.path.as_str())).collect();
    lake.remove(data.clone()).await?;
    disk::sync_removal(lake.root(), &data).await?;
    lake.remove(ended.iter().map(layout::collecting).collect()).await
}

/// Nothing was published since the lake was looked at: a lease in a bucket can be lost, and a new snapshot may keep files
/// of the one it found.
async fn check_alone(lake: &Lake, garbage: &Garbage) -> Result<(), LakeError> {
    let there: BTreeSet<SnapshotId> = lake.every_snapshot().await?.into_iter().collect();
    if there == garbage.remaining { Ok(()) } else { Err(LakeError::ChangedMeanwhile { lake: lake.display() }) }
}
