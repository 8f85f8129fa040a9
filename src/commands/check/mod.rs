//! `check`: proves a configuration before anybody relies on it: tenant, secret, token, scopes, collections, clock, lake.

mod lake;
mod tenant;

use std::fmt::Write as _;

use serde::Serialize;

use super::{
    Context,
    print::{ListFormat, print_list},
};
use crate::{error::Error, exit_code::ExitCode, fetch::Selection, settings::Settings};

/// What came of one check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    /// As it should be.
    Ok,
    /// A sync works, and something is worth knowing.
    Note,
    /// A sync fails.
    Failed,
}

/// One check.
#[derive(Debug, Serialize)]
struct Finding {
    check: String,
    status: Status,
    detail: String,
    /// What a sync would end with because of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    exit_code: Option<ExitCode>,
}

/// All checks, in the order in which they were made.
#[derive(Debug, Default, Serialize)]
struct Findings {
    checks: Vec<Finding>,
}

impl Findings {
    fn add(&mut self, check: impl Into<String>, status: Status, detail: impl Into<String>) {
        self.checks.push(Finding { check: check.into(), status, detail: detail.into(), exit_code: None });
    }

    fn ok(&mut self, check: impl Into<String>, detail: impl Into<String>) {
        self.add(check, Status::Ok, detail);
    }

    fn note(&mut self, check: impl Into<String>, detail: impl Into<String>) {
        self.add(check, Status::Note, detail);
    }

    fn failed(&mut self, check: impl Into<String>, detail: impl Into<String>, code: ExitCode) {
        let (check, detail, exit_code) = (check.into(), detail.into(), Some(code));
        self.checks.push(Finding { check, status: Status::Failed, detail, exit_code });
    }

    fn error(&mut self, check: impl Into<String>, error: &Error) {
        self.failed(check, error.chain(), error.exit_code());
    }
}

/// Checks the configuration and prints what it found.
///
/// # Errors
/// When a sync with these settings would fail; the exit code is that of the first failed check.
pub async fn check(context: &Context, settings: &Settings, format: ListFormat) -> Result<(), Error> {
    let selection = Selection::configured(&context.catalog, settings)?;
    let mut findings = Findings::default();
    tenant::check(context, settings, &selection, &mut findings).await?;
    lake::check(context, settings, &mut findings).await;
    print_list(format, &findings, text)?;
    let failed: Vec<&Finding> = findings.checks.iter().filter(|f| f.status == Status::Failed).collect();
    match failed.first() {
        None => Ok(()),
        Some(first) => {
            Err(Error::ChecksFailed { failed: failed.len(), exit_code: first.exit_code.unwrap_or(ExitCode::Bug) })
        }
    }
}

fn text(findings: &Findings) -> String {
    let mut out = String::new();
    for Finding { check, status, detail, .. } in &findings.checks {
        let status = match status {
            Status::Ok => "ok",
            Status::Note => "note",
            Status::Failed => "FAILED",
        };
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{status:<7} {check:<42} {detail}");
    }
    out
}
