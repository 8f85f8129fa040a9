//! Since when what earlier snapshots remember of page limits no longer counts: `check` says so, the next runs ask anew.
//! Manifests are never changed, so that it is noted beside them.

use chrono::{DateTime, Utc};
use object_store::ObjectStoreExt as _;
use serde::{Deserialize, Serialize};

use super::{Lake, LakeError, layout};

/// What `_lake/page-limits.json` holds.
#[derive(Debug, Serialize, Deserialize)]
struct Noted {
    dropped_at: DateTime<Utc>,
}

impl Lake {
    /// From now on, `at`, nobody relies on what was learned before.
    ///
    /// # Errors
    /// When the store refuses or fails.
    pub(crate) async fn drop_page_limits(&self, at: DateTime<Utc>) -> Result<(), LakeError> {
        let json = serde_json::to_vec_pretty(&Noted { dropped_at: at }).unwrap_or_default();
        self.put(layout::page_limits(), json).await
    }

    /// What was learned until then no longer counts; `None` when everything does. A note that cannot be read drops all of
    /// it, which costs one request.
    ///
    /// # Errors
    /// When the store refuses or fails.
    pub(crate) async fn page_limits_dropped_at(&self) -> Result<Option<DateTime<Utc>>, LakeError> {
        let path = layout::page_limits();
        let failed = |e| LakeError::store("read", &path, e);
        let content = match self.store.get(&path).await {
            Ok(object) => object.bytes().await.map_err(failed)?,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        let noted = serde_json::from_slice::<Noted>(&content);
        Ok(Some(noted.map_or(DateTime::<Utc>::MAX_UTC, |noted| noted.dropped_at)))
    }
}
