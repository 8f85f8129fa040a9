//! Logs: to stderr, as text or JSON, above the progress lines where there are any.

use std::{io, str::FromStr};

use indicatif::MultiProgress;
use tracing_subscriber::{EnvFilter, fmt::MakeWriter};

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object per line, for machines.
    Json,
}

/// What is logged unless `LUCCA_LOG` says otherwise.
const DEFAULT_FILTER: &str = "warn,lucca_lake=info";
/// The same on a terminal, where progress lines say the rest.
const TERMINAL_FILTER: &str = "warn";

/// Writes to stderr without tearing progress lines apart.
#[derive(Debug, Clone)]
struct AboveBars(Option<MultiProgress>);

impl io::Write for AboveBars {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        // A reader of the log that went away must not end the run.
        let write = || drop(io::stderr().lock().write_all(text));
        match &self.0 {
            Some(bars) => bars.suspend(write),
            None => write(),
        }
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'w> MakeWriter<'w> for AboveBars {
    type Writer = Self;

    fn make_writer(&'w self) -> Self {
        self.clone()
    }
}

/// Starts logging for the process. Says what is wrong with `filter` where it is not one.
///
/// # Errors
/// When `filter` cannot be parsed.
pub fn start(format: LogFormat, filter: Option<&str>, bars: Option<MultiProgress>) -> Result<(), String> {
    let fallback = if bars.is_some() { TERMINAL_FILTER } else { DEFAULT_FILTER };
    let filter = EnvFilter::from_str(filter.unwrap_or(fallback)).map_err(|e| format!("LUCCA_LOG: {e}"))?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(AboveBars(bars)).with_target(false);
    // A second start in one process, as in tests, keeps the first.
    let _ = match format {
        LogFormat::Text => builder.with_ansi(false).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
    Ok(())
}
