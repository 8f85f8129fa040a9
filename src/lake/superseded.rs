//! Snapshots that a later one of their date replaced: their manifests stay, their files only as long as asked.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use object_store::{ObjectStoreExt as _, path::Path};

use super::{Lake, LakeError, Snapshot, SnapshotId, layout, side_by_side::side_by_side};
use crate::catalog::Zone;

impl Snapshot {
    /// The snapshot that this one replaced, if its files are kept beyond `now`.
    pub(super) fn keeps(&self, now: DateTime<Utc>) -> Option<SnapshotId> {
        let is_kept = self.keeps_replaced_until.is_some_and(|until| until > now);
        is_kept.then(|| SnapshotId { as_of: self.as_of, sequence: self.sequence.saturating_sub(1) })
    }
}

impl Lake {
    /// Every snapshot that was published and not collected, replaced ones included, ascending.
    ///
    /// # Errors
    /// When the store refuses or fails.
    pub(crate) async fn every_snapshot(&self) -> Result<Vec<SnapshotId>, LakeError> {
        self.list_manifests(&layout::manifests_dir()).await
    }

    /// The snapshot called `id`, whether or not a later one replaced it.
    ///
    /// # Errors
    /// When the store refuses or fails, or the manifest is not usable.
    pub(crate) async fn snapshot_called(&self, id: SnapshotId) -> Result<Option<Snapshot>, LakeError> {
        match self.read(id).await {
            Ok(snapshot) => Ok(Some(snapshot)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The data files that are there, and their bytes, whether or not a snapshot names them.
    ///
    /// # Errors
    /// When the store refuses or fails.
    pub(crate) async fn data_files(&self) -> Result<BTreeMap<String, u64>, LakeError> {
        let mut files = BTreeMap::new();
        for zone in Zone::ALL {
            let listing = self.objects_in(&layout::zone_dir(zone)).await?;
            let sizes = listing.into_iter().map(|object| (object.location.to_string(), object.size));
            files.extend(sizes.filter(|(path, _)| layout::place_of(path).is_some()));
        }
        Ok(files)
    }

    /// Whether every file of a snapshot exists: those of a replaced one may have gone. One request a file for a replaced
    /// snapshot, one listing for a current one.
    ///
    /// # Errors
    /// When the store refuses or fails.
    pub(crate) async fn has_files(&self, snapshot: &Snapshot) -> Result<bool, LakeError> {
        let exists = |path: Path| async move {
            match self.store().head(&path).await {
                Ok(_) => Ok(true),
                Err(object_store::Error::NotFound { .. }) => Ok(false),
                Err(error) => Err(LakeError::store("look for", &path, error)),
            }
        };
        if self.list_manifests(&layout::manifests_of(snapshot.as_of)).await?.last() == Some(&snapshot.id()) {
            return Ok(true);
        }
        let paths = snapshot.files().map(|f| Path::from(f.path.as_str()));
        let found = side_by_side(paths, exists).await?;
        Ok(found.into_iter().all(|exists| exists))
    }

    /// The snapshots that `current` and its predecessors replaced and whose files are kept beyond `now`, newest first, as
    /// far as manifests can be believed: until the first that cannot, and why. What that one keeps is unknown.
    ///
    /// # Errors
    /// When the store refuses or fails, or a manifest is of a newer format.
    pub(crate) async fn readable_in_grace(
        &self,
        current: &Snapshot,
        now: DateTime<Utc>,
    ) -> Result<(Vec<Snapshot>, Option<LakeError>), LakeError> {
        let mut kept = Vec::<Snapshot>::new();
        let mut successor = current.clone();
        while let Some(id) = successor.keeps(now) {
            let replaced = match self.snapshot_called(id).await {
                Ok(Some(replaced)) => replaced,
                Ok(None) => break,
                Err(error @ LakeError::Corrupt { .. }) => return Ok((kept, Some(error))),
                Err(error) => return Err(error),
            };
            kept.push(replaced.clone());
            successor = replaced;
        }
        Ok((kept, None))
    }
}
