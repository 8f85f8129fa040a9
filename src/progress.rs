//! Long work shows itself: a line per resource on a terminal, log lines elsewhere.

mod cadence;

use std::{
    fmt::Display,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use tokio::time::Instant;

use self::cadence::Cadence;

/// Where progress is shown.
#[derive(Debug, Clone)]
pub(crate) struct Progress {
    bars: Option<MultiProgress>,
}

/// Progress of one resource.
#[derive(Debug)]
pub(crate) struct ResourceProgress {
    name: String,
    bar: Option<ProgressBar>,
    page_limit: u64,
    requests_per_minute: u64,
    pages: AtomicU64,
    records: AtomicU64,
    expected: AtomicU64,
    cadence: Cadence,
}

impl Progress {
    /// Lines on a terminal.
    pub(crate) fn on_terminal() -> Self {
        Self { bars: Some(MultiProgress::new()) }
    }

    /// Log lines only.
    pub(crate) fn in_logs() -> Self {
        Self { bars: None }
    }

    /// The terminal's lines, so that log lines can be printed above them.
    pub(crate) fn bars(&self) -> Option<&MultiProgress> {
        self.bars.as_ref()
    }

    /// Everything stands still for a while: why, and until when.
    pub(crate) fn waiting(&self, wait: &dyn Display) {
        match &self.bars {
            // Nobody to show it to is no error.
            Some(bars) => drop(bars.println(wait.to_string())),
            None => tracing::info!("{wait}"),
        }
    }

    /// Starts the line of one resource.
    pub(crate) fn resource(&self, name: &str, page_limit: u32, requests_per_minute: u32) -> ResourceProgress {
        let bar = self.bars.as_ref().map(|bars| {
            let bar = bars.add(ProgressBar::new_spinner());
            if let Ok(style) = ProgressStyle::with_template("{prefix:32} {msg}") {
                bar.set_style(style);
            }
            bar.set_prefix(name.to_owned());
            bar.set_message("waiting");
            bar
        });
        ResourceProgress {
            name: name.to_owned(),
            bar,
            page_limit: u64::from(page_limit.max(1)),
            requests_per_minute: u64::from(requests_per_minute.max(1)),
            pages: AtomicU64::new(0),
            records: AtomicU64::new(0),
            expected: AtomicU64::new(0),
            cadence: Cadence::begin(Instant::now()),
        }
    }
}

impl ResourceProgress {
    /// How many records there will be, as far as is known.
    pub(crate) fn expect(&self, records: u64) {
        self.expected.fetch_max(records, Ordering::Relaxed);
    }

    /// Everything is read again from the start.
    pub(crate) fn restart(&self) {
        self.records.store(0, Ordering::Relaxed);
    }

    /// One more page was read.
    pub(crate) fn page(&self, records: u64) {
        let pages = self.pages.fetch_add(1, Ordering::Relaxed) + 1;
        let records = self.records.fetch_add(records, Ordering::Relaxed) + records;
        let expected = self.expected.load(Ordering::Relaxed);
        let left = expected.saturating_sub(records).div_ceil(self.page_limit);
        let pages_expected = pages + left;
        let left = Duration::from_secs(left * 60 / self.requests_per_minute);
        match &self.bar {
            Some(bar) if expected > records => {
                bar.set_message(format!(
                    "{pages} of {pages_expected} requests, {records} of {expected} rows, about {} s left",
                    left.as_secs()
                ));
            }
            Some(bar) => bar.set_message(format!("{pages} requests, {records} rows")),
            None if self.cadence.is_due(Instant::now(), records, expected) => {
                tracing::info!(
                    resource = self.name,
                    pages,
                    pages_expected,
                    records,
                    expected,
                    seconds_left = left.as_secs(),
                    "reading"
                );
            }
            None => {}
        }
    }

    /// Everything was read.
    pub(crate) fn finish(&self) {
        let (pages, records) = (self.pages.load(Ordering::Relaxed), self.records.load(Ordering::Relaxed));
        match &self.bar {
            Some(bar) => bar.finish_with_message(format!("{pages} requests, {records} rows, done")),
            None => tracing::info!(resource = self.name, pages, records, "read"),
        }
    }
}
