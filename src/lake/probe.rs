//! Whether a store lets us write, and honours conditions: the put that succeeds only where nothing is, on which publishing
//! rests, and the put that replaces only what was seen, on which the lease in a bucket rests.

use object_store::{Error as StoreError, ObjectStore, ObjectStoreExt as _, PutMode, UpdateVersion, path::Path};

use super::{Lake, LakeError, error::is_unknown_to_the_store, layout, staging::discard};
use crate::run_id::RunId;

/// Whether a second put of the same name is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PutIfAbsent {
    /// It is: of two runs that publish the same day, exactly one succeeds.
    Honoured,
    /// It is not: each would undo the other.
    Ignored,
}

/// Whether a put that replaces an object only as long as nobody else did (`If-Match`) is refused otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Replace {
    /// It is: of two writers that take over a lease which has expired, one gets it.
    Honoured,
    /// It is not: both would get it.
    Ignored,
    /// The store has no such put, or objects without versions.
    Unsupported,
    /// On a disk the operating system keeps the lock: nothing is replaced.
    NotNeeded,
}

impl Lake {
    /// Replaces one small object by its version, and once more by the version that is gone, and removes it, in the staging
    /// of `run_id`, which holds nothing else yet.
    ///
    /// # Errors
    /// When the store refuses or fails.
    pub(crate) async fn probe_replace(&self, run_id: &RunId) -> Result<Replace, LakeError> {
        if self.root().is_some() {
            return Ok(Replace::NotNeeded);
        }
        let path = layout::probe(run_id);
        let outcome = self.replace_twice(&path).await;
        discard(self, run_id).await?;
        match outcome {
            Ok(found) => Ok(found),
            Err(error) if is_unknown_to_the_store(&error) => Ok(Replace::Unsupported),
            Err(error) => Err(LakeError::store("write", &path, error)),
        }
    }

    async fn replace_twice(&self, path: &Path) -> Result<Replace, StoreError> {
        self.store.put(path, "seen".into()).await?;
        let seen = self.store.head(path).await?;
        if seen.e_tag.is_none() && seen.version.is_none() {
            return Ok(Replace::Unsupported);
        }
        let seen = UpdateVersion { e_tag: seen.e_tag, version: seen.version };
        let replace = async |content: &'static str| {
            let mode = PutMode::Update(seen.clone()).into();
            match self.store.put_opts(path, content.into(), mode).await {
                Ok(_) => Ok(true),
                Err(StoreError::Precondition { .. } | StoreError::NotModified { .. }) => Ok(false),
                Err(error) => Err(error),
            }
        };
        if !replace("replaced").await? {
            // The store's client tries again when an answer is lost, and finds its own object then.
            let found = self.store.get(path).await?.bytes().await?;
            if found.as_ref() != b"replaced" {
                return Ok(Replace::Unsupported);
            }
        }
        Ok(if replace("replaced again").await? { Replace::Ignored } else { Replace::Honoured })
    }

    /// Makes one small object twice and removes it, in the staging of `run_id`, which holds nothing else yet.
    ///
    /// # Errors
    /// When the store refuses or fails, also when it does not know conditional puts.
    pub(crate) async fn probe(&self, run_id: &RunId) -> Result<PutIfAbsent, LakeError> {
        let path = layout::probe(run_id);
        let put = async |content: &[u8]| match self.put_new(&path, content.to_vec()).await {
            Ok(()) => Ok(PutIfAbsent::Ignored),
            Err(StoreError::AlreadyExists { .. } | StoreError::Precondition { .. }) => Ok(PutIfAbsent::Honoured),
            Err(error) => Err(LakeError::store("write", &path, error)),
        };
        // The store's client tries again when an answer is lost, so that the first put too may find the object there.
        let outcome = match put(b"first").await {
            Ok(_) => put(b"second").await,
            failed => failed,
        };
        discard(self, run_id).await?;
        outcome
    }

    /// What to say of a store that ignores the condition.
    pub(crate) fn not_conditional(&self) -> LakeError {
        LakeError::NotConditional { lake: self.display() }
    }

    async fn put_new(&self, path: &Path, content: Vec<u8>) -> Result<(), StoreError> {
        self.store.put_opts(path, content.into(), PutMode::Create.into()).await.map(drop)
    }
}
