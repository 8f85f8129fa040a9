//! Events that were received and that no table holds yet: files of records, each sealed once and never changed.
//!
//! Whoever receives events appends them to a file that only it knows, and gives it a sealed name when it is large or old
//! enough. Whoever publishes them as a table reads the sealed files, oldest first, and removes those whose events the
//! published manifest holds; a run that dies in between reads them again, so that events are told apart by their ids.
//!
//! - `record`: how an event is written down
//!
//! ```text
//! for segment in lake.received_segments().await? {          one at a time: each is at most some MB
//!     let received = lake.read_received(&segment).await?;   received.events: time and JSON; received.damaged_bytes
//! }                                                          … merge by id, publish …
//! lake.remove_received(&segments).await?;                   those without damage
//! ```

mod record;

use std::{fmt, io, path::PathBuf};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use object_store::{ObjectStoreExt as _, path::Path};

pub use self::record::ReceivedEvent;
pub(crate) use self::record::{Records, records};
use super::{Lake, LakeError, disk, layout};
use crate::modes::{self, Access};

/// What the name of a sealed file ends in.
const SEALED: &str = ".events";

/// A sealed file of received events. In the order of their names, the one that was begun first comes first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReceivedSegment(String);

/// What a sealed file holds.
#[derive(Debug)]
pub struct Received {
    /// The intact events, in the order in which they were received. The same event can be in several files.
    pub events: Vec<ReceivedEvent>,
    /// Bytes that belong to no intact event. A file that has any is not to be removed: somebody may still save them.
    pub damaged_bytes: u64,
}

impl fmt::Display for ReceivedSegment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl ReceivedSegment {
    /// The one that was begun then; `unique` tells those apart that were begun at the same moment.
    pub fn begun(begun_at: DateTime<Utc>, unique: u32) -> Self {
        Self(format!("{}-{unique:08x}{SEALED}", begun_at.format("%Y%m%dT%H%M%S%.6fZ")))
    }

    /// The one with this file name, where that is one of a sealed file.
    pub fn named(file: &str) -> Option<Self> {
        let name = file.strip_suffix(SEALED)?;
        let is_plain = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b));
        is_plain.then(|| Self(file.to_owned()))
    }

    fn path(&self) -> Path {
        layout::received_dir().join(self.0.as_str())
    }
}

impl Lake {
    /// The sealed files of received events, the one that was begun first before the others.
    ///
    /// # Errors
    /// When the store refuses or fails.
    pub async fn received_segments(&self) -> Result<Vec<ReceivedSegment>, LakeError> {
        let objects = self.objects_in(&layout::received_dir()).await?;
        let named = |path: Path| {
            let segment = ReceivedSegment::named(path.filename()?)?;
            (segment.path() == path).then_some(segment)
        };
        let mut segments: Vec<_> = objects.into_iter().filter_map(|object| named(object.location)).collect();
        segments.sort();
        Ok(segments)
    }

    /// Reads one of them, which takes as much memory as the file has bytes.
    ///
    /// # Errors
    /// When the store refuses or fails. Damage is none: what is intact is returned.
    pub async fn read_received(&self, segment: &ReceivedSegment) -> Result<Received, LakeError> {
        let path = segment.path();
        let failed = |e| LakeError::store("read", &path, e);
        let bytes = self.store.get(&path).await.map_err(failed)?.bytes().await.map_err(failed)?;
        let Records { events, damaged } = records(&bytes);
        Ok(Received { events, damaged_bytes: damaged.iter().map(|range| range.len() as u64).sum() })
    }

    /// Adds a sealed file that was written elsewhere; what it holds is what was written under its name before.
    ///
    /// # Errors
    /// When the store refuses or fails.
    pub async fn put_received(&self, segment: &ReceivedSegment, content: Bytes) -> Result<(), LakeError> {
        self.put(segment.path(), content.into()).await
    }

    /// Removes sealed files, for good: for those whose events a published manifest holds. One that is gone is no error.
    ///
    /// # Errors
    /// When the store refuses or fails; some may be gone then.
    pub async fn remove_received(&self, segments: &[ReceivedSegment]) -> Result<(), LakeError> {
        let paths: Vec<Path> = segments.iter().map(ReceivedSegment::path).collect();
        self.remove(paths.clone()).await?;
        disk::sync_removal(self.root(), &paths).await
    }

    /// Where events of a lake on a disk are written, for the user alone, made if need be. `None` for remote lakes.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn folder_for_received(&self) -> Result<Option<PathBuf>, LakeError> {
        let Some(root) = self.root() else { return Ok(None) };
        let folder = disk::on_disk(root, &layout::received_dir());
        let made =
            folder.parent().map_or(Err(io::ErrorKind::NotFound.into()), |p| modes::create_folders(p, Access::Shared));
        let made = made.and_then(|_| modes::create_folder(&folder, Access::Private));
        made.map_err(|e| LakeError::io("make", folder.display(), e))?;
        Ok(Some(folder))
    }
}

#[cfg(test)]
mod tests;
