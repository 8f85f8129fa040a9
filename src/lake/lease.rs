//! One writer at a time: a second run would spend the budget twice and publish against the first.
//!
//! On a local disk the operating system keeps the lock and drops it with the process. In a bucket it is an object, renewed
//! while the run works: a run that was killed leaves it behind for at most [`TERM`]. Whoever takes it puts a random token
//! of its own into it, and whatever happens to it afterwards (renewal, release, somebody else's taking over) replaces
//! exactly the version that was looked at. It is never deleted, because no condition can be put on that: one that was
//! given back says so. How old it is, is told by the store's clock alone: writers need not agree on the time.
//!
//! Publishing does not rest on it: two writers that both believe in their lease still cannot both publish.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use object_store::{Error as StoreError, ObjectStore, ObjectStoreExt, PutMode, PutResult, UpdateVersion, path::Path};
use rand::Rng as _;
use serde::{Deserialize, Serialize};
use tokio::{sync::watch, task::JoinHandle};

use super::{Lake, LakeError, layout};
use crate::{
    clock::SharedClock,
    lock::{FileLock, NotLocked, Owner},
    modes::{self, Access},
};

/// How long a lease in a bucket lasts without being renewed.
const TERM: Duration = Duration::from_secs(60);
/// How often it is renewed.
const RENEWAL: Duration = Duration::from_secs(20);
/// A renewal whose answer never came may still happen while the lease is given back, once.
const ATTEMPTS_TO_RELEASE: usize = 3;

/// The right to write to a lake.
#[derive(Debug)]
pub(crate) struct Lease {
    kind: Kind,
    lost: watch::Receiver<bool>,
}

#[derive(Debug)]
enum Kind {
    /// Ends with the process.
    Local { _lock: FileLock },
    /// Renewed by a task.
    Remote { taken: Box<Taken>, renewal: JoinHandle<()> },
}

/// What the object in the bucket says. No two writings are equal, so that a store whose versions are made from the content
/// tells them apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Content {
    holder: String,
    /// By the holder's clock: for people, and for earlier versions of this program, which go by it.
    expires_at: DateTime<Utc>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    owner: Option<Owner>,
    /// Absent where an earlier version wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    token: Option<String>,
    /// How often it was written.
    #[serde(default)]
    written: u64,
    /// Whether it was given back.
    #[serde(default)]
    released: bool,
}

/// The object as it was read.
struct Found {
    /// `None` when it cannot be understood.
    content: Option<Content>,
    version: UpdateVersion,
    /// By the store's clock.
    modified: DateTime<Utc>,
}

/// A lease in a bucket, from the side of who takes it.
#[derive(Debug, Clone)]
struct Taken {
    lake: Lake,
    clock: SharedClock,
    /// As people should call the holder.
    holder: String,
    owner: Option<Owner>,
    /// Of this acquisition alone.
    token: String,
}

impl Lease {
    /// Takes the lease for `holder`, as people should call it. Never waits for another writer. One with the same `owner` is
    /// known to be dead: its lease in a bucket is taken over before it expires.
    ///
    /// # Errors
    /// [`LakeError::Locked`] when another writer has it; the store's errors.
    pub(crate) async fn take(
        lake: &Lake,
        holder: &str,
        owner: Option<&Owner>,
        clock: &SharedClock,
    ) -> Result<Self, LakeError> {
        match lake.root() {
            Some(root) => {
                let path = layout::lock_file().parts().fold(root.to_path_buf(), |p, part| p.join(part.as_ref()));
                let failed = |e| LakeError::io("lock", layout::lock_file(), e);
                let made = path.parent().map(|folder| modes::create_folders(folder, Access::Shared));
                made.transpose().map_err(failed)?;
                let lock = FileLock::take(&path, holder).map_err(|error| match error {
                    NotLocked::Taken(holder) => LakeError::Locked { lake: lake.display(), holder },
                    NotLocked::Failed(error) => failed(error),
                })?;
                // Its sender is gone, so that `lost` waits for ever.
                Ok(Self { kind: Kind::Local { _lock: lock }, lost: watch::channel(false).1 })
            }
            None => {
                // Not from the run's seed: two writers with one seed must not be taken for each other.
                let token = format!("{:032x}", rand::rng().random::<u128>());
                let (holder, owner) = (holder.to_owned(), owner.cloned());
                let taken = Taken { lake: lake.clone(), clock: clock.clone(), holder, owner, token };
                let version = taken.acquire().await?;
                let (sender, lost) = watch::channel(false);
                let renewal = tokio::spawn(taken.clone().renew(version, sender));
                Ok(Self { kind: Kind::Remote { taken: Box::new(taken), renewal }, lost })
            }
        }
    }

    /// Returns when another writer has taken the lease over, which happens only to a process that stood still.
    pub(crate) async fn lost(&self) {
        let mut lost = self.lost.clone();
        if lost.wait_for(|lost| *lost).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Gives the lease back, if it is still ours. Without it, a lease in a bucket ends by expiry.
    pub(crate) async fn release(self) {
        let Kind::Remote { taken, renewal } = &self.kind else { return };
        renewal.abort();
        if !*self.lost.borrow()
            && let Err(error) = taken.release().await
        {
            tracing::warn!(%error, "the lease could not be given back; it ends by itself within a minute");
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Kind::Remote { renewal, .. } = &self.kind {
            renewal.abort();
        }
    }
}

impl Taken {
    async fn acquire(&self) -> Result<UpdateVersion, LakeError> {
        let failed = |e| LakeError::store("lease", layout::lease(), e);
        match self.put(0, false, PutMode::Create).await {
            Ok(put) => return Ok(put.into()),
            Err(StoreError::AlreadyExists { .. } | StoreError::Precondition { .. }) => {}
            Err(error) => return self.ours().await.map(|(version, _)| version).ok_or_else(|| failed(error)),
        }
        let found = read(&self.lake).await.map_err(failed)?;
        // When the answer to a put is lost, the store's client tries again and finds what it put itself.
        if self.is_ours(&found) {
            return Ok(found.version);
        }
        let is_free = found
            .content
            .as_ref()
            .is_some_and(|content| content.released || (content.owner.is_some() && content.owner == self.owner));
        if !is_free {
            let until = found.modified + TimeDelta::from_std(TERM).unwrap_or_default();
            if store_now(&self.lake).await? < until {
                let until = format!(", until {} unless it goes on", until.format("%H:%M:%SZ"));
                return Err(self.someone_else(&found, &until));
            }
        }
        match self.put(0, false, PutMode::Update(found.version)).await {
            Ok(put) => Ok(put.into()),
            Err(error) => match (read(&self.lake).await, error) {
                (Ok(found), _) if self.is_ours(&found) => Ok(found.version),
                // Another taker, or a holder that stood still and went on.
                (Ok(found), StoreError::Precondition { .. }) => Err(self.someone_else(&found, "")),
                (_, error) => Err(failed(error)),
            },
        }
    }

    /// Renews until another writer has the lease. A store that fails for a while costs nothing while the term lasts.
    async fn renew(self, mut version: UpdateVersion, lost: watch::Sender<bool>) {
        for written in 1.. {
            tokio::time::sleep(RENEWAL).await;
            match self.put(written, false, PutMode::Update(version.clone())).await {
                Ok(put) => version = put.into(),
                Err(StoreError::Precondition { .. } | StoreError::NotFound { .. }) => {
                    // A renewal whose answer was lost looks the same: only reading it back tells.
                    match self.ours().await {
                        Some((found, _)) => version = found,
                        None => {
                            lost.send_replace(true);
                            return;
                        }
                    }
                }
                Err(error) => tracing::warn!(%error, "the lease could not be renewed"),
            }
        }
    }

    /// Replaces the lease by one that says that it was given back, unless it is another writer's by now.
    async fn release(&self) -> Result<(), StoreError> {
        let mut attempts = 0;
        while let Some((version, written)) = self.ours().await {
            attempts += 1;
            match self.put(written + 1, true, PutMode::Update(version)).await {
                Ok(_) => return Ok(()),
                Err(StoreError::Precondition { .. }) if attempts < ATTEMPTS_TO_RELEASE => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn put(&self, written: u64, released: bool, mode: PutMode) -> Result<PutResult, StoreError> {
        let term = if released { Duration::ZERO } else { TERM };
        let content = Content {
            holder: self.holder.clone(),
            expires_at: self.clock.now() + term,
            owner: self.owner.clone(),
            token: Some(self.token.clone()),
            written,
            released,
        };
        let json = serde_json::to_vec(&content).unwrap_or_default();
        self.lake.store.put_opts(&layout::lease(), json.into(), mode.into()).await
    }

    /// The version of the lease and how often it was written, where it is still ours.
    async fn ours(&self) -> Option<(UpdateVersion, u64)> {
        let found = read(&self.lake).await.ok().filter(|found| self.is_ours(found))?;
        Some((found.version, found.content?.written))
    }

    /// One that was given back is nobody's.
    fn is_ours(&self, found: &Found) -> bool {
        found.content.as_ref().is_some_and(|content| !content.released && content.token.as_ref() == Some(&self.token))
    }

    fn someone_else(&self, found: &Found, until: &str) -> LakeError {
        let holder = found.content.as_ref().map_or("somebody unknown", |content| &content.holder);
        LakeError::Locked { lake: self.lake.display(), holder: format!("{holder}{until}") }
    }
}

async fn read(lake: &Lake) -> Result<Found, StoreError> {
    let found = lake.store.get(&layout::lease()).await?;
    let version = UpdateVersion { e_tag: found.meta.e_tag.clone(), version: found.meta.version.clone() };
    let modified = found.meta.last_modified;
    Ok(Found { content: serde_json::from_slice(&found.bytes().await?).ok(), version, modified })
}

/// What time it is by the store's clock: that of an object just written.
async fn store_now(lake: &Lake) -> Result<DateTime<Utc>, LakeError> {
    let path: Path = layout::store_clock();
    let failed = |e| LakeError::store("write", &path, e);
    lake.store.put(&path, "the store's time is that of this object\n".into()).await.map_err(failed)?;
    Ok(lake.store.head(&path).await.map_err(|e| LakeError::store("read", &path, e))?.last_modified)
}

#[cfg(test)]
mod tests;
