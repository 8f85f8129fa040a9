//! What a lake holds, as far as it matters for what may go: read first, judged afterwards.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use object_store::{Error as StoreError, ObjectStoreExt as _, path::Path};

use super::begun::{self, Begun};
use crate::{
    catalog::Zone,
    lake::{FORMAT_VERSION, Held, Lake, LakeError, Snapshot, SnapshotId, layout, side_by_side::side_by_side},
    run_id::RunId,
};

/// What a lake holds.
#[derive(Debug, Default)]
pub(super) struct Inventory {
    /// Every manifest.
    pub(super) manifests: BTreeMap<SnapshotId, Manifest>,
    /// Every file that lies where data files lie: anything else in a bucket is somebody else's.
    pub(super) data: Vec<DataObject>,
    /// Every object in staging.
    pub(super) staged: Vec<StagedObject>,
    /// By run, what is held back; `None` where that cannot be told.
    pub(super) held: BTreeMap<RunId, Option<Held>>,
    /// Collections that began and did not end.
    pub(super) begun: Vec<Begun>,
    /// Day and name of the data files that the views name.
    pub(super) in_views: BTreeSet<(NaiveDate, String)>,
    /// No day after it can be right.
    pub(super) latest_day: NaiveDate,
    /// Whether others may write without our noticing: on a local disk the lock excludes it.
    pub(super) is_remote: bool,
}

/// What a manifest says.
#[derive(Debug, Clone)]
pub(super) enum Manifest {
    /// This.
    Says(Box<Snapshot>),
    /// It could not be believed when the next one replaced it, with everything that lay in the folders of its day.
    Repaired,
    /// It cannot be told, and why.
    Unknown(String),
    /// A later version of the program wrote it, in this format.
    Newer(u32),
}

impl Manifest {
    /// The snapshot, where it can be told.
    pub(super) fn snapshot(&self) -> Option<&Snapshot> {
        match self {
            Self::Says(snapshot) => Some(snapshot),
            _ => None,
        }
    }

    /// Why it cannot be told what it names.
    pub(super) fn unreadable(&self) -> Option<String> {
        match self {
            Self::Says(_) | Self::Repaired => None,
            Self::Unknown(reason) => Some(reason.clone()),
            Self::Newer(found) => {
                Some(format!("it has format version {found}, this program reads up to {FORMAT_VERSION}"))
            }
        }
    }
}

/// A file that lies where data files lie.
#[derive(Debug, Clone)]
pub(super) struct DataObject {
    pub(super) path: String,
    pub(super) zone: Zone,
    pub(super) as_of: NaiveDate,
    pub(super) bytes: u64,
    pub(super) last_modified: DateTime<Utc>,
}

/// An object in staging.
#[derive(Debug, Clone)]
pub(super) struct StagedObject {
    pub(super) path: String,
    pub(super) run_id: RunId,
    pub(super) bytes: u64,
}

impl Inventory {
    /// Reads it all.
    ///
    /// # Errors
    /// When the store refuses or fails: nothing can be said then. A manifest that is there and cannot be believed is no
    /// error.
    pub(super) async fn of(lake: &Lake) -> Result<Self, LakeError> {
        let ids = lake.every_snapshot().await?;
        let read = side_by_side(ids, |id| manifest(lake, id)).await?;
        Ok(Self {
            manifests: repaired(read.into_iter().collect()),
            data: data(lake).await?,
            staged: staged(lake).await?,
            held: Held::by_run(lake).await?,
            begun: begun::all(lake).await?,
            in_views: layout::files_in_views(&views(lake).await?),
            latest_day: lake.latest_day,
            is_remote: lake.root().is_none(),
        })
    }

    /// Days that have a manifest which cannot be read.
    pub(super) fn unreadable_days(&self) -> BTreeSet<NaiveDate> {
        self.manifests.iter().filter(|(_, said)| said.unreadable().is_some()).map(|(id, _)| id.as_of).collect()
    }

    /// The current snapshot of a day, where its manifest can be read.
    pub(super) fn current(&self, as_of: NaiveDate) -> Option<&Snapshot> {
        self.manifests_of(as_of).next_back()?.1.snapshot()
    }

    /// The manifests of a day, ascending.
    pub(super) fn manifests_of(&self, as_of: NaiveDate) -> impl DoubleEndedIterator<Item = (SnapshotId, &Manifest)> {
        let id = |sequence| SnapshotId { as_of, sequence };
        self.manifests.range(id(0)..=id(u64::MAX)).map(|(id, said)| (*id, said))
    }
}

/// A manifest, and the SHA-256 of its bytes.
async fn manifest(lake: &Lake, id: SnapshotId) -> Result<(SnapshotId, (Manifest, String)), LakeError> {
    let stored = match lake.load(id).await {
        Ok(stored) => stored,
        // It was listed a moment ago: what it named is not garbage for that.
        Err(error) if error.is_not_found() => {
            return Ok((id, (Manifest::Unknown("it is gone since it was listed".to_owned()), String::new())));
        }
        Err(error) => return Err(error),
    };
    let said = match stored.snapshot {
        Ok(snapshot) => Manifest::Says(Box::new(snapshot)),
        Err(LakeError::Corrupt { reason, .. }) => Manifest::Unknown(reason),
        Err(LakeError::Newer { found, .. }) => Manifest::Newer(found),
        Err(error) => return Err(error),
    };
    Ok((id, (said, stored.sha256)))
}

/// Tells those apart that were replaced as they are from those that changed since.
fn repaired(read: BTreeMap<SnapshotId, (Manifest, String)>) -> BTreeMap<SnapshotId, Manifest> {
    let replaced_as = |id: &SnapshotId| {
        let next = SnapshotId { sequence: id.sequence.saturating_add(1), ..*id };
        Some(read.get(&next)?.0.snapshot()?.previous.as_ref()?.sha256.clone())
    };
    let one = |(id, (said, sha256)): (&SnapshotId, &(Manifest, String))| match said {
        Manifest::Unknown(_) if replaced_as(id).as_ref() == Some(sha256) => (*id, Manifest::Repaired),
        said => (*id, said.clone()),
    };
    read.iter().map(one).collect()
}

async fn data(lake: &Lake) -> Result<Vec<DataObject>, LakeError> {
    let mut data = Vec::new();
    for zone in Zone::ALL {
        for object in lake.objects_in(&layout::zone_dir(zone)).await? {
            let path = object.location.to_string();
            let Some((zone, as_of)) = layout::place_of(&path) else { continue };
            data.push(DataObject { path, zone, as_of, bytes: object.size, last_modified: object.last_modified });
        }
    }
    Ok(data)
}

async fn staged(lake: &Lake) -> Result<Vec<StagedObject>, LakeError> {
    let listing = lake.objects_in(&Path::from(layout::STAGING)).await?;
    let staged = listing.into_iter().filter_map(|object| {
        let path = object.location.to_string();
        let run_id = layout::staging_run(&path)?;
        Some(StagedObject { path, run_id, bytes: object.size })
    });
    Ok(staged.collect())
}

async fn views(lake: &Lake) -> Result<String, LakeError> {
    let path = Path::from(layout::DUCKDB_VIEWS);
    let failed = |e| LakeError::store("read", &path, e);
    match lake.store.get(&path).await {
        Ok(object) => Ok(String::from_utf8_lossy(&object.bytes().await.map_err(failed)?).into_owned()),
        Err(StoreError::NotFound { .. }) => Ok(String::new()),
        Err(error) => Err(failed(error)),
    }
}
