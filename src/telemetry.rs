//! Logs: to stderr, as text or JSON, above the progress lines where there are any. And traces, where a `collector` of them is
//! named.

mod collector;

use std::{borrow::Cow, io, str::FromStr};

use indicatif::MultiProgress;
use tracing::{Level, Metadata};
use tracing_subscriber::{
    EnvFilter, Layer as _,
    filter::{FilterExt as _, FilterFn, filter_fn},
    fmt::{self, MakeWriter, writer::MakeWriterExt as _},
    layer::SubscriberExt as _,
    util::SubscriberInitExt as _,
};

pub(crate) use self::collector::{Collector, continued, is_named};
use crate::{spans, terminal_text};

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// One JSON object per line, for machines.
    Json,
}

/// What is logged unless `LUCCA_LOG` says otherwise.
const DEFAULT_FILTER: &str = "warn,lucca_lake=info";
/// The same on a terminal, where progress lines say the rest: but for what is asked again, and for why and how it ends.
const TERMINAL_FILTER: &str =
    "warn,lucca_lake::api=info,lucca_lake::fetch=info,lucca_lake::commands::sync::ending=info";
/// The same for those who want to hear of what needs somebody, and of nothing else.
const QUIET_FILTER: &str = "warn";

/// Writes log lines to stderr, without harmful characters and without tearing progress lines apart.
#[derive(Debug, Clone)]
struct SafeLines<W> {
    format: LogFormat,
    bars: Option<MultiProgress>,
    out: W,
}

impl LogFormat {
    /// One log line as it may be shown, whatever its fields hold. In JSON it means the same as before.
    fn safe(self, line: &str) -> Cow<'_, str> {
        match self {
            Self::Text => terminal_text::escape(line),
            Self::Json => terminal_text::escape_json(line),
        }
    }
}

impl<W: Fn(&[u8])> io::Write for SafeLines<W> {
    /// Takes one whole line: an event is formatted first and written at once.
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        let line = String::from_utf8_lossy(text);
        let line = self.format.safe(line.strip_suffix('\n').unwrap_or(&line)).into_owned() + "\n";
        match &self.bars {
            Some(bars) => bars.suspend(|| (self.out)(line.as_bytes())),
            None => (self.out)(line.as_bytes()),
        }
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A reader of the log that went away must not end the run.
fn to_stderr(line: &[u8]) {
    drop(io::Write::write_all(&mut io::stderr().lock(), line));
}

impl<'w, W: Fn(&[u8]) + Clone> MakeWriter<'w> for SafeLines<W> {
    type Writer = Self;

    fn make_writer(&'w self) -> Self {
        self.clone()
    }
}

/// Starts logging for the process; `quiet` is stronger than a `filter` that lets more through. Spans go to the collector,
/// where there is one, and to no log. Says what is wrong with `filter` where it is not one.
///
/// # Errors
/// When `filter` cannot be parsed.
pub(crate) fn start(
    format: LogFormat,
    quiet: bool,
    filter: Option<&str>,
    bars: Option<MultiProgress>,
    collector: Option<&Collector>,
) -> Result<(), String> {
    let fallback = match bars {
        _ if quiet => QUIET_FILTER,
        Some(_) => TERMINAL_FILTER,
        None => DEFAULT_FILTER,
    };
    let filter = EnvFilter::from_str(filter.unwrap_or(fallback)).map_err(|e| format!("LUCCA_LOG: {e}"))?;
    let most = if quiet { Level::WARN } else { Level::TRACE };
    let writer = SafeLines { format, bars, out: to_stderr as fn(&[u8]) }.with_max_level(most);
    let lines = fmt::layer().with_writer(writer).with_target(false);
    let lines = match format {
        LogFormat::Text => lines.with_ansi(false).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    let traces = collector.and_then(Collector::tracer).map(|tracer| {
        tracing_opentelemetry::layer()
            .with_tracer(tracer)
            .with_target(false)
            .with_location(false)
            .with_threads(false)
            .with_tracked_inactivity(false)
            .with_filter(spans_alone())
    });
    // A second start in one process, as in tests, keeps the first.
    let _ = tracing_subscriber::registry().with(lines.with_filter(filter.and(events_alone()))).with(traces).try_init();
    Ok(())
}

type ByMetadata = FilterFn<fn(&Metadata<'_>) -> bool>;

/// What a log is made of: without the spans that it is logged in.
fn events_alone() -> ByMetadata {
    filter_fn(|metadata| metadata.is_event())
}

/// What a trace is made of: our spans, and not those of libraries.
fn spans_alone() -> ByMetadata {
    filter_fn(|metadata| metadata.is_span() && metadata.target() == spans::TARGET)
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    /// What one event looks like in a format.
    fn logged(format: LogFormat) -> String {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&lines);
        let out = move |line: &[u8]| kept.lock().unwrap().extend_from_slice(line);
        let builder = tracing_subscriber::fmt().with_writer(SafeLines { format, bars: None, out }).with_ansi(false);
        let name = "\u{1b}]0;owned\u{7}\u{202e}\u{9b}\nINFO forged";
        let log = || tracing::warn!(name, error = %name, "department {name}");
        match format {
            LogFormat::Text => tracing::subscriber::with_default(builder.finish(), log),
            LogFormat::Json => tracing::subscriber::with_default(builder.json().flatten_event(true).finish(), log),
        }
        let lines = lines.lock().unwrap().clone();
        String::from_utf8(lines).unwrap()
    }

    #[test]
    fn no_field_of_a_log_line_can_act_on_the_terminal_or_forge_a_line() {
        for format in [LogFormat::Text, LogFormat::Json] {
            let text = logged(format);
            let line = text.strip_suffix('\n').unwrap();
            assert!(!line.contains(terminal_text::is_harmful), "{line:?}");
            assert_eq!(line.matches("owned").count(), 3, "{line}");
        }
        let line: serde_json::Value = serde_json::from_str(&logged(LogFormat::Json)).unwrap();
        assert_eq!(line["error"], "\u{1b}]0;owned\u{7}\u{202e}\u{9b}\nINFO forged");
    }
}
