//! A clock that tests turn by hand.

use chrono::{DateTime, Utc};

use super::Clock;

/// A clock that starts at a given instant and goes on with tokio's, virtual time included.
#[derive(Debug, Clone)]
pub(crate) struct TokioClock {
    start: DateTime<Utc>,
    started: tokio::time::Instant,
}

impl TokioClock {
    /// Starts at `start`, now.
    pub(crate) fn starting_at(start: DateTime<Utc>) -> Self {
        Self { start, started: tokio::time::Instant::now() }
    }
}

impl Clock for TokioClock {
    fn now(&self) -> DateTime<Utc> {
        self.start + chrono::Duration::from_std(self.started.elapsed()).unwrap_or_default()
    }
}
