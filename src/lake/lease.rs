//! One writer at a time: a second run would spend the budget twice and publish against the first.
//!
//! On a local disk the operating system keeps the lock and drops it with the process. In a bucket it is an object with an
//! owner and an expiry, renewed while the run works: a run that was killed leaves it behind for at most [`TERM`].
//! Publishing does not rest on it: two writers that both believe in their lease still cannot both publish.

use std::time::Duration;

use chrono::{DateTime, Utc};
use object_store::{Error as StoreError, ObjectStore, ObjectStoreExt, PutMode, PutResult, UpdateVersion, path::Path};
use serde::{Deserialize, Serialize};
use tokio::{sync::watch, task::JoinHandle};

use super::{Lake, LakeError, layout};
use crate::{
    clock::SharedClock,
    lock::{FileLock, NotLocked},
    modes::{self, Access},
};

/// How long a lease in a bucket lasts without being renewed.
const TERM: Duration = Duration::from_secs(60);
/// How often it is renewed.
const RENEWAL: Duration = Duration::from_secs(20);

/// The right to write to a lake.
#[derive(Debug)]
pub struct Lease {
    kind: Kind,
    lost: watch::Receiver<bool>,
}

#[derive(Debug)]
enum Kind {
    /// Ends with the process.
    Local { _lock: FileLock },
    /// Renewed by a task.
    Remote { lake: Lake, renewal: JoinHandle<()> },
}

/// What the object in the bucket says.
#[derive(Debug, Serialize, Deserialize)]
struct Held {
    holder: String,
    expires_at: DateTime<Utc>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    owner: Option<String>,
}

/// Who takes a lease.
#[derive(Debug, Clone)]
struct Holder {
    /// As people should call it.
    name: String,
    /// Equal only for writers that cannot be alive at the same time.
    owner: Option<String>,
}

impl Lease {
    /// Takes the lease for `holder`, as people should call it; no two writers are called alike. Never waits for another writer. One with the same `owner`
    /// is known to be dead: its lease in a bucket is taken over before it expires.
    ///
    /// # Errors
    /// [`LakeError::Held`] when another writer has it; the store's errors.
    pub async fn take(lake: &Lake, holder: &str, owner: Option<&str>, clock: &SharedClock) -> Result<Self, LakeError> {
        match lake.root() {
            Some(root) => {
                let path = layout::lock_file().parts().fold(root.to_path_buf(), |p, part| p.join(part.as_ref()));
                let failed = |e| LakeError::io("lock", layout::lock_file(), e);
                let made = path.parent().map(|folder| modes::create_folders(folder, Access::Shared));
                made.transpose().map_err(failed)?;
                let lock = FileLock::take(&path, holder).map_err(|error| match error {
                    NotLocked::Held(holder) => LakeError::Held { lake: lake.display(), holder },
                    NotLocked::Failed(error) => failed(error),
                })?;
                // Its sender is gone, so that `lost` waits for ever.
                Ok(Self { kind: Kind::Local { _lock: lock }, lost: watch::channel(false).1 })
            }
            None => {
                let holder = Holder { name: holder.to_owned(), owner: owner.map(str::to_owned) };
                let version = acquire(lake, &holder, clock).await?;
                let (sender, lost) = watch::channel(false);
                let task = renew(lake.clone(), holder, clock.clone(), version, sender);
                let kind = Kind::Remote { lake: lake.clone(), renewal: tokio::spawn(task) };
                Ok(Self { kind, lost })
            }
        }
    }

    /// Returns when another writer has taken the lease over, which happens only to a process that stood still.
    pub async fn lost(&self) {
        let mut lost = self.lost.clone();
        if lost.wait_for(|lost| *lost).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Gives the lease back. Without it, a lease in a bucket ends by expiry.
    pub async fn release(self) {
        let Kind::Remote { lake, renewal } = &self.kind else { return };
        renewal.abort();
        if !*self.lost.borrow()
            && let Err(error) = lake.store.delete(&layout::lease()).await
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

async fn acquire(lake: &Lake, holder: &Holder, clock: &SharedClock) -> Result<UpdateVersion, LakeError> {
    let path = layout::lease();
    let failed = |e| LakeError::store("lease", &path, e);
    match put(lake, holder, clock, PutMode::Create).await {
        Ok(put) => return Ok(put.into()),
        Err(StoreError::AlreadyExists { .. } | StoreError::Precondition { .. }) => {}
        Err(error) => return ours(lake, holder).await.ok_or_else(|| failed(error)),
    }
    let found = lake.store.get(&path).await.map_err(failed)?;
    let version = UpdateVersion { e_tag: found.meta.e_tag.clone(), version: found.meta.version.clone() };
    let held = found.bytes().await.map_err(failed)?;
    let held: Option<Held> = serde_json::from_slice(&held).ok();
    // When the answer to a put is lost, the store's client tries again and finds what it put itself.
    if held.as_ref().is_some_and(|held| held.holder == holder.name) {
        return Ok(version);
    }
    let someone_else = |holder: &str| LakeError::Held { lake: lake.display(), holder: holder.to_owned() };
    let is_alive = |held: &&Held| held.expires_at > clock.now() && (held.owner.is_none() || held.owner != holder.owner);
    if let Some(Held { holder, expires_at, .. }) = held.as_ref().filter(is_alive) {
        return Err(someone_else(&format!("{holder}, until {} unless it goes on", expires_at.format("%H:%M:%SZ"))));
    }
    match put(lake, holder, clock, PutMode::Update(version)).await {
        Ok(put) => Ok(put.into()),
        Err(error) => match (ours(lake, holder).await, error) {
            (Some(version), _) => Ok(version),
            (None, StoreError::Precondition { .. }) => Err(someone_else("a run that began at the same moment")),
            (None, error) => Err(failed(error)),
        },
    }
}

async fn put(lake: &Lake, holder: &Holder, clock: &SharedClock, mode: PutMode) -> Result<PutResult, StoreError> {
    let Holder { name, owner } = holder.clone();
    let held = Held { holder: name, expires_at: clock.now() + TERM, owner };
    let json = serde_json::to_vec(&held).unwrap_or_default();
    lake.store.put_opts(&Path::clone(&layout::lease()), json.into(), mode.into()).await
}

/// The version of the lease, where it is still ours.
async fn ours(lake: &Lake, holder: &Holder) -> Option<UpdateVersion> {
    let found = lake.store.get(&layout::lease()).await.ok()?;
    let version = UpdateVersion { e_tag: found.meta.e_tag.clone(), version: found.meta.version.clone() };
    let held: Held = serde_json::from_slice(&found.bytes().await.ok()?).ok()?;
    (held.holder == holder.name).then_some(version)
}

/// Renews until another writer has the lease. A store that fails for a while costs nothing while the term lasts.
async fn renew(lake: Lake, holder: Holder, clock: SharedClock, mut version: UpdateVersion, lost: watch::Sender<bool>) {
    loop {
        tokio::time::sleep(RENEWAL).await;
        match put(&lake, &holder, &clock, PutMode::Update(version.clone())).await {
            Ok(put) => version = put.into(),
            Err(StoreError::Precondition { .. } | StoreError::NotFound { .. }) => {
                // A renewal whose answer was lost looks the same: only reading it back tells.
                match ours(&lake, &holder).await {
                    Some(found) => version = found,
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use object_store::memory::InMemory;
    use url::Url;

    use super::*;
    use crate::clock::TokioClock;

    fn bucket() -> (Lake, SharedClock) {
        let clock: SharedClock = Arc::new(TokioClock::starting_at("2026-11-22T06:00:00Z".parse().unwrap()));
        (Lake::with_store(Arc::new(InMemory::new()), Url::parse("memory:///").unwrap()), clock)
    }

    async fn refused(lake: &Lake, clock: &SharedClock) -> String {
        Lease::take(lake, "the second", None, clock).await.unwrap_err().to_string()
    }

    #[tokio::test(start_paused = true)]
    async fn one_at_a_time_for_as_long_as_it_takes() {
        let (lake, clock) = bucket();
        let lease = Lease::take(&lake, "the first", None, &clock).await.unwrap();
        for _ in 0..10 {
            assert!(refused(&lake, &clock).await.contains("the first"));
            tokio::time::sleep(Duration::from_secs(50)).await;
        }
        lease.release().await;
        Lease::take(&lake, "the second", None, &clock).await.unwrap().release().await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_killed_writer_is_followed_after_a_minute_and_learns_it_if_it_wakes() {
        let (lake, clock) = bucket();
        let lease = Lease::take(&lake, "the first", None, &clock).await.unwrap();
        let Kind::Remote { renewal, .. } = &lease.kind else { panic!("a bucket") };
        renewal.abort();
        tokio::time::sleep(Duration::from_secs(59)).await;
        assert!(refused(&lake, &clock).await.contains("the first"));
        tokio::time::sleep(Duration::from_secs(2)).await;
        let successor = Lease::take(&lake, "the second", None, &clock).await.unwrap();
        let (sender, lost) = watch::channel(false);
        let stale = UpdateVersion { e_tag: Some("0".into()), version: None };
        renew(lake.clone(), Holder { name: "the first".into(), owner: None }, clock.clone(), stale, sender).await;
        assert!(*lost.borrow());
        drop(successor);
    }

    #[tokio::test(start_paused = true)]
    async fn a_killed_writer_is_followed_at_once_on_its_own_machine() {
        let (lake, clock) = bucket();
        let owner = Some("this machine, that tenant");
        std::mem::forget(Lease::take(&lake, "the first", owner, &clock).await.unwrap());
        for other in [None, Some("another machine")] {
            let held = Lease::take(&lake, "the second", other, &clock).await.unwrap_err();
            assert!(held.to_string().contains("the first"));
        }
        Lease::take(&lake, "the second", owner, &clock).await.unwrap();
    }

    #[tokio::test]
    async fn a_folder_is_locked_by_the_system() {
        let folder = tempfile::tempdir().unwrap();
        let lake = Lake::open(&folder.path().display().to_string(), &|_| None).unwrap();
        let clock: SharedClock = Arc::new(crate::clock::SystemClock);
        let lease = Lease::take(&lake, "the first", None, &clock).await.unwrap();
        assert!(refused(&lake, &clock).await.contains("the first"));
        drop(lease);
        Lease::take(&lake, "the second", None, &clock).await.unwrap();
    }
}
