//! What the gates judge.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::{day_before::DayBefore, not_told::Untold};
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
    /// The day before of the same run, and the tables that are what they were then.
    pub(super) day_before: Option<&'a DayBefore>,
    pub(super) same: &'a BTreeSet<String>,
    /// What cannot be asked, as nobody told it.
    pub(super) untold: &'a Untold,
}

impl Subject<'_> {
    /// Whether a statement found nothing the day before, over tables that are the same.
    pub(super) fn finds_nothing_again(&self, sql: &str, reads: &BTreeSet<String>) -> bool {
        let found_nothing = |day: &DayBefore| day.remembered.found_nothing.contains(sql);
        self.day_before.is_some_and(found_nothing) && reads.iter().all(|table| self.same.contains(table))
    }
}
