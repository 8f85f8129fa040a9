//! Snapshots that a later one of their date replaced: their manifests stay, their files only as long as asked.

use std::{fmt, str::FromStr};

use chrono::{DateTime, NaiveDate, Utc};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use object_store::{ObjectStoreExt as _, path::Path};

use super::{Lake, LakeError, Snapshot, SnapshotId, layout};

impl fmt::Display for SnapshotId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.as_of, self.sequence)
    }
}

impl FromStr for SnapshotId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('.');
        let id = parts.and_then(|(date, sequence)| {
            Some(Self { as_of: date.parse::<NaiveDate>().ok()?, sequence: sequence.parse().ok()? })
        });
        id.filter(|id| id.to_string() == text).ok_or_else(|| {
            format!("{text:?} is no snapshot: write DATE.N, such as 2026-01-31.2, as `lucca-lake snapshots` shows it")
        })
    }
}

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
    pub async fn every_snapshot(&self) -> Result<Vec<SnapshotId>, LakeError> {
        self.list_manifests(&layout::manifests_dir()).await
    }

    /// The snapshot called `id`, whether or not a later one replaced it.
    ///
    /// # Errors
    /// When the store refuses or fails, or the manifest is not usable.
    pub async fn snapshot_called(&self, id: SnapshotId) -> Result<Option<Snapshot>, LakeError> {
        match self.read(id).await {
            Ok(snapshot) => Ok(Some(snapshot)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whether every file of a snapshot exists: those of a replaced one may have gone. One request a file for a replaced
    /// snapshot, one listing for a current one.
    ///
    /// # Errors
    /// When the store refuses or fails.
    pub async fn has_files(&self, snapshot: &Snapshot) -> Result<bool, LakeError> {
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
        let paths: Vec<Path> = snapshot.files().map(|f| Path::from(f.path.as_str())).collect();
        let found: Vec<bool> = stream::iter(paths).map(exists).buffered(8).try_collect().await?;
        Ok(found.into_iter().all(|exists| exists))
    }

    /// The snapshots that `current` and its predecessors replaced and whose files are kept beyond `now`, newest first, as
    /// far as manifests can be believed: until the first that cannot, and why. What that one keeps is unknown.
    ///
    /// # Errors
    /// When the store refuses or fails, or a manifest is of a newer format.
    pub async fn readable_in_grace(
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_read_as_they_are_written() {
        let id = SnapshotId { as_of: NaiveDate::from_ymd_opt(2026, 1, 31).unwrap(), sequence: 12 };
        assert_eq!(id.to_string(), "2026-01-31.12");
        assert_eq!("2026-01-31.12".parse(), Ok(id));
        for wrong in ["2026-01-31", "2026-01-31.", "2026-1-31.1", "2026-01-31.01", "2026-01-31.+1", "x.1", ""] {
            assert!(wrong.parse::<SnapshotId>().is_err(), "{wrong}");
        }
    }
}
