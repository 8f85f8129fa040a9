//! What the checks found.

use serde::Serialize;

use crate::{error::Error, exit_code::ExitCode};

/// What came of one check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Status {
    /// As it should be.
    Ok,
    /// A sync works, and something is worth knowing.
    Note,
    /// A sync fails.
    Failed,
}

/// One check.
#[derive(Debug, Serialize)]
pub(super) struct Check {
    pub(super) check: String,
    pub(super) status: Status,
    pub(super) detail: String,
    /// What a sync would end with because of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) exit_code: Option<ExitCode>,
}

/// All checks, in the order in which they were made.
#[derive(Debug, Default, Serialize)]
pub(super) struct Checks {
    pub(super) checks: Vec<Check>,
}

impl Checks {
    fn add(&mut self, check: impl Into<String>, status: Status, detail: impl Into<String>) {
        self.checks.push(Check { check: check.into(), status, detail: detail.into(), exit_code: None });
    }

    pub(super) fn ok(&mut self, check: impl Into<String>, detail: impl Into<String>) {
        self.add(check, Status::Ok, detail);
    }

    pub(super) fn note(&mut self, check: impl Into<String>, detail: impl Into<String>) {
        self.add(check, Status::Note, detail);
    }

    pub(super) fn failed(&mut self, check: impl Into<String>, detail: impl Into<String>, code: ExitCode) {
        let (check, detail, exit_code) = (check.into(), detail.into(), Some(code));
        self.checks.push(Check { check, status: Status::Failed, detail, exit_code });
    }

    pub(super) fn error(&mut self, check: impl Into<String>, error: &Error) {
        self.failed(check, error.with_causes(), error.exit_code());
    }
}
