//! What a run did and what it cost: for people on stderr, for machines in `_lake/runs/<run>/report.json`.
//!
//! - `for_people`, `by_id`: its words
//! - `stored`, `known`: as a lake has it, by this version or another
//! - `summary`: what it comes to, in a line

mod by_id;
mod for_people;
mod increment;
mod known;
mod stored;
mod summary;
#[cfg(test)]
mod tests;

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    api::RequestCounts,
    catalog::{Source, Zone},
    decode::DriftFinding,
    lake::{NotAvailable, SnapshotTable, TableReading},
    run_id::RunId,
};

use self::known::known;
pub(crate) use self::{
    by_id::{ByIdReport, ContentReport, WindowMissed},
    increment::{IncrementReport, MissedReport},
    summary::{Ending, Summary},
};

/// The report of one run. Beside the run, its day, when it began and how it ended, whatever is missing in one that is read, or
/// is said otherwise, is as good as not said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct RunReport {
    /// The run.
    pub(crate) run_id: RunId,
    /// Which command it was.
    #[serde(default = "sync")]
    pub(crate) command: Cow<'static, str>,
    /// Version of this program.
    #[serde(default)]
    pub(crate) program_version: Cow<'static, str>,
    /// Whose data.
    #[serde(default)]
    pub(crate) tenant: String,
    /// Which APIs were read.
    #[serde(default, skip_serializing_if = "Source::is_v5")]
    pub(crate) source: Source,
    /// Which day.
    pub(crate) as_of: NaiveDate,
    /// The snapshots published, one for each day.
    #[serde(default, deserialize_with = "known")]
    pub(crate) published: Vec<PublishedDay>,
    /// The days that were to be published and were not.
    #[serde(default, deserialize_with = "known")]
    pub(crate) unpublished: Vec<NaiveDate>,
    /// Days asked for that stay as they are.
    #[serde(default, deserialize_with = "known")]
    pub(crate) kept: Vec<KeptDay>,
    /// When it began.
    pub(crate) started_at: DateTime<Utc>,
    /// How long it took.
    #[serde(default)]
    pub(crate) seconds: f64,
    /// How it ended.
    pub(crate) outcome: Outcome,
    /// Requests and retries.
    #[serde(default)]
    pub(crate) requests: RequestCounts,
    /// The run that died before, whose pages were used.
    #[serde(default)]
    pub(crate) continued: Option<RunId>,
    /// Seconds in which nothing was sent because others had spent the tenant's budget.
    #[serde(default)]
    pub(crate) seconds_lost_to_others: f64,
    /// Seconds in which requests waited because those of the last minute had used the budget.
    #[serde(default)]
    pub(crate) seconds_waited_for_budget: f64,
    /// Fewest requests that could have read the same records: one per full page, and one per empty collection.
    #[serde(default)]
    pub(crate) fewest_requests: u64,
    /// What was read, per resource.
    #[serde(default, deserialize_with = "known")]
    pub(crate) resources: Vec<ResourceReport>,
    /// What was written, per table.
    #[serde(default, deserialize_with = "known")]
    pub(crate) tables: Vec<TableReport>,
    /// Derived tables that were not computed, and why.
    #[serde(default, deserialize_with = "known")]
    pub(crate) skipped: Vec<SkippedReport>,
    /// Optional tables that were not read, and why.
    #[serde(default, deserialize_with = "known")]
    pub(crate) absent: Vec<Absence>,
    /// Columns that are null because the API that was read cannot tell them.
    #[serde(default, deserialize_with = "known", skip_serializing_if = "Vec::is_empty")]
    pub(crate) not_available: Vec<NotAvailable>,
    /// References that were followed, and how many led nowhere.
    #[serde(default, deserialize_with = "known")]
    pub(crate) references: Vec<ReferenceReport>,
    /// What is to be known of the wide tables.
    #[serde(default, deserialize_with = "known")]
    pub(crate) wide: Vec<WideReport>,
    /// What computing and judging took.
    #[serde(default)]
    pub(crate) derive: DeriveReport,
}

/// What reports were of that do not say it.
fn sync() -> Cow<'static, str> {
    Cow::Borrowed("sync")
}

/// What computing the tables of a day took.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct DeriveReport {
    /// By the clock, of the last day of the run that was computed.
    pub(crate) seconds: DeriveSeconds,
}

/// Seconds of computing the tables of a day.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct DeriveSeconds {
    /// Reading small tables and following the references between all of them.
    pub(crate) references: f64,
    /// The derived tables.
    pub(crate) derived: f64,
    /// The wide tables, made at the same time.
    pub(crate) wide: f64,
    /// The quality gates.
    pub(crate) judged: f64,
    /// Each table, from the start of its query until it was written; others may have run at the same time.
    /// Internal tables are not among them: nobody hears of those.
    pub(crate) tables: BTreeMap<String, f64>,
}

/// What is to be known of a wide table beside its rows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct WideReport {
    /// Table.
    pub(crate) table: String,
    /// Columns that the snapshot before did not have.
    pub(crate) appeared: Vec<String>,
    /// Columns that only the snapshot before had.
    pub(crate) disappeared: Vec<String>,
    /// Values that are not as their definition announces, by definition.
    pub(crate) unforeseen: BTreeMap<String, UnforeseenReport>,
}

/// Values of one definition that are not as it announces.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct UnforeseenReport {
    /// Values of another shape, kept as JSON.
    pub(crate) other_shape: u64,
    /// Employees with several values where there should be one.
    pub(crate) several: u64,
}

/// One snapshot that a run published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PublishedDay {
    /// The day it describes.
    pub(crate) as_of: NaiveDate,
    /// Its number among the snapshots of that day.
    pub(crate) sequence: u64,
}

/// A day that a run was asked for and left as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KeptDay {
    /// The day it describes.
    pub(crate) as_of: NaiveDate,
    /// Why.
    pub(crate) because: KeptBecause,
}

/// Why a day is left as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum KeptBecause {
    /// It was read on that very day.
    ReadOnThatDay,
    /// A run that ended early published it, and this one goes on with the same reading.
    AlreadyPublished,
    /// Its manifest cannot be believed, and the names of its files say that it was read on that very day.
    Unreadable,
}

/// Optional tables that a run did without.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Absence {
    /// Collection.
    pub(crate) resource: String,
    /// Tables that the snapshot lacks.
    pub(crate) tables: Vec<String>,
    /// Why: the scope, and what is the matter with it.
    pub(crate) reason: String,
}

/// References of one column, followed into the table they point to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ReferenceReport {
    /// Table.
    pub(crate) table: String,
    /// Column that refers.
    pub(crate) column: String,
    /// Table referred to.
    pub(crate) to: String,
    /// References that are not null.
    pub(crate) references: u64,
    /// References among them to a record that the table does not have: most often one that the application may not see.
    pub(crate) unresolved: u64,
    /// Different records among those.
    pub(crate) unresolved_ids: u64,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// A snapshot was published.
    Published {
        /// Its number among the snapshots of its date.
        sequence: u64,
    },
    /// Nothing was read: all days asked for stay as they are.
    Kept,
    /// It ended with an error; the message says so where a snapshot was published all the same.
    Failed {
        /// Exit code of the process.
        exit_code: u8,
        /// The message, without personal values.
        error: String,
        /// What a gate holds back, by the name that `publish --accept` takes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        held: Option<RunId>,
    },
}

/// What was read of one resource.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ResourceReport {
    /// Collection.
    pub(crate) resource: String,
    /// Pages read.
    pub(crate) pages: u64,
    /// Pages among them that an earlier run had read before it died.
    pub(crate) kept_pages: u64,
    /// Different records.
    pub(crate) records: u64,
    /// Records served more than once, and kept once.
    pub(crate) repeated: u64,
    /// Times that a chain of pages was begun again, because its cursor was refused or records were missing.
    pub(crate) restarts: u32,
    /// Records in one page, as the API takes it.
    pub(crate) page_limit: u32,
    /// `totalCount` as the API said it.
    pub(crate) total_count: Option<u64>,
    /// `totalCount` as it was when all was read, where pages of an earlier run were used.
    pub(crate) recounted: Option<u64>,
    /// Records that the API counts and did not serve: their absence was accepted.
    pub(crate) missing: u64,
    /// Records that were not asked for, as the lake has them.
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) carried_over: u64,
    /// Records that webhooks delivered.
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) received: u64,
    /// How it was read, of a list that tells what changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reading: Option<TableReading>,
    /// What was read of it, where that was only what changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) increment: Option<IncrementReport>,
    /// Why everything was read, where only what changed was wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) in_full_because: Option<String>,
    /// What the increments before had missed, where everything was read after them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) missed: Option<MissedReport>,
    /// Between which records of a table that grows some may be missing for ever.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) window_missed: Option<WindowMissed>,
    /// What reading one record after another took, where no list gives them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) by_id: Option<ByIdReport>,
    /// What was unforeseen.
    #[serde(deserialize_with = "known")]
    pub(crate) drift: Vec<DriftFinding>,
    /// Properties that a route of the older APIs does not know, in lower case: their columns are null.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub(crate) left_out: BTreeSet<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl ResourceReport {
    /// Records that the resource has: those that came, and those that an increment was laid upon.
    pub(crate) fn records_there(&self) -> u64 {
        match &self.increment {
            Some(IncrementReport { ended, .. }) => (self.records + self.carried_over).saturating_sub(*ended),
            None => self.records,
        }
    }

    /// Fewest requests that could have read the same: one per full page, and one per empty collection; or one per record and
    /// content that the lake does not have.
    pub(crate) fn fewest_requests(&self) -> u64 {
        match &self.by_id {
            Some(ByIdReport { asked, content, .. }) => asked + content.as_ref().map_or(0, |content| content.asked),
            None => self.records.div_ceil(u64::from(self.page_limit.max(1))).max(1),
        }
    }
}

/// What was written of one table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TableReport {
    /// Table.
    pub(crate) table: String,
    /// Zone.
    pub(crate) zone: Zone,
    /// Rows.
    pub(crate) rows: u64,
    /// Files.
    pub(crate) files: u64,
    /// Bytes.
    pub(crate) bytes: u64,
}

/// A derived table that was not computed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SkippedReport {
    /// Derived table.
    pub(crate) table: String,
    /// Tables it reads that the snapshot does not have.
    pub(crate) missing: Vec<String>,
}

impl From<&SnapshotTable> for TableReport {
    fn from(table: &SnapshotTable) -> Self {
        Self {
            table: table.name.clone(),
            zone: table.zone,
            rows: table.rows(),
            files: table.files.len() as u64,
            bytes: table.files.iter().map(|f| f.bytes).sum(),
        }
    }
}
