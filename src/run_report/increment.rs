//! What was read of a list that tells what changed: an increment, or everything, and what the increments before had missed.

use std::fmt::{self, Write as _};

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{ResourceReport, by_id::in_seconds};

/// Ids that are named of records that were missed.
pub(crate) const NAMED: usize = 20;

/// What an increment was laid upon, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct IncrementReport {
    /// The first of the days since which changes were asked for.
    pub(crate) since: NaiveDate,
    /// Day of the snapshot that has the other records.
    pub(crate) upon: NaiveDate,
    /// Its number among those of the day.
    pub(crate) upon_sequence: u64,
    /// When the last reading in full began.
    pub(crate) full_at: DateTime<Utc>,
    /// Records that came although they say that they did not change: the API does not heed what it was asked.
    pub(crate) unasked: u64,
    /// Records that came and that the list no longer has, as they have ended.
    pub(crate) ended: u64,
}

/// What a reading in full found that the increments before it had not brought.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct MissedReport {
    /// Records that the lake did not have.
    pub(crate) added: Missed,
    /// Records that only the lake had.
    pub(crate) removed: Missed,
    /// Records that were others in the lake.
    pub(crate) changed: Missed,
}

/// Records of one kind, without their values.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Missed {
    /// How many.
    pub(crate) records: u64,
    /// The ids of the first of them.
    pub(crate) ids: Vec<String>,
}

impl Missed {
    /// One more.
    pub(crate) fn add(&mut self, id: &str) {
        self.records += 1;
        if self.ids.len() < NAMED {
            self.ids.push(id.to_owned());
        }
    }
}

impl MissedReport {
    /// Whether there is any.
    pub(crate) fn is_some(&self) -> bool {
        self.added.records + self.removed.records + self.changed.records > 0
    }
}

impl fmt::Display for MissedReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds = [(&self.added, "added"), (&self.removed, "removed"), (&self.changed, "changed")];
        for (nth, (Missed { records, ids }, what)) in kinds.into_iter().filter(|(m, _)| m.records > 0).enumerate() {
            let more = if *records > ids.len() as u64 { ", …" } else { "" };
            let comma = if nth > 0 { "; " } else { "" };
            write!(f, "{comma}{records} {what} ({}{more})", ids.join(", "))?;
        }
        Ok(())
    }
}

impl ResourceReport {
    /// How a list was read that tells what changed.
    pub(super) fn of_changes(&self, out: &mut String) -> fmt::Result {
        let Self { resource, records, carried_over, increment, in_full_because, missed, .. } = self;
        if let Some(IncrementReport { since, upon, upon_sequence, full_at, unasked, ended }) = increment {
            let full_at = in_seconds(*full_at);
            let ended = if *ended > 0 { format!(", {ended} of them ended and gone") } else { String::new() };
            writeln!(
                out,
                "{resource}: {records} records changed since {since}{ended}; {carried_over} as in the snapshot of {upon} (number \
                 {upon_sequence}); last read in full at {full_at}"
            )?;
            if *unasked > 0 {
                writeln!(
                    out,
                    "{resource}: {unasked} records came that say they did not change: the API does not heed what it was asked, \
                     and reading in full costs as little"
                )?;
            }
        }
        if let Some(why) = in_full_because {
            writeln!(out, "{resource}: read in full: {why}")?;
        }
        match missed {
            Some(missed) if missed.is_some() => writeln!(out, "{resource}: the increments before had missed {missed}"),
            _ => Ok(()),
        }
    }
}
