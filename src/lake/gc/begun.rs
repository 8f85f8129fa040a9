//! What a collection is about to delete, put down before it begins: the manifests that explain those files go first, and
//! a collection that dies after them would leave files that nothing explains.

use object_store::{ObjectStoreExt as _, path::Path};
use serde::{Deserialize, Serialize};

use super::GarbageObject;
use crate::{
    lake::{Lake, LakeError, SnapshotId, layout, side_by_side::side_by_side},
    run_id::RunId,
};

/// What one collection deletes together with manifests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Begun {
    /// The collection.
    pub(super) run_id: RunId,
    /// The snapshots whose manifests go.
    pub(super) snapshots: Vec<String>,
    /// The files.
    pub(super) objects: Vec<GarbageObject>,
}

impl Begun {
    /// The snapshots whose manifests were to go.
    pub(super) fn ids(&self) -> impl Iterator<Item = SnapshotId> {
        self.snapshots.iter().filter_map(|id| id.parse().ok())
    }
}

/// Puts it down, durably.
pub(super) async fn put(lake: &Lake, begun: &Begun) -> Result<(), LakeError> {
    let failed = |e| LakeError::Internal { reason: format!("a collection cannot be written as JSON: {e}") };
    let json = serde_json::to_vec(begun).map_err(failed)?;
    lake.put(layout::collecting(&begun.run_id), json).await
}

/// Every collection that began and did not end. It only explains files, never names more of them: one that cannot be
/// read explains nothing.
pub(super) async fn all(lake: &Lake) -> Result<Vec<Begun>, LakeError> {
    let listing = lake.objects_in(&layout::collecting_dir()).await?;
    let paths = listing.into_iter().map(|object| object.location).filter(|path| path.extension() == Some("json"));
    let records = side_by_side(paths, |path| read(lake, path)).await?;
    Ok(records.into_iter().flatten().collect())
}

async fn read(lake: &Lake, path: Path) -> Result<Option<Begun>, LakeError> {
    let failed = |e| LakeError::store("read", &path, e);
    let content = match lake.store.get(&path).await {
        Ok(object) => object.bytes().await.map_err(failed)?,
        Err(object_store::Error::NotFound { .. }) => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    match serde_json::from_slice::<Begun>(&content) {
        Ok(begun) if layout::collecting(&begun.run_id) == path => Ok(Some(begun)),
        _ => {
            tracing::warn!(%path, "what a former gc began to delete cannot be read; its files count as unexplained");
            Ok(None)
        }
    }
}
