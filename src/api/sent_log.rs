//! When requests were sent, for the processes after this one: Lucca's window does not end with a process.

use std::fmt;

use chrono::{DateTime, Duration, Utc};

/// An unanswered request reached the server no later than this after it was sent: Lucca gives up after 5 seconds.
const LONGEST_UNANSWERED: Duration = Duration::seconds(5);

/// When one request was counted, as far as we can know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SentAt {
    /// Its answer came then: the server counted it before.
    Answered(DateTime<Utc>),
    /// It was sent then, and the process did not live to see an answer.
    Unanswered(DateTime<Utc>),
}

impl SentAt {
    /// The latest instant at which the server may have counted it, seen from `now`.
    pub(super) fn counted_by(self, now: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Self::Answered(at) => at,
            Self::Unanswered(at) => (at + LONGEST_UNANSWERED).min(now.max(at)),
        }
    }
}

/// One line for each place of the window; whoever takes a place writes its line.
pub(crate) trait SentLog: Send + Sync + fmt::Debug {
    /// Every line that was written.
    fn recent(&self) -> Vec<(usize, SentAt)>;

    /// Writes one line. What cannot be written costs at most a 429 later, and nothing else.
    fn note(&self, line: usize, at: SentAt);
}

/// Remembers for as long as it lives.
#[cfg(test)]
#[derive(Debug, Default)]
pub(super) struct InMemory {
    lines: std::sync::Mutex<std::collections::BTreeMap<usize, SentAt>>,
}

#[cfg(test)]
impl SentLog for InMemory {
    fn recent(&self) -> Vec<(usize, SentAt)> {
        self.lines.lock().unwrap().iter().map(|(line, at)| (*line, *at)).collect()
    }

    fn note(&self, line: usize, at: SentAt) {
        self.lines.lock().unwrap().insert(line, at);
    }
}
