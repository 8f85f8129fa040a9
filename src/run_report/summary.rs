//! What a run came to, in a line: for lists, and for those who watch.

use std::{borrow::Cow, collections::BTreeMap};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::Serialize;

use super::{Outcome, RunReport};
use crate::run_id::RunId;

/// Exit code of a run that a gate ended, where its report does not name what is held back.
const HELD_BACK: u8 = 5;

/// How a run ended, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Ending {
    /// It published what it was to publish.
    Published,
    /// There was nothing to do.
    Kept,
    /// It did what it was asked, and publishing was none of it.
    Done,
    /// A gate holds back what it made.
    Held,
    /// It ended with an error.
    Failed,
}

impl Ending {
    /// The word.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Kept => "kept",
            Self::Done => "done",
            Self::Held => "held",
            Self::Failed => "failed",
        }
    }
}

/// What a run came to, or another command that works on a lake. Names and numbers: no secret and no personal value.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Summary {
    /// The run, where it has a name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) run_id: Option<RunId>,
    /// Which command it was.
    pub(crate) command: Cow<'static, str>,
    /// Whose data, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tenant: Option<String>,
    /// When it began.
    pub(crate) started_at: DateTime<Utc>,
    /// How long it took.
    pub(crate) seconds: f64,
    /// How it ended.
    pub(crate) outcome: Ending,
    /// Exit code of the process.
    pub(crate) exit_code: u8,
    /// The message of the error, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<String>,
    /// What a gate holds back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) held: Option<RunId>,
    /// The days that it was about, ascending.
    pub(crate) days: Vec<NaiveDate>,
    /// Those among them that it published.
    pub(crate) published: Vec<NaiveDate>,
    /// Requests sent to the tenant.
    pub(crate) requests: u64,
    /// Requests among them that were sent again.
    pub(crate) retries: u64,
    /// Answers that said that the budget was overspent.
    pub(crate) too_many_requests: u64,
    /// Rows written, all tables together.
    pub(crate) rows: u64,
    /// Rows written of each table.
    pub(crate) tables: BTreeMap<String, u64>,
    /// What it found wrong: damage, failed checks, breaches of gates.
    pub(crate) findings: u64,
    /// Kinds of things that the API said and the schemas do not know.
    pub(crate) drift: u64,
    /// Derived tables that were not computed.
    pub(crate) skipped: Vec<String>,
    /// Tables that were not read, as they are optional.
    pub(crate) absent: Vec<String>,
}

impl RunReport {
    /// What the run came to.
    pub(crate) fn summary(&self) -> Summary {
        let (outcome, exit_code, error, held) = match &self.outcome {
            Outcome::Published { .. } => (Ending::Published, 0, None, None),
            Outcome::Kept => (Ending::Kept, 0, None, None),
            Outcome::Failed { exit_code, error, held } => {
                let is_held = held.is_some() || (self.command == "sync" && *exit_code == HELD_BACK);
                let ending = if is_held { Ending::Held } else { Ending::Failed };
                (ending, *exit_code, Some(error.clone()), held.clone())
            }
        };
        let published: Vec<NaiveDate> = self.published.iter().map(|day| day.as_of).collect();
        let kept = self.kept.iter().map(|day| day.as_of);
        let mut days: Vec<NaiveDate> = published.iter().chain(&self.unpublished).copied().chain(kept).collect();
        days.sort_unstable();
        days.dedup();
        if days.is_empty() {
            days.push(self.as_of);
        }
        let tables: BTreeMap<String, u64> = self.tables.iter().map(|table| (table.table.clone(), table.rows)).collect();
        Summary {
            run_id: Some(self.run_id.clone()),
            tenant: Some(self.tenant.clone()).filter(|tenant| !tenant.is_empty()),
            outcome,
            exit_code,
            error,
            held,
            days,
            published,
            requests: self.requests.requests,
            retries: self.requests.retries,
            too_many_requests: self.requests.too_many_requests,
            rows: tables.values().sum(),
            tables,
            drift: self.resources.iter().map(|resource| resource.drift.len() as u64).sum(),
            skipped: self.skipped.iter().map(|skipped| skipped.table.clone()).collect(),
            absent: self.absent.iter().flat_map(|absence| absence.tables.iter().cloned()).collect(),
            ..Summary::new(self.command.clone(), self.started_at, self.seconds)
        }
    }
}

impl Summary {
    /// A command that did what it was asked, and of which nothing else is known.
    pub(crate) fn new(command: impl Into<Cow<'static, str>>, started_at: DateTime<Utc>, seconds: f64) -> Self {
        Self {
            run_id: None,
            command: command.into(),
            tenant: None,
            started_at,
            seconds,
            outcome: Ending::Done,
            exit_code: 0,
            error: None,
            held: None,
            days: Vec::new(),
            published: Vec::new(),
            requests: 0,
            retries: 0,
            too_many_requests: 0,
            rows: 0,
            tables: BTreeMap::new(),
            findings: 0,
            drift: 0,
            skipped: Vec::new(),
            absent: Vec::new(),
        }
    }

    /// When it ended, to the millisecond.
    pub(crate) fn ended_at(&self) -> DateTime<Utc> {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "no run takes so long; a float that is too large becomes the largest"
        )]
        let milliseconds = (self.seconds.max(0.0) * 1000.0) as i64;
        let took = TimeDelta::try_milliseconds(milliseconds).unwrap_or_default();
        self.started_at.checked_add_signed(took).unwrap_or(self.started_at)
    }
}
