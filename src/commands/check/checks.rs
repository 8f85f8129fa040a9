//! What the checks found.

use serde::Serialize;

use crate::{error::Error, exit_code::ExitCode, fetch::Selected};

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

/// A permission that is missing, and what it hides.
#[derive(Debug, Clone)]
pub(crate) struct Lacking {
    /// The OAuth scope, or the permission of a key's role as its page words it.
    pub(crate) permission: String,
    /// Tables that need it.
    pub(crate) tables: Vec<String>,
    /// Whether a sync does without them.
    pub(crate) is_optional: bool,
}

/// All checks, in the order in which they were made.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Checks {
    pub(super) checks: Vec<Check>,
    /// What has to be granted, beside the checks that say so.
    #[serde(skip)]
    pub(crate) lacking: Vec<Lacking>,
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

    /// A resource that may not be read, or is not there: a note where a sync does without it.
    pub(super) fn absent(&mut self, check: impl Into<String>, why: &str, is_optional: bool) {
        match is_optional {
            true => self.note(check, format!("{why}; optional: a sync does without")),
            false => self.failed(check, why, ExitCode::Permission),
        }
    }

    /// Remembers what it takes to read a resource that may not be read.
    pub(super) fn lacks(&mut self, selected: &Selected, is_optional: bool) {
        let Selected { resource, tables, .. } = selected;
        let tables = match tables.as_slice() {
            // What other tables are made of.
            [] => vec![resource.name.clone()],
            tables => tables.iter().map(|table| table.name.clone()).collect(),
        };
        match self.lacking.iter_mut().find(|lacking| lacking.permission == resource.scope) {
            Some(known) => {
                known.is_optional &= is_optional;
                known.tables.extend(tables);
            }
            None => self.lacking.push(Lacking { permission: resource.scope.clone(), tables, is_optional }),
        }
    }

    pub(super) fn error(&mut self, check: impl Into<String>, error: &Error) {
        self.failed(check, error.with_causes(), error.exit_code());
    }
}
