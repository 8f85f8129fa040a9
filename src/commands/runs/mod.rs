//! `runs`: what ran, when, how it ended, what it cost; or the whole report of one run.

mod listed;
mod printed;

use self::listed::Listed;
use crate::{
    context::Context,
    error::Error,
    lake::{Lake, StoredReport},
    print::{ListFormat, print, print_lines, print_list},
    run_id::RunId,
    run_report::RunReport,
    settings::Settings,
};

/// What to show.
#[derive(Debug)]
pub(crate) struct RunsOptions {
    /// Only this run, whole.
    pub(crate) run: Option<RunId>,
    /// So many of the newest.
    pub(crate) last: usize,
    /// How to print.
    pub(crate) format: ListFormat,
}

/// Prints the newest runs, the newest first, or one whole.
///
/// # Errors
/// When the lake cannot be read; when there is no such run, or its report cannot be shown.
pub(crate) async fn runs(context: &Context, settings: &Settings, options: &RunsOptions) -> Result<(), Error> {
    let lake = context.lake_to_read(settings)?;
    if let Some(run) = &options.run {
        return one(&lake, run, options.format).await;
    }
    let runs = lake.runs().await?;
    let newest = runs.get(..options.last).unwrap_or(&runs);
    let listed = lake.reports(newest, Listed::of).await?;
    print_list(options.format, &listed, |listed| printed::text(listed, runs.len()))
}

/// One report: its words for people, or its JSON as the run wrote it.
async fn one(lake: &Lake, run: &RunId, format: ListFormat) -> Result<(), Error> {
    let there = lake.display();
    let json = match lake.report(run).await? {
        StoredReport::There(json) => json,
        StoredReport::TooLarge(bytes) => {
            return Err(Error::NoSnapshot(format!(
                "the report of {run} in the lake at {there} has {bytes} bytes: it is none"
            )));
        }
        StoredReport::Missing => {
            return Err(Error::NoSnapshot(format!(
                "the lake at {there} has no report of a run {run}; `lucca-lake runs` lists those there are"
            )));
        }
    };
    if format == ListFormat::Json && serde_json::from_slice::<serde::de::IgnoredAny>(&json).is_ok() {
        return print(String::from_utf8_lossy(&json).trim_end()).and_then(|()| print("\n"));
    }
    match RunReport::read(&json) {
        Ok(report) => {
            let error = report.summary().error.map(|error| format!("{error}\n")).unwrap_or_default();
            print_lines(&(report.for_people() + &error))
        }
        Err(problem) => Err(Error::NoSnapshot(format!("the report of {run} in the lake at {there} {problem}"))),
    }
}

#[cfg(test)]
mod tests;
