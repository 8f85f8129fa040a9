//! `check`: proves a configuration before anybody relies on it: tenant, secret, token, scopes, collections, clock, lake.

mod checks;
mod key;
mod lake;
mod tenant;

use std::fmt::Write as _;

use self::checks::{Check, Status};
pub(super) use self::checks::{Checks, Lacking};
use crate::{
    context::Context,
    error::Error,
    exit_code::ExitCode,
    fetch::Selection,
    print::{ListFormat, print_list},
    settings::Settings,
};

/// Checks the configuration and prints what it found.
///
/// # Errors
/// When a sync with these settings would fail; the exit code is that of the first failed check.
pub(crate) async fn check(context: &Context, settings: &Settings, format: ListFormat) -> Result<(), Error> {
    told(context, &made(context, settings).await?, format)
}

/// Makes all checks.
///
/// # Errors
/// When the settings select nothing that could be checked; when another process is reading from the tenant.
pub(super) async fn made(context: &Context, settings: &Settings) -> Result<Checks, Error> {
    let selection = Selection::configured(&context.catalog, settings)?;
    let mut checks = Checks::default();
    tenant::check(context, settings, &selection, &mut checks).await?;
    lake::check(context, settings, &mut checks).await;
    Ok(checks)
}

/// Prints what they found.
///
/// # Errors
/// As `check`.
pub(super) fn told(context: &Context, checks: &Checks, format: ListFormat) -> Result<(), Error> {
    print_list(format, checks, |checks| text(checks, context.quiet))?;
    let failed: Vec<&Check> = checks.checks.iter().filter(|f| f.status == Status::Failed).collect();
    match failed.first() {
        None => Ok(()),
        Some(first) => {
            Err(Error::ChecksFailed { failed: failed.len(), exit_code: first.exit_code.unwrap_or(ExitCode::Bug) })
        }
    }
}

/// A line for each check, or for each that did not go well.
fn text(checks: &Checks, quiet: bool) -> String {
    let mut out = String::new();
    for Check { check, status, detail, .. } in checks.checks.iter().filter(|c| !quiet || c.status == Status::Failed) {
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
