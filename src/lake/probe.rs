//! Whether a store lets us write, and honours the put that succeeds only where nothing is: publishing rests on it.

use object_store::{Error as StoreError, ObjectStore, PutMode, path::Path};

use super::{Lake, LakeError, layout, publish::discard};

/// Whether a second put of the same name is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PutIfAbsent {
    /// It is: of two runs that publish the same day, exactly one succeeds.
    Honoured,
    /// It is not: each would undo the other.
    Ignored,
}

impl Lake {
    /// Makes one small object twice and removes it, in the staging of `run_id`, which holds nothing else yet.
    ///
    /// # Errors
    /// When the store refuses or fails, also when it does not know conditional puts.
    pub async fn probe(&self, run_id: &str) -> Result<PutIfAbsent, LakeError> {
        layout::check_run_id(run_id)?;
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
    pub fn not_conditional(&self) -> LakeError {
        LakeError::NotConditional { lake: self.display() }
    }

    async fn put_new(&self, path: &Path, content: Vec<u8>) -> Result<(), StoreError> {
        self.store.put_opts(path, content.into(), PutMode::Create.into()).await.map(drop)
    }
}
