//! What the gates judge.

use chrono::NaiveDate;

use crate::{
    lake::{Snapshot, SnapshotState, SnapshotTable},
    run_id::RunId,
};

/// What is to be judged, and compared with the snapshot before.
pub(super) struct Subject<'a> {
    pub(super) as_of: NaiveDate,
    pub(super) run_id: &'a RunId,
    /// Whether the tables were read on that day.
    pub(super) read_that_day: bool,
    /// All tables of the snapshot.
    pub(super) tables: &'a [SnapshotTable],
    /// What the snapshot remembers.
    pub(super) state: &'a SnapshotState,
    /// The snapshot before.
    pub(super) before: Option<&'a Snapshot>,
}
