//! Arrow → Parquet out: the lake, its snapshots and how one is published.
//!
//! ```text
//! RecordBatch ─ writer ─▶ staged files ─ publish ─▶ data files ─ manifest ─▶ Snapshot ─▶ views
//!               (hashing)  _lake/staging             <zone>/…     _lake/manifests        verify reads it all back
//! ```
//!
//! A snapshot is the set of files that is the lake's state for one as-of date. It exists once its manifest does: a small
//! JSON object, put only if absent, that names every file with its rows, size and SHA-256. Each manifest has the number
//! after its predecessor's, so of two runs that replace the same snapshot exactly one succeeds. Data files are immutable
//! and carry the run's id in their name; what a manifest replaces is deleted after it, so a plain glob over a table's
//! folder reads each row once when no run is in progress.
//!
//! - `layout`: every path of the lake
//! - `location`: from a path or URL to a store
//! - `writer`, `hashing`, `footer`: Parquet files with bounded memory, hashed as they are sent, read back at once;
//!   `filled`: what footers tell of a table
//! - `manifest`: the snapshot and its JSON; `snapshot_id`: its name; `state`: what it remembers beside its tables; `seal`: the
//!   checksum it carries; `days`: the snapshots of all days
//! - `publish`: promote, commit, clean up; `abandoned`: what killed runs left behind
//! - `probe`: whether the store honours what publishing rests on
//! - `lease`: one writer at a time; `checkpoint`: pages of a run that has not ended
//! - `page_limits`: since when what snapshots remember of page limits no longer counts
//! - `superseded`, `retention`: snapshots that were replaced, and dates that are not kept; `gc`: removes their files, and days
//!   that somebody names
//! - `held`: snapshots that wait for somebody's word
//! - `verify`: checks a snapshot from the store alone; `known_days`: the days of a snapshot's time; `vanished`: those that
//!   are gone; `verify_delta`: logs against manifests
//! - [`views`]: SQL that reads exactly the published files; `described`: what their comments say
//! - `table_format`: whether tables are Delta Lake tables too; `delta`: their logs
//! - `written`: when the files of a day were written, by their names
//! - `disk`: what local disks need on top; `disk_store`: a folder as a store, and who may read what is in it

mod abandoned;
mod checkpoint;
mod days;
#[cfg(feature = "delta")]
mod delta;
mod described;
mod disk;
mod disk_store;
mod error;
mod filled;
mod footer;
mod gc;
mod hashing;
mod held;
mod known_days;
mod layout;
mod lease;
mod location;
mod manifest;
mod page_limits;
mod probe;
mod publish;
mod retention;
mod seal;
mod snapshot_id;
mod state;
mod superseded;
mod table_format;
mod vanished;
mod verify;
mod verify_delta;
pub mod views;
mod writer;
mod written;

#[cfg(test)]
mod tests;

use std::{
    collections::BTreeSet,
    fmt,
    path::{Path as FsPath, PathBuf},
    sync::{Arc, Mutex},
};

use chrono::NaiveDate;
use futures::TryStreamExt as _;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt};
use url::Url;

use crate::{
    catalog::Table,
    modes::{self, Access},
    run_id::RunId,
};

pub use abandoned::discard_abandoned;
pub use checkpoint::{Checkpoint, Purpose};
pub use days::{Days, UnreadableDay};
pub use described::{Described, DescribedColumn};
pub use error::LakeError;
pub use gc::{
    Garbage, GarbageObject, Objection, Scope as GarbageScope, Why, collect as collect_garbage, find as find_garbage,
};
pub use held::{HELD_FOR, Held};
pub use known_days::KnownDays;
pub use lease::Lease;
pub use manifest::{DataFile, FORMAT_VERSION, PreviousManifest, Snapshot, SnapshotColumn, SnapshotTable};
pub use probe::{PutIfAbsent, Replace};
pub use publish::{Publication, Replaces, discard, discard_table, discard_tables, publish};
pub use retention::Retention;
pub use snapshot_id::SnapshotId;
pub use state::{Accepted, SnapshotState};
pub use table_format::{TableFormat, align};
pub use verify::{Finding, Problem, check_files, verify, verify_lake};
pub use writer::{StagedTable, TableWriter, WriterOptions};

/// A lake: a store whose paths are relative to the lake, and what to call it. Cheap to clone.
#[derive(Clone)]
pub struct Lake {
    store: Arc<dyn ObjectStore>,
    url: Url,
    root: Option<PathBuf>,
    format: TableFormat,
    tables: Arc<[Table]>,
    latest_day: NaiveDate,
    /// Days that cannot be read and of which somebody was told.
    told: Arc<Mutex<BTreeSet<SnapshotId>>>,
}

impl Lake {
    /// Opens the lake at `location`: a path, a `file://` URL, `s3://bucket/prefix` or another URL object_store
    /// understands. `env` gives the `AWS_*` variables. A local folder is created and made absolute; a remote lake is not
    /// contacted.
    ///
    /// # Errors
    /// [`LakeError::Location`] when the location or its settings cannot be used.
    pub fn open(location: &str, env: &dyn Fn(&str) -> Option<String>) -> Result<Self, LakeError> {
        location::open(location, env, location::Absent::Create)
    }

    /// The same for those who only read: a local folder that does not exist is an error.
    ///
    /// # Errors
    /// As [`Self::open`], and when a local folder does not exist.
    pub fn open_existing(location: &str, env: &dyn Fn(&str) -> Option<String>) -> Result<Self, LakeError> {
        location::open(location, env, location::Absent::Refuse)
    }

    /// A lake in `store`, whose paths are already relative to the lake. A `file://` URL says that the store writes to
    /// that folder.
    pub fn with_store(store: Arc<dyn ObjectStore>, url: Url) -> Self {
        let root = location::folder_of(&url);
        let (format, latest_day, told) = (TableFormat::default(), NaiveDate::MAX, Arc::default());
        Self { store, url, root, format, tables: Arc::from([]), latest_day, told }
    }

    /// The same lake, whose tables are published in this format.
    #[must_use]
    pub fn with_table_format(self, format: TableFormat) -> Self {
        Self { format, ..self }
    }

    /// The same lake, whose views say what these tables mean.
    #[must_use]
    pub fn describing(self, tables: &[Table]) -> Self {
        Self { tables: tables.into(), ..self }
    }

    /// The tables whose meaning is known.
    fn tables(&self) -> &[Table] {
        &self.tables
    }

    /// The store, with lake-relative paths.
    pub fn store(&self) -> Arc<dyn ObjectStore> {
        Arc::clone(&self.store)
    }

    /// Where the lake is: `file:///…/` or `s3://bucket/prefix`.
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
    pub async fn put_report(&self, run_id: &RunId, json: &[u8]) -> Result<(), LakeError> {
        self.put(layout::report(run_id), json.to_vec()).await
    }

    /// Where the processes of one user keep what they share, when there is no better place: a folder to be made in one that
    /// exists. `None` for remote lakes.
    pub fn place_for_state(&self) -> Option<PathBuf> {
        let place = disk::on_disk(self.root()?, &layout::state_dir());
        modes::create_folders(place.parent()?, Access::Shared).ok()?;
        Some(place)
    }

    /// Commands that take the right to read private folders of a lake on a disk away from those who have no business
    /// there, each with the folder that it is about, relative to the lake.
    pub fn exposed(&self) -> Vec<(String, String)> {
        let Some(root) = self.root() else { return Vec::new() };
        let exposed = layout::private_folders().map(|path| {
            let folder = disk::on_disk(root, &path);
            modes::exposed(&folder).map(|exposed| (path.to_string(), exposed.remedy(&folder)))
        });
        exposed.into_iter().flatten().collect()
    }

    /// Folder on the local disk, `None` for remote lakes.
    fn root(&self) -> Option<&FsPath> {
        self.root.as_deref()
    }

    /// Replaces an object that readers may be reading. On a disk its content is durable before its name stands for it:
    /// whatever happens, they find the old or the new one.
    async fn replace(&self, run_id: &RunId, path: object_store::path::Path, content: Vec<u8>) -> Result<(), LakeError> {
        if self.root().is_none() {
            return self.put(path, content).await;
        }
        let staged = layout::staging_dir(run_id).join(path.filename().unwrap_or_default());
        self.put(staged.clone(), content).await?;
        self.store.rename(&staged, &path).await.map_err(|e| LakeError::store("write", &path, e))?;
        disk::sync(self, &[path]).await
    }

    /// Every object below `folder`.
    async fn objects_in(&self, folder: &object_store::path::Path) -> Result<Vec<ObjectMeta>, LakeError> {
        self.store.list(Some(folder)).try_collect().await.map_err(|e| LakeError::store("list", folder, e))
    }

    /// Writes an object, replacing what was there, and makes it durable.
    async fn put(&self, path: object_store::path::Path, content: Vec<u8>) -> Result<(), LakeError> {
        self.store.put(&path, content.into()).await.map_err(|e| LakeError::store("write", &path, e))?;
        disk::sync(self, &[path]).await
    }
}

/// Without the store: its debug output may hold credentials.
impl fmt::Debug for Lake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lake").field("url", &self.url.as_str()).finish_non_exhaustive()
    }
}
