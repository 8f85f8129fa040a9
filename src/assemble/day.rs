//! What there is of a day before it is assembled, and what every day is assembled with.

use std::collections::BTreeMap;

use chrono::{NaiveDate, TimeDelta};

use super::{attributes::AttributesRead, day_before::DayBefore};
use crate::{
    catalog::{Catalog, LakeType},
    engine::days::DaySessions,
    lake::{Lake, Provenance, Snapshot, SnapshotState, SnapshotTable, StagedTable},
    quality::Thresholds,
    run_id::RunId,
};

/// What every day is assembled with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Assembler<'a> {
    pub(crate) lake: &'a Lake,
    pub(crate) catalog: &'a Catalog,
    /// Sessions for its days.
    pub(crate) sessions: &'a DaySessions,
    pub(crate) thresholds: &'a Thresholds,
    /// How long the files of a replaced snapshot stay.
    pub(crate) superseded_grace: TimeDelta,
}

/// A day before it is a snapshot.
#[derive(Debug)]
pub(crate) struct Day<'a> {
    pub(crate) as_of: NaiveDate,
    /// The run that stages and publishes it.
    pub(crate) run_id: RunId,
    /// Tables that this run staged for it.
    pub(crate) staged: Vec<StagedTable>,
    /// Tables kept from the snapshot that is replaced.
    pub(crate) carried_over: Vec<SnapshotTable>,
    /// The number of the snapshot that is replaced, if there is one.
    pub(crate) replaces: Option<u64>,
    /// The snapshot that it is compared with: the one it replaces, or else that of the latest day before.
    pub(crate) before: Option<&'a Snapshot>,
    /// The day before of the same run; `None` where the run has one day alone.
    pub(crate) day_before: Option<&'a DayBefore>,
    /// How the attributes among the tables were read.
    pub(crate) attributes: AttributesRead,
    /// The types that columns of the wide tables had in earlier snapshots.
    pub(crate) known_types: BTreeMap<String, LakeType>,
    /// Whether the tables were read on that day.
    pub(crate) read_that_day: bool,
    pub(crate) cause: Cause,
    /// What the snapshot remembers of how its tables came to be; what is found here is added.
    pub(crate) state: SnapshotState,
}

impl Day<'_> {
    /// What the files of its tables say.
    pub(super) fn provenance(&self) -> Provenance {
        // A file of one of several days may be one of another too.
        let as_of = self.day_before.is_none().then_some(self.as_of);
        Provenance { tenant: self.state.tenant.clone(), as_of }
    }
}

/// Why a day is assembled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// Tables were read.
    NewTables,
    /// Computed tables are to be computed again over the same others: what was found by comparing those stays as it was.
    NewQueries,
}
