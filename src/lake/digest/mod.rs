//! What earlier manifests say, kept in one small object, so that a run need not read the manifests of a thousand days to add
//! one: `_lake/digest.json`.
//!
//! It can never be a second truth. Of each manifest it holds which object it was read from (size, entity tag, time), and the
//! listing of the manifests tells whether that is still the one that is there: a manifest that the digest does not know, or
//! knows as another, is read. A digest that is missing, damaged or of another format knows none. It is for what
//! concerns all days at once: views, the types that columns had, a query over all days. What is read, compared, kept or
//! deleted of one day goes by its manifest, and `verify` and `gc` believe manifests alone.
//!
//! - `gist`: what is kept of a snapshot
//! - `stored`: the object
//! - `around`: what runs, and queries over all days, learn by it

mod around;
mod gist;
mod stored;

use std::collections::BTreeMap;

use object_store::{Error as StoreError, ObjectMeta, ObjectStoreExt as _};

pub(crate) use self::around::DayTable;
pub(super) use self::gist::{Gist, GistTable};
use self::{
    gist::Gists,
    stored::{Known, Origin},
};
use super::{Lake, LakeError, Snapshot, SnapshotId, UnreadableDay, layout, manifest::newest_of};

/// The current snapshots of all days, as far as others than their readers need them.
#[derive(Debug)]
pub(super) struct Surveyed {
    /// One for each current manifest.
    pub(super) ids: Vec<SnapshotId>,
    /// Those that can be read, ascending.
    pub(super) gists: Vec<Gist>,
    /// The others, ascending.
    pub(super) unreadable: Vec<UnreadableDay>,
    /// The digest as it should be, unless the lake has it.
    outdated: Option<Vec<Known>>,
}

/// What is believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Believe {
    /// What the digest says of a manifest that is the one it was made from.
    Digest,
    /// Manifests alone.
    Manifests,
}

impl Lake {
    /// The current snapshots of all days: one listing, the digest, and each manifest that it does not know.
    ///
    /// # Errors
    /// When the store refuses or fails, or a manifest is of a newer format.
    pub(super) async fn survey(&self, believe: Believe) -> Result<Surveyed, LakeError> {
        let origins = origins(self.objects_in(&layout::manifests_dir()).await?);
        let known = match believe {
            Believe::Digest => self.digest().await?,
            Believe::Manifests => None,
        };
        let there = known.is_some();
        let mut known: BTreeMap<SnapshotId, Known> =
            known.into_iter().flatten().map(|known| (known.gist.id, known)).collect();
        let had = known.len();
        known.retain(|id, known| origins.get(id).is_some_and(|origin| *origin == Some(known.origin.clone())));
        let unknown: Vec<SnapshotId> = origins.keys().filter(|id| !known.contains_key(id)).copied().collect();
        let changed = !there || had != known.len() || !unknown.is_empty();
        let days = self.read_days(&unknown).await?;
        let mut gists = Gists::over(known.values().map(|known| &known.gist));
        let mut read = Vec::new();
        for snapshot in &days.snapshots {
            let gist = gists.of(snapshot);
            match origins.get(&gist.id).cloned().flatten() {
                Some(origin) => drop(known.insert(gist.id, Known { origin, gist })),
                // Of a store that has no entity tags, each is read every time.
                None => read.push(gist),
            }
        }
        let all: Vec<Known> = known.into_values().collect();
        let mut gists: Vec<Gist> = all.iter().map(|known| known.gist.clone()).chain(read).collect();
        gists.sort_by_key(|gist| gist.id);
        let (ids, unreadable) = (origins.into_keys().collect(), days.unreadable);
        Ok(Surveyed { ids, gists, unreadable, outdated: changed.then_some(all) })
    }

    /// Keeps what was found for the next run. A digest that cannot be written costs the next run the reading of manifests, and
    /// no more.
    pub(super) async fn keep_digest(&self, surveyed: &Surveyed) {
        let Some(known) = &surveyed.outdated else { return };
        let written = match stored::to_json(known) {
            Ok(json) => self.store.put(&layout::digest(), json.into()).await.map(drop).map_err(|e| e.to_string()),
            Err(error) => Err(error.to_string()),
        };
        if let Err(error) = written {
            tracing::debug!(error, "the digest of manifests was not written: the next run reads them again");
        }
    }

    /// What the lake's digest holds; none where there is none that can be believed.
    async fn digest(&self) -> Result<Option<Vec<Known>>, LakeError> {
        let path = layout::digest();
        let failed = |e| LakeError::store("read", &path, e);
        match self.store.get(&path).await {
            Ok(object) => Ok(stored::parse(&object.bytes().await.map_err(failed)?)),
            // Who may read manifests need not be allowed to read it: it tells nothing more.
            Err(StoreError::NotFound { .. } | StoreError::PermissionDenied { .. }) => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }

    /// Whether the digest says of one of `snapshots` what its manifest does not, and would be believed.
    ///
    /// # Errors
    /// When the store refuses or fails.
    pub(super) async fn is_misquoted(&self, snapshots: &[Gist]) -> Result<bool, LakeError> {
        let said: BTreeMap<SnapshotId, &Gist> = snapshots.iter().map(|gist| (gist.id, gist)).collect();
        let origins = origins(self.objects_in(&layout::manifests_dir()).await?);
        let known = self.digest().await?.into_iter().flatten();
        let mut believed = known.filter(|known| origins.get(&known.gist.id) == Some(&Some(known.origin.clone())));
        Ok(believed.any(|known| said.get(&known.gist.id).is_none_or(|manifest| **manifest != known.gist)))
    }
}

/// What is kept of `snapshots`.
pub(super) fn gists_of(snapshots: &[Snapshot]) -> Vec<Gist> {
    let mut gists = Gists::default();
    snapshots.iter().map(|snapshot| gists.of(snapshot)).collect()
}

/// The objects of the current manifests, where the store tells them apart.
fn origins(listing: Vec<ObjectMeta>) -> BTreeMap<SnapshotId, Option<Origin>> {
    let found = listing.into_iter().filter_map(|object| Some((layout::parse_manifest(&object.location)?, object)));
    let mut found: BTreeMap<SnapshotId, ObjectMeta> = found.collect();
    let ids: Vec<SnapshotId> = found.keys().copied().collect();
    let current = newest_of(&ids).into_iter();
    current.map(|id| (id, found.remove(&id).and_then(Origin::of))).collect()
}
