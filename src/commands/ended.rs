//! How a command that works on a lake ends, and who is told: the lake, by its report, and those who watch, by metrics and a
//! notification.
//!
//! Those who watch change nothing: what becomes of telling them is a warning at most.

mod lineage;

use std::{
    any::Any,
    io,
    panic::{AssertUnwindSafe, resume_unwind},
    path::{Path, PathBuf},
    time::Duration,
};

use chrono::{DateTime, Utc};
use futures::FutureExt as _;
use tokio::time::{Instant, timeout};
use tracing::{Instrument as _, Span};
use url::Url;

use self::lineage::Heard;
use crate::{
    context::Context,
    error::Error,
    exit_code::ExitCode,
    lake::{Lake, StoredReport},
    metrics::{self, Observed},
    notify::Notice,
    run_id::RunId,
    run_report::{Ending, Outcome, RunReport, Summary},
    settings::{Occasion, Settings, SettingsError, secret_variables},
    spans, telemetry,
};

/// How many of the newest reports are asked when a run last went well,
const REPORTS_ASKED: usize = 50;
/// and how long.
const ASKED_FOR: Duration = Duration::from_secs(5);

/// What a command did, where it reports that, and how it ended.
pub(crate) struct Ran {
    pub(crate) report: Option<Box<RunReport>>,
    pub(crate) result: Result<(), Error>,
}

impl From<Result<(), Error>> for Ran {
    fn from(result: Result<(), Error>) -> Self {
        Self { report: None, result }
    }
}

/// Those who watch.
struct Watchers {
    /// Whether a collector has a meter.
    collector: bool,
    metrics_file: Option<PathBuf>,
    notify_command: Vec<String>,
    notify_on: Vec<Occasion>,
}

/// Does what a command does, which begins at the moment that it is given, and tells those who watch how it ended, also when
/// that is a defect.
///
/// # Errors
/// Those of the command; when it is not said right who is to be told, before anything is done.
pub(crate) async fn watched(
    context: &Context,
    settings: &Settings,
    command: &'static str,
    run: impl AsyncFnOnce(DateTime<Utc>) -> Ran,
) -> Result<(), Error> {
    let watchers = Watchers::configured(context, settings)?;
    let (started_at, started) = (context.clock.now(), Instant::now());
    let heard = Heard::of(context, settings, command, started_at)?;
    if let Some(heard) = &heard {
        heard.began(started_at).await;
    }
    let span = telemetry::continued(spans::run(command), &context.environment);
    let ran = AssertUnwindSafe(run(started_at)).catch_unwind().instrument(span.clone()).await;
    if heard.is_some() || !watchers.is_nobody() {
        let other = || Summary::new(command, started_at, started.elapsed().as_secs_f64());
        let summary = summary(&ran, other);
        record(&span, &summary);
        if let Some(heard) = &heard {
            heard.ended(&summary, ran.as_ref().ok().and_then(|ran| ran.report.as_deref())).await;
        }
        watchers.tell(context, settings, &summary).await;
    }
    match ran {
        Ok(ran) => ran.result,
        Err(panic) => resume_unwind(panic),
    }
}

/// What it came to; `other` is what is known of a command without a report.
fn summary(ran: &Result<Ran, Box<dyn Any + Send>>, other: impl FnOnce() -> Summary) -> Summary {
    match ran {
        Ok(Ran { report, result }) => {
            let mut summary = report.as_ref().map_or_else(other, |report| report.summary());
            if let Err(error) = result {
                summary.outcome = if error.held().is_some() { Ending::Held } else { Ending::Failed };
                summary.exit_code = error.exit_code() as u8;
                summary.error = Some(error.with_causes());
                summary.findings = error.findings();
            }
            summary
        }
        Err(_) => Summary {
            outcome: Ending::Failed,
            exit_code: ExitCode::Bug as u8,
            error: Some("internal error".to_owned()),
            ..other()
        },
    }
}

/// Says in a trace how a run ended.
fn record(span: &Span, run: &Summary) {
    span.record("lucca.run_id", run.run_id.as_ref().map(RunId::as_str));
    span.record("lucca.outcome", run.outcome.as_str());
    // Collectors know signed numbers alone: others would come as texts.
    let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    span.record("process.exit.code", i64::from(run.exit_code));
    span.record("lucca.requests", number(run.requests));
    span.record("lucca.rows", number(run.rows));
    if let Some(error) = &run.error {
        span.record("otel.status_code", "ERROR");
        span.record("otel.status_description", error);
    }
}

impl Watchers {
    fn configured(context: &Context, settings: &Settings) -> Result<Self, SettingsError> {
        Ok(Self {
            collector: telemetry::is_named(&context.environment),
            metrics_file: settings.metrics_file()?,
            notify_command: settings.notify_command()?,
            notify_on: settings.notify_on()?,
        })
    }

    fn is_nobody(&self) -> bool {
        !self.collector && self.metrics_file.is_none() && self.notify_command.is_empty()
    }

    async fn tell(&self, context: &Context, settings: &Settings, run: &Summary) {
        let lake = context.lake_to_read(settings).ok();
        let shown = lake.as_ref().map_or_else(|| shown(settings.lake()), Lake::display);
        if self.collector {
            Observed { run, lake: &shown, last_success: None }.record();
        }
        if let Some(file) = &self.metrics_file {
            let is_well = !matches!(run.outcome, Ending::Failed | Ending::Held);
            let last_success = match &lake {
                Some(lake) if !is_well => timeout(ASKED_FOR, last_success(lake, &run.command)).await.ok().flatten(),
                _ => None,
            };
            let observed = Observed { run, lake: &shown, last_success };
            if let Err(error) = put_metrics(file, observed) {
                tracing::warn!(file = %file.display(), %error, "the metrics could not be written");
            }
        }
        let occasion = match run.outcome {
            Ending::Published | Ending::Kept | Ending::Done => Occasion::Success,
            Ending::Held => Occasion::Held,
            Ending::Failed => Occasion::Failure,
        };
        if !self.notify_command.is_empty() && self.notify_on.contains(&occasion) {
            match (Notice { lake: &shown, run }).tell(&self.notify_command, secret_variables()).await {
                Ok(status) if status.success() => {}
                Ok(status) => tracing::warn!(%status, "the command that is told of the end failed"),
                Err(error) => tracing::warn!(%error, "the command that is told of the end could not be run"),
            }
        }
    }
}

fn put_metrics(file: &Path, observed: Observed<'_>) -> io::Result<()> {
    metrics::update(file, |earlier| observed.text(earlier).map_err(io::Error::other))
}

/// When a run of a command last ended well, as far as the newest reports of the lake tell.
async fn last_success(lake: &Lake, command: &str) -> Option<DateTime<Utc>> {
    let runs = lake.runs().await.ok()?;
    let newest = runs.get(..REPORTS_ASKED).unwrap_or(&runs);
    let well = |_: &_, stored| {
        let StoredReport::There(json) = stored else { return None };
        let run = RunReport::read(&json).ok()?.summary();
        let is_well = run.command == command && matches!(run.outcome, Ending::Published | Ending::Kept);
        is_well.then(|| run.ended_at())
    };
    lake.reports(newest, well).await.ok()?.into_iter().flatten().next()
}

/// A lake that cannot be opened, as people write it, without credentials.
fn shown(location: &str) -> String {
    match Url::parse(location) {
        Ok(mut url) if location.contains("://") => {
            // An address that cannot have credentials has none.
            let _ = (url.set_username(""), url.set_password(None));
            url.set_query(None);
            url.into()
        }
        _ => std::path::absolute(location).map_or_else(|_| location.to_owned(), |path| path.display().to_string()),
    }
}

/// The end of a run that failed.
pub(super) fn badly(error: &Error) -> Outcome {
    Outcome::Failed { exit_code: error.exit_code() as u8, error: error.with_causes(), held: error.held().cloned() }
}

/// Leaves the report of a run in its lake. It is told, and no error, when that cannot be.
pub(super) async fn put_report(lake: &Lake, report: &RunReport) {
    let json = serde_json::to_vec_pretty(report).unwrap_or_default();
    if let Err(error) = lake.put_report(&report.run_id, &json).await {
        tracing::warn!(%error, "the run's report could not be written to the lake");
    }
}
