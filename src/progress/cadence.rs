//! How often a log tells of work that goes on: often enough to see that it does, and seldom enough to be read.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// Least time between two lines.
const LEAST_TIME: Duration = Duration::from_secs(10);
/// Least part of the whole between two lines, in percent, where the whole is known.
const LEAST_PERCENT: u64 = 10;

/// When the next line is due.
#[derive(Debug)]
pub(super) struct Cadence(Mutex<Said>);

/// The last line, or the beginning.
#[derive(Debug, Clone, Copy)]
struct Said {
    at: Instant,
    percent: u64,
}

impl Cadence {
    /// Nothing was said yet.
    pub(super) fn begin(now: Instant) -> Self {
        Self(Mutex::new(Said { at: now, percent: 0 }))
    }

    /// Whether a line is due when `done` of `whole` is done; `whole` is 0 where it is not known. It counts as said then.
    pub(super) fn is_due(&self, now: Instant, done: u64, whole: u64) -> bool {
        let mut said = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // What begins anew has not come as far any more.
        let percent = done.saturating_mul(100).checked_div(whole).unwrap_or_default();
        said.percent = said.percent.min(percent);
        let is_further = whole == 0 || percent.saturating_sub(said.percent) >= LEAST_PERCENT;
        let is_due = is_further && now.duration_since(said.at) >= LEAST_TIME;
        if is_due {
            *said = Said { at: now, percent };
        }
        is_due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many lines there are of so many pages, each of so many milliseconds and rows.
    fn lines(pages: u64, milliseconds: u64, rows: u64, whole: u64) -> usize {
        let begun = Instant::now();
        let cadence = Cadence::begin(begun);
        let at = |page| begun + Duration::from_millis(page * milliseconds);
        (1..=pages).filter(|page| cadence.is_due(at(*page), page * rows, whole)).count()
    }

    #[test]
    fn a_line_comes_every_ten_seconds_and_ten_percent_at_most() {
        assert_eq!(lines(563, 1200, 1000, 563_000), 10, "a long reading: every 10 %");
        assert_eq!(lines(110, 300, 1000, 110_000), 3, "33 seconds: every 10 s");
        assert_eq!(lines(43, 20, 100, 4300), 0, "a short one: none before its end");
        assert_eq!(lines(60, 1000, 1000, 0), 6, "an unknown end: every 10 s");
        assert_eq!(lines(60, 1000, u64::MAX / 60, 1), 1, "more than there should be");
    }

    #[test]
    fn what_begins_anew_is_told_of_again() {
        let begun = Instant::now();
        let cadence = Cadence::begin(begun);
        let at = |seconds| begun + Duration::from_secs(seconds);
        assert!(cadence.is_due(at(60), 90, 100));
        assert!(!cadence.is_due(at(120), 5, 100), "read again from the start");
        assert!(cadence.is_due(at(180), 20, 100));
    }
}
