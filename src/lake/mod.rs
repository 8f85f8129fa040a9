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
//! - `location`: from a path or URL to a store; `google_store`: one whose client needs a hand
//! - `writer`, `hashing`, `footer`: Parquet files with bounded memory, hashed as they are sent, read back at once;
//!   `file_metadata`: what they say of themselves; `filled`: what footers tell of a table
//! - `manifest`: the snapshot and its JSON; `snapshot_id`: its name; `state`: what it remembers beside its tables; `seal`: the
//!   checksum it carries; `days`: the snapshots of all days
//! - `digest`: what earlier manifests say, so that a run need not read all of them
//! - `last_written`, `taken_over`: a table as it was written last, whichever day that is of; `stored_rows`: its rows as they
//!   are
//! - `publish`: promote, commit, clean up; `abandoned`: what killed runs left behind
//! - `published`: tables as snapshots have them, with what the catalogue says of each
//! - `probe`: whether the store honours what publishing rests on
//! - `lease`: one writer at a time; `checkpoint`: pages of a run that has not ended
//! - `page_limits`: since when what snapshots remember of page limits no longer counts
//! - `superseded`, `retention`: snapshots that were replaced, and dates that are not kept; `gc`: removes their files, and days
//!   that somebody names
//! - `held`: snapshots that wait for somebody's word
//! - `verify`: checks a snapshot from the store alone; `known_days`: the days of a snapshot's time; `vanished`: those that
//!   are gone; `verify_delta`: logs against manifests
//! - `views`: SQL that reads exactly the published files; `described`: what their comments say; `address`: how others
//!   name what is in the lake
//! - `table_format`: whether tables are Delta Lake tables too; `delta`: their logs
//! - `written`: when the files of a day were written, by their names
//! - `received`: events that no table holds yet; `reports`: what runs told of themselves
//! - `disk`: what local disks need on top; `disk_store`: a folder as a store, and who may read what is in it
//!
//! Opening a lake, publishing a day and listing what is there:
//!
//! ```
//! use lucca_lake::{
//!     catalog::Catalog,
//!     lake::{Lake, Publication, Replaces, SnapshotState, TableWriter, WriterOptions, publish},
//! };
//!
//! # let folder = tempfile::tempdir()?;
//! # let folder = folder.path().to_str().ok_or("a strange folder")?;
//! # tokio::runtime::Runtime::new()?.block_on(async {
//! let lake = Lake::open(folder, &|variable| std::env::var(variable).ok())?;
//! let departments = Catalog::embedded()?.table("departments").ok_or("no such table")?;
//! let run_id = "20260315T060000Z-00000001".parse()?;
//! let mut writer = TableWriter::new(&lake, &run_id, &departments, WriterOptions::default());
//! writer.write(&arrow::array::RecordBatch::new_empty(departments.arrow_schema())).await?;
//! let publication = Publication {
//!     as_of: "2026-03-15".parse()?,
//!     run_id,
//!     published_at: "2026-03-15T06:00:00Z".parse()?,
//!     tables: vec![writer.close().await?],
//!     carried_over: Vec::new(),
//!     state: SnapshotState::default(),
//!     replaces: Replaces::Exactly(None),
//!     superseded_grace: chrono::TimeDelta::zero(),
//! };
//! publish(&lake, publication).await?;
//!
//! for snapshot in lake.days().await?.snapshots {
//!     println!("{}: {} tables, by {}", snapshot.as_of, snapshot.tables.len(), snapshot.run_id);
//! #   assert_eq!(snapshot.files().count(), 1);
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod abandoned;
mod address;
mod checkpoint;
mod damage;
mod days;
#[cfg(feature = "delta")]
mod delta;
mod described;
mod digest;
mod disk;
mod disk_store;
mod error;
mod file_metadata;
mod filled;
mod folders;
mod footer;
mod gc;
mod google_store;
mod hashing;
mod held;
mod known_days;
mod last_written;
mod layout;
mod lease;
mod location;
mod logs;
mod manifest;
mod page_limits;
mod probe;
mod publish;
pub(crate) mod published;
mod received;
mod reports;
mod retention;
mod seal;
mod side_by_side;
mod snapshot_id;
mod staging;
mod state;
mod store;
mod stored_rows;
mod superseded;
mod table_format;
mod taken_over;
mod vanished;
mod verify;
mod verify_delta;
pub(crate) mod views;
mod writer;

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

pub use crate::run_id::{InvalidRunId, RunId};
pub(crate) use abandoned::discard_abandoned;
pub(crate) use address::{address, folder_of_table};
pub(crate) use checkpoint::{Checkpoint, Note, Purpose};
pub(crate) use damage::{Damage, Problem};
pub use days::{Days, UnreadableDay};
pub(crate) use described::DescribedColumn;
pub(crate) use described::{Described, sentence};
pub(crate) use digest::DayTable;
pub use error::LakeError;
pub use file_metadata::Provenance;
pub(crate) use gc::{
    Garbage, GarbageObject, Objection, Scope as GarbageScope, Why, collect as collect_garbage, find as find_garbage,
};
pub(crate) use held::Held;
pub(crate) use known_days::KnownDays;
pub(crate) use lease::Lease;
pub(crate) use logs::align;
pub(crate) use manifest::FORMAT_VERSION;
pub use manifest::{DataFile, PreviousManifest, Snapshot, SnapshotColumn, SnapshotTable};
pub(crate) use probe::{PutIfAbsent, Replace};
pub use publish::{Publication, Replaces, publish};
pub use received::{Received, ReceivedEvent, ReceivedSegment};
pub(crate) use received::{Records, records};
pub(crate) use reports::StoredReport;
pub(crate) use retention::Retention;
pub use snapshot_id::SnapshotId;
pub(crate) use staging::{discard, discard_table, discard_tables};
pub use state::SnapshotState;
pub(crate) use state::{Accepted, NotAvailable, TableReading};
pub use store::Lake;
pub(crate) use stored_rows::Rowwise;
pub(crate) use table_format::TableFormat;
pub(crate) use verify::{check_files, verify, verify_lake};
pub use writer::{StagedTable, TableWriter, WriterOptions};
