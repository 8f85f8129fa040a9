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
mod finding;
mod folders;
mod footer;
mod gc;
mod hashing;
mod held;
mod known_days;
mod layout;
mod lease;
mod location;
mod logs;
mod manifest;
mod page_limits;
mod probe;
mod publish;
mod retention;
mod seal;
mod side_by_side;
mod snapshot_id;
mod staging;
mod state;
mod store;
mod superseded;
mod table_format;
mod vanished;
mod verify;
mod verify_delta;
pub mod views;
mod writer;

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

pub use abandoned::{HELD_FOR, discard_abandoned};
pub use checkpoint::{Checkpoint, Purpose};
pub use days::{Days, UnreadableDay};
pub use described::{Described, DescribedColumn};
pub use error::LakeError;
pub use finding::{Finding, Problem};
pub use gc::{
    Garbage, GarbageObject, Objection, Scope as GarbageScope, Why, collect as collect_garbage, find as find_garbage,
};
pub use held::Held;
pub use known_days::KnownDays;
pub use lease::Lease;
pub use logs::align;
pub use manifest::{DataFile, FORMAT_VERSION, PreviousManifest, Snapshot, SnapshotColumn, SnapshotTable};
pub use probe::{PutIfAbsent, Replace};
pub use publish::{Publication, Replaces, publish};
pub use retention::Retention;
pub use snapshot_id::SnapshotId;
pub use staging::{discard, discard_table, discard_tables};
pub use state::{Accepted, SnapshotState};
pub use store::Lake;
pub use table_format::TableFormat;
pub use verify::{check_files, verify, verify_lake};
pub use writer::{StagedTable, TableWriter, WriterOptions};
