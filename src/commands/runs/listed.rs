//! The lines of the list.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::{
    lake::StoredReport,
    run_id::RunId,
    run_report::{RunReport, Summary},
};

/// One line of the list.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Listed {
    /// A run that told how it ended.
    Ended(Box<Summary>),
    /// Another one.
    Untold(Untold),
}

/// A run of which little is known.
#[derive(Debug, Serialize)]
pub(super) struct Untold {
    pub(super) run_id: RunId,
    /// As its name tells.
    pub(super) started_at: Option<DateTime<Utc>>,
    pub(super) outcome: State,
    /// What is the matter, in one phrase.
    pub(super) problem: String,
}

/// What is known of a run that told nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum State {
    /// It has left no report, or not yet.
    Unfinished,
    /// Its report cannot be read.
    Unreadable,
}

impl Listed {
    /// What is listed of a run whose report is this.
    pub(super) fn of(run_id: &RunId, stored: StoredReport) -> Self {
        let untold = |outcome, problem| {
            Self::Untold(Untold { run_id: run_id.clone(), started_at: run_id.began_at(), outcome, problem })
        };
        match stored {
            StoredReport::There(json) => match RunReport::read(&json) {
                // A copy under another name would be counted twice.
                Ok(report) if report.run_id == *run_id => Self::Ended(Box::new(report.summary())),
                Ok(report) => untold(State::Unreadable, format!("its report is of {}", report.run_id)),
                Err(problem) => untold(State::Unreadable, format!("its report {problem}")),
            },
            StoredReport::TooLarge(bytes) => untold(State::Unreadable, format!("its report has {bytes} bytes")),
            StoredReport::Missing => untold(State::Unfinished, "no report: at work, or killed".to_owned()),
        }
    }

    /// Its name.
    pub(super) fn run_id(&self) -> &str {
        match self {
            Self::Ended(run) => run.run_id.as_ref().map_or("", RunId::as_str),
            Self::Untold(run) => run.run_id.as_str(),
        }
    }
}
