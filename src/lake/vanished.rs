//! Which days have vanished: each snapshot remembers those of its time, and each collection the days that it removed. A day
//! that a snapshot remembers, that is gone and that nobody removed has vanished.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use object_store::{ObjectStoreExt as _, path::Path};
use serde::{Deserialize, Serialize};

use super::{Days, Lake, LakeError, layout, side_by_side::side_by_side};
use crate::run_id::RunId;

/// What one collection removed.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Removal {
    at: DateTime<Utc>,
    days: BTreeSet<NaiveDate>,
}

/// Remembers that `run_id` is about to remove `days`, before their manifests go.
///
/// # Errors
/// When the store refuses or fails.
pub(super) async fn remember_removal(
    lake: &Lake,
    run_id: &RunId,
    at: DateTime<Utc>,
    days: BTreeSet<NaiveDate>,
) -> Result<(), LakeError> {
    let failed = |e| LakeError::Internal { reason: format!("a removal cannot be written as JSON: {e}") };
    let json = serde_json::to_vec(&Removal { at, days }).map_err(failed)?;
    lake.put(layout::removal(run_id), json).await
}

/// When each day was removed last, and the records that cannot be read.
async fn removals(lake: &Lake) -> Result<(BTreeMap<NaiveDate, DateTime<Utc>>, Vec<Path>), LakeError> {
    let records = lake.objects_in(&layout::removals_dir()).await?.into_iter().map(|object| object.location);
    let read = |path: Path| async move {
        let failed = |e| LakeError::store("read", &path, e);
        let content = lake.store.get(&path).await.map_err(failed)?.bytes().await.map_err(failed)?;
        Ok((serde_json::from_slice::<Removal>(&content).ok(), path))
    };
    let read = side_by_side(records, read).await?;
    let (mut last, mut unreadable) = (BTreeMap::new(), Vec::new());
    for (removal, path) in read {
        let Some(Removal { at, days }) = removal else {
            unreadable.push(path);
            continue;
        };
        for day in days {
            let known = last.entry(day).or_insert(at);
            *known = at.max(*known);
        }
    }
    Ok((last, unreadable))
}

/// The days that are gone though nobody removed them, each with the path of what names it, and records of removals that
/// cannot be read. `views` are the files with views, by path.
pub(super) async fn vanished(
    lake: &Lake,
    days: &Days,
    views: &[(&str, String)],
) -> Result<(BTreeMap<NaiveDate, String>, Vec<Path>), LakeError> {
    let there: BTreeSet<NaiveDate> = days.dates().into_iter().collect();
    let (removed, unreadable) = removals(lake).await?;
    let mut gone = BTreeMap::new();
    for snapshot in days.snapshots.iter().rev() {
        let Some(known) = &snapshot.state.known_days else { continue };
        let unexplained = known.each().filter(|day| removed.get(day).is_none_or(|at| *at < known.at));
        for day in unexplained.filter(|day| !there.contains(day)) {
            gone.entry(day).or_insert_with(|| layout::manifest(snapshot.id()).to_string());
        }
    }
    for (path, text) in views {
        let named: BTreeSet<NaiveDate> = layout::files_in_views(text).into_iter().map(|(day, _)| day).collect();
        let named = named.into_iter();
        for day in named.filter(|day| !there.contains(day) && !removed.contains_key(day)) {
            gone.entry(day).or_insert_with(|| (*path).to_owned());
        }
    }
    Ok((gone, unreadable))
}
