//! What a run did and what it cost: for people on stderr, for machines in `_lake/runs/<run>/report.json`.

mod by_id;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    api::RequestCounts,
    catalog::{Source, Zone},
    day_list::days_in_words,
    decode::DriftFinding,
    lake::{NotAvailable, SnapshotTable},
    run_id::RunId,
    terminal_text::quoted,
};

pub(crate) use self::by_id::{ByIdReport, ContentReport, WindowMissed};

/// The report of one run.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct RunReport {
    /// The run.
    pub(crate) run_id: RunId,
    /// Version of this program.
    pub(crate) program_version: &'static str,
    /// Whose data.
    pub(crate) tenant: String,
    /// Which APIs were read.
    #[serde(skip_serializing_if = "Source::is_v5")]
    pub(crate) source: Source,
    /// Which day.
    pub(crate) as_of: NaiveDate,
    /// The snapshots published, one for each day.
    pub(crate) published: Vec<PublishedDay>,
    /// The days that were to be published and were not.
    pub(crate) unpublished: Vec<NaiveDate>,
    /// Days asked for that stay as they are.
    pub(crate) kept: Vec<KeptDay>,
    /// When it began.
    pub(crate) started_at: DateTime<Utc>,
    /// How long it took.
    pub(crate) seconds: f64,
    /// How it ended.
    pub(crate) outcome: Outcome,
    /// Requests and retries.
    pub(crate) requests: RequestCounts,
    /// The run that died before, whose pages were used.
    pub(crate) continued: Option<RunId>,
    /// Seconds in which nothing was sent because others had spent the tenant's budget.
    pub(crate) seconds_lost_to_others: f64,
    /// Seconds in which requests waited because those of the last minute had used the budget.
    pub(crate) seconds_waited_for_budget: f64,
    /// Fewest requests that could have read the same records: one per full page, and one per empty collection.
    pub(crate) fewest_requests: u64,
    /// What was read, per resource.
    pub(crate) resources: Vec<ResourceReport>,
    /// What was written, per table.
    pub(crate) tables: Vec<TableReport>,
    /// Derived tables that were not computed, and why.
    pub(crate) skipped: Vec<SkippedReport>,
    /// Optional tables that were not read, and why.
    pub(crate) absent: Vec<Absence>,
    /// Columns that are null because the API that was read cannot tell them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) not_available: Vec<NotAvailable>,
    /// References that were followed, and how many led nowhere.
    pub(crate) references: Vec<ReferenceReport>,
    /// What is to be known of the wide tables.
    pub(crate) wide: Vec<WideReport>,
    /// What computing and judging took.
    pub(crate) derive: DeriveReport,
}

/// What computing the tables of a day took.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct DeriveReport {
    /// By the clock, of the last day of the run that was computed.
    pub(crate) seconds: DeriveSeconds,
}

/// Seconds of computing the tables of a day.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
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
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
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
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(crate) struct UnforeseenReport {
    /// Values of another shape, kept as JSON.
    pub(crate) other_shape: u64,
    /// Employees with several values where there should be one.
    pub(crate) several: u64,
}

/// One snapshot that a run published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct PublishedDay {
    /// The day it describes.
    pub(crate) as_of: NaiveDate,
    /// Its number among the snapshots of that day.
    pub(crate) sequence: u64,
}

/// A day that a run was asked for and left as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct KeptDay {
    /// The day it describes.
    pub(crate) as_of: NaiveDate,
    /// Why.
    pub(crate) because: KeptBecause,
}

/// Why a day is left as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
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
#[derive(Debug, Clone, Serialize)]
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
    },
}

/// What was read of one resource.
#[derive(Debug, Clone, Default, Serialize)]
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
    /// Between which records of a table that grows some may be missing for ever.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) window_missed: Option<WindowMissed>,
    /// What reading one record after another took, where no list gives them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) by_id: Option<ByIdReport>,
    /// What was unforeseen.
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
#[derive(Debug, Clone, Serialize)]
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
#[derive(Debug, Clone, Serialize)]
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

impl RunReport {
    /// The closing report for people.
    pub(crate) fn for_people(&self) -> String {
        let mut text = String::new();
        let _ = self.write_to(&mut text);
        text
    }

    fn write_to(&self, out: &mut String) -> std::fmt::Result {
        if !self.tables.is_empty() {
            writeln!(out, "{:<34} {:<9} {:>10} {:>6} {:>12}", "table", "zone", "rows", "files", "bytes")?;
        }
        for TableReport { table, zone, rows, files, bytes } in &self.tables {
            writeln!(out, "{table:<34} {:<9} {rows:>10} {files:>6} {bytes:>12}", zone.as_str())?;
        }
        for SkippedReport { table, missing } in &self.skipped {
            writeln!(out, "{table}: not computed, this run has no {}", missing.join(", "))?;
        }
        for Absence { resource, tables, reason } in &self.absent {
            match tables.as_slice() {
                [] => writeln!(out, "{resource}: {reason}")?,
                tables => writeln!(out, "{}: not in this snapshot: {reason}", tables.join(", "))?,
            }
        }
        if !self.not_available.is_empty() {
            let columns: usize = self.not_available.iter().map(|lacking| lacking.columns.len()).sum();
            let tables = self.not_available.len();
            writeln!(
                out,
                "{columns} columns of {tables} tables are null, as a legacy API key cannot read them: not_available in the \
                 snapshot's manifest lists them"
            )?;
        }
        for ReferenceReport { table, column, to, references, unresolved, unresolved_ids } in &self.references {
            if *unresolved > 0 {
                writeln!(
                    out,
                    "{table}.{column}: {unresolved} of {references} references lead to {unresolved_ids} records that {to} \
                     does not have: hidden from the application, or removed"
                )?;
            }
        }
        for WideReport { table, appeared, disappeared, unforeseen } in &self.wide {
            for (columns, what) in [(appeared, "new"), (disappeared, "gone")] {
                if !columns.is_empty() {
                    writeln!(out, "{table}: columns {what} since the snapshot before: {}", listed(columns))?;
                }
            }
            for (definition, UnforeseenReport { other_shape, several }) in unforeseen {
                let definition = quoted(definition);
                if *other_shape > 0 {
                    writeln!(
                        out,
                        "{table}: {other_shape} values of {definition} are not of its type, kept in _unforeseen"
                    )?;
                }
                if *several > 0 {
                    writeln!(
                        out,
                        "{table}: {several} people have several values of {definition}; the newest is shown"
                    )?;
                }
            }
        }
        for resource in &self.resources {
            if resource.missing > 0 {
                writeln!(
                    out,
                    "{}: {} records that the API counts were not served, as --accept-missing allows",
                    resource.resource, resource.missing
                )?;
            }
            if resource.restarts > 0 {
                writeln!(out, "{}: {} times read again from a first page", resource.resource, resource.restarts)?;
            }
            if resource.repeated > 0 {
                writeln!(out, "{}: {} records were served more than once", resource.resource, resource.repeated)?;
            }
            resource.of_the_lake(out)?;
            for finding in &resource.drift {
                match finding {
                    DriftFinding::UnknownProperty { property, json_type, records } => writeln!(
                        out,
                        "{}: unknown property \"{}\" ({json_type}) in {records} records, kept in _extra",
                        resource.resource,
                        quoted(property)
                    )?,
                    DriftFinding::UnknownValue { column, value, records } => writeln!(
                        out,
                        "{}: unknown value \"{}\" of {column} in {records} records, kept",
                        resource.resource,
                        quoted(value)
                    )?,
                    DriftFinding::Disagreement { column, property, records } => writeln!(
                        out,
                        "{}: {property} says otherwise than {column} in {records} records, kept in _extra",
                        resource.resource
                    )?,
                    DriftFinding::LoneSurrogates { column, records } => writeln!(
                        out,
                        "{}: halves of characters (lone surrogates) in {column} of {records} records, each replaced by U+FFFD",
                        resource.resource
                    )?,
                }
            }
        }
        if let Some(run) = &self.continued {
            let kept: u64 = self.resources.iter().map(|r| r.kept_pages).sum();
            writeln!(out, "continued {run}: {kept} pages were not asked for again")?;
            let published = self.kept.iter().filter(|day| day.because == KeptBecause::AlreadyPublished);
            let published: Vec<NaiveDate> = published.map(|day| day.as_of).collect();
            if !published.is_empty() {
                writeln!(out, "published before, of the same reading: {}", days_in_words(&published))?;
            }
        }
        if self.seconds_lost_to_others > 0.0 {
            writeln!(
                out,
                "{:.0} s were lost to others who spend the same budget; a smaller share (--requests-per-minute) helps both",
                self.seconds_lost_to_others
            )?;
        }
        if self.seconds_waited_for_budget >= 1.0 {
            writeln!(out, "{:.0} s were waited for the budget", self.seconds_waited_for_budget)?;
        }
        let RequestCounts { requests, retries, too_many_requests, .. } = self.requests;
        write!(
            out,
            "{} as of {}: {requests} requests ({} at best), {retries} retries, {too_many_requests} times 429, {:.1} s",
            self.run_id, self.as_of, self.fewest_requests, self.seconds
        )?;
        match &self.outcome {
            Outcome::Published { .. } if self.published.len() > 1 => {
                writeln!(out, "; published {} days, this one last", self.published.len())
            }
            Outcome::Published { sequence } => writeln!(out, "; published as number {sequence} of that day"),
            Outcome::Kept => {
                let days: Vec<NaiveDate> = self.kept.iter().map(|day| day.as_of).collect();
                let days = days_in_words(&days);
                writeln!(out, "; nothing to do, as {days} stay as read on their own day; --replace reads them again")
            }
            Outcome::Failed { .. } => writeln!(out, "; failed"),
        }
    }
}

/// Names that come from the API, as a list.
fn listed(names: &[String]) -> String {
    names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ")
}
