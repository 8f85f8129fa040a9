//! Removes what no reader needs any more: snapshots past retention, replaced files past their grace, files that no
//! manifest names, and what runs left in staging.

use std::collections::{BTreeSet, HashSet};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use object_store::{ObjectMeta, path::Path};
use serde::Serialize;

use super::{
    HELD_FOR, Held, Lake, LakeError, Retention, Snapshot, SnapshotId, abandoned, layout, manifest, publish,
    table_format, views,
};

/// In a bucket, a file that no manifest names may be another run's that is about to publish, however unlikely: a lease
/// that is lost is noticed within this time. On a local disk the lock excludes it.
const STRAY_FOR: TimeDelta = TimeDelta::hours(1);

/// What there is to collect, and why.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Garbage {
    /// Snapshots past retention, ascending, replaced ones included.
    pub snapshots: Vec<String>,
    /// Objects, by path.
    pub objects: Vec<GarbageObject>,
    #[serde(skip)]
    expired: Vec<SnapshotId>,
}

/// An object to delete.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GarbageObject {
    /// Lake-relative path.
    pub path: String,
    /// Size.
    pub bytes: u64,
    /// Why nobody needs it.
    pub why: Why,
}

/// Why nobody needs an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// It is of a snapshot past retention.
    Expired,
    /// A later snapshot of its date replaced it, and its grace is over.
    Superseded,
    /// No manifest names it: a run that was killed left it.
    Unnamed,
    /// It is in the staging of a run that ended long ago, or whose held snapshot can no longer be published.
    Staging,
}

impl Why {
    /// In words, for a list.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Expired => "past retention",
            Self::Superseded => "replaced",
            Self::Unnamed => "in no manifest",
            Self::Staging => "left in staging",
        }
    }
}

/// Looks for garbage and touches nothing. `today` is the day from which ages are counted.
///
/// # Errors
/// When the store refuses or fails, or a manifest is not usable: what it names could not be told from garbage.
pub async fn find(
    lake: &Lake,
    retention: Retention,
    today: NaiveDate,
    now: DateTime<Utc>,
) -> Result<Garbage, LakeError> {
    let ids = lake.every_snapshot().await?;
    let dates: BTreeSet<NaiveDate> = ids.iter().map(|id| id.as_of).collect();
    let kept = retention.kept(&dates, today);
    let current = lake.read_all(&manifest::newest_of(&ids)).await?;
    let mut named: HashSet<String> = HashSet::new();
    for snapshot in current.iter().filter(|s| kept.contains(&s.as_of)) {
        let readable = lake.in_grace(snapshot, now).await?;
        let files = readable.iter().chain([snapshot]).flat_map(Snapshot::files);
        named.extend(files.map(|f| f.path.clone()));
    }
    let known = superseded_files(lake, &ids, &current).await?;
    let mut objects = Vec::new();
    for object in data_objects(lake).await? {
        let path = object.location.as_ref();
        if named.contains(path) {
            continue;
        }
        let as_of = layout::as_of_of(path);
        let why = match as_of {
            Some(date) if dates.contains(&date) && !kept.contains(&date) => Why::Expired,
            _ if known.contains(path) => Why::Superseded,
            _ => Why::Unnamed,
        };
        let is_young = lake.root().is_none() && object.last_modified > now - STRAY_FOR;
        // Only what lies where data files lie: anything else in a bucket is somebody else's.
        if as_of.is_some() && !(why == Why::Unnamed && is_young) {
            objects.push(GarbageObject { path: path.to_owned(), bytes: object.size, why });
        }
    }
    objects.extend(staging(lake, &current, now).await?);
    objects.sort_by(|a, b| a.path.cmp(&b.path));
    let expired: Vec<SnapshotId> = ids.into_iter().filter(|id| !kept.contains(&id.as_of)).collect();
    Ok(Garbage { snapshots: expired.iter().map(ToString::to_string).collect(), objects, expired })
}

/// Deletes garbage. The manifests of expired snapshots go first, oldest first, so that no manifest that a reader can
/// find names a file that is gone; then the views and the Delta logs forget them; then the files go.
///
/// # Errors
/// The first failure; what was not deleted is garbage for the next time.
pub async fn collect(lake: &Lake, run_id: &str, garbage: &Garbage) -> Result<(), LakeError> {
    for id in &garbage.expired {
        publish::remove(lake, vec![layout::manifest(*id)]).await?;
    }
    if !garbage.expired.is_empty() {
        views::regenerate(lake, run_id).await?;
        table_format::follow(lake).await?;
    }
    let runs: BTreeSet<&str> = garbage.objects.iter().filter_map(|o| layout::staging_run(&o.path)).collect();
    for run_id in runs {
        publish::discard(lake, run_id).await?;
    }
    let data = garbage.objects.iter().filter(|o| o.why != Why::Staging);
    publish::remove(lake, data.map(|o| Path::from(o.path.as_str())).collect()).await
}

/// Files that only replaced snapshots name.
async fn superseded_files(lake: &Lake, ids: &[SnapshotId], current: &[Snapshot]) -> Result<HashSet<String>, LakeError> {
    let is_current = |id: &SnapshotId| current.iter().any(|snapshot| snapshot.id() == *id);
    let replaced: Vec<SnapshotId> = ids.iter().filter(|id| !is_current(id)).copied().collect();
    let snapshots = lake.read_all(&replaced).await?;
    Ok(snapshots.iter().flat_map(Snapshot::files).map(|f| f.path.clone()).collect())
}

/// Every Parquet file in the zones' folders.
async fn data_objects(lake: &Lake) -> Result<Vec<ObjectMeta>, LakeError> {
    let mut objects = Vec::new();
    for zone in layout::ZONES {
        objects.extend(lake.objects_in(&layout::zone_dir(zone)).await?);
    }
    Ok(objects)
}

/// What lies in the staging of abandoned runs, except held snapshots that may still be published.
async fn staging(lake: &Lake, current: &[Snapshot], now: DateTime<Utc>) -> Result<Vec<GarbageObject>, LakeError> {
    let held = Held::all(lake).await?;
    let sequence = |as_of| current.iter().find(|s| s.as_of == as_of).map(|s| s.sequence);
    let (waiting, over): (Vec<&Held>, Vec<&Held>) =
        held.iter().partition(|h| h.held_at > now - HELD_FOR && sequence(h.as_of) == h.replaces);
    let of_run = |runs: &[&Held], run: &str| runs.iter().any(|h| h.run_id == run);
    let listing = lake.objects_in(&Path::from(layout::STAGING)).await?;
    let left = listing.into_iter().filter(|object| {
        let Some(run) = layout::staging_run(object.location.as_ref()) else { return false };
        let is_old = abandoned::began(run).is_some_and(|at| at < now - abandoned::ABANDONED_AFTER);
        of_run(&over, run) || (is_old && !of_run(&waiting, run))
    });
    Ok(left.map(|o| GarbageObject { path: o.location.to_string(), bytes: o.size, why: Why::Staging }).collect())
}
