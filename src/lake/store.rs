//! A lake: a store whose paths are relative to it, and what is done with single objects.

use std::{
    collections::BTreeSet,
    fmt,
    path::{Path as FsPath, PathBuf},
    sync::{Arc, Mutex},
};

use chrono::NaiveDate;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt, path::Path};
use url::Url;

use super::{LakeError, SnapshotId, TableFormat, disk, layout};
use crate::{
    catalog::Table,
    modes::{self, Access},
    run_id::RunId,
};

/// A lake: a store whose paths are relative to the lake, and what to call it. Cheap to clone.
#[derive(Clone)]
pub struct Lake {
    pub(super) store: Arc<dyn ObjectStore>,
    pub(super) url: Url,
    pub(super) root: Option<PathBuf>,
    pub(super) format: TableFormat,
    pub(super) tables: Arc<[Table]>,
    pub(super) latest_day: NaiveDate,
    /// Days that cannot be read and of which somebody was told.
    pub(super) told: Arc<Mutex<BTreeSet<SnapshotId>>>,
}

impl Lake {
    /// A lake in `store`, whose paths are already relative to the lake. A `file://` URL says that the store writes to
    /// that folder.
    pub fn with_store(store: Arc<dyn ObjectStore>, url: Url) -> Self {
        let root = disk::folder_of(&url);
        let (format, latest_day, told) = (TableFormat::default(), NaiveDate::MAX, Arc::default());
        Self { store, url, root, format, tables: Arc::from([]), latest_day, told }
    }

    /// The same lake, whose tables are published in this format.
    #[must_use]
    pub(crate) fn with_table_format(self, format: TableFormat) -> Self {
        Self { format, ..self }
    }

    /// The same lake, whose views say what these tables mean.
    #[must_use]
    pub(crate) fn describing(self, tables: &[Table]) -> Self {
        Self { tables: tables.into(), ..self }
    }

    /// The tables whose meaning is known.
    pub(super) fn tables(&self) -> &[Table] {
        &self.tables
    }

    /// The store, with lake-relative paths.
    pub fn store(&self) -> Arc<dyn ObjectStore> {
        Arc::clone(&self.store)
    }

    /// Where the lake is: `file:///…/`, `s3://bucket/prefix`, `abfss://container@account.dfs.core.windows.net/prefix` or
    /// `gs://bucket/prefix`.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The location as people write it: an absolute path or a URL.
    pub fn display(&self) -> String {
        self.root.as_ref().map_or_else(|| self.url.to_string(), |root| root.display().to_string())
    }

    /// Writes the report of a run to `_lake/runs/<run_id>/report.json`, replacing an earlier one.
    ///
    /// # Errors
    /// When the store refuses or fails.
    pub(crate) async fn put_report(&self, run_id: &RunId, json: &[u8]) -> Result<(), LakeError> {
        self.put(layout::report(run_id), json.to_vec()).await
    }

    /// Where the processes of one user keep what they share, when there is no better place: a folder to be made in one that
    /// exists. `None` for remote lakes.
    pub(crate) fn place_for_state(&self) -> Option<PathBuf> {
        let place = disk::on_disk(self.root()?, &layout::state_dir());
        modes::create_folders(place.parent()?, Access::Shared).ok()?;
        Some(place)
    }

    /// Commands that take the right to read private folders of a lake on a disk away from those who have no business
    /// there, each with the folder that it is about, relative to the lake.
    pub(crate) fn exposed(&self) -> Vec<(String, String)> {
        let Some(root) = self.root() else { return Vec::new() };
        let exposed = layout::private_folders().map(|path| {
            let folder = disk::on_disk(root, &path);
            modes::exposed(&folder).map(|exposed| (path.to_string(), exposed.remedy(&folder)))
        });
        exposed.into_iter().flatten().collect()
    }

    /// The file with the views for DuckDB, where DuckDB can run it: on the local disk.
    pub(crate) fn duckdb_views(&self) -> Option<PathBuf> {
        self.root.as_ref().map(|root| root.join(layout::DUCKDB_VIEWS))
    }

    /// Folder on the local disk, `None` for remote lakes.
    pub(super) fn root(&self) -> Option<&FsPath> {
        self.root.as_deref()
    }

    /// Replaces an object that readers may be reading. On a disk its content is durable before its name stands for it:
    /// whatever happens, they find the old or the new one.
    pub(super) async fn replace(&self, run_id: &RunId, path: Path, content: Vec<u8>) -> Result<(), LakeError> {
        if self.root().is_none() {
            return self.put(path, content).await;
        }
        let staged = layout::staging_dir(run_id).join(path.filename().unwrap_or_default());
        self.put(staged.clone(), content).await?;
        self.store.rename(&staged, &path).await.map_err(|e| LakeError::store("write", &path, e))?;
        disk::sync(self.root(), &[path]).await
    }

    /// Every object below `folder`.
    pub(super) async fn objects_in(&self, folder: &Path) -> Result<Vec<ObjectMeta>, LakeError> {
        self.store.list(Some(folder)).try_collect().await.map_err(|e| LakeError::store("list", folder, e))
    }

    /// Writes an object, replacing what was there, and makes it durable.
    pub(super) async fn put(&self, path: Path, content: Vec<u8>) -> Result<(), LakeError> {
        self.store.put(&path, content.into()).await.map_err(|e| LakeError::store("write", &path, e))?;
        disk::sync(self.root(), &[path]).await
    }

    /// Deletes as much as it can; the first failure is the error.
    pub(super) async fn remove(&self, paths: Vec<Path>) -> Result<(), LakeError> {
        let mut deletions = self.store.delete_stream(stream::iter(paths.into_iter().map(Ok)).boxed());
        let mut first = None;
        while let Some(deletion) = deletions.next().await {
            match deletion {
                Ok(_) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => first = first.or(Some(error)),
            }
        }
        first.map_or(Ok(()), |error| Err(LakeError::store("delete from", self.display(), error)))
    }
}

/// Without the store: its debug output may hold credentials.
impl fmt::Debug for Lake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lake").field("url", &self.url.as_str()).finish_non_exhaustive()
    }
}
