//! The wall clock, injected: everything that reads the time of day gets it from here.

use std::{fmt, sync::Arc};

use chrono::{DateTime, Utc};

/// Tells the time of day. Durations are measured with tokio's clock, which tests can turn by hand.
pub trait Clock: Send + Sync + fmt::Debug {
    /// The instant now.
    fn now(&self) -> DateTime<Utc>;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

/// A clock that starts at a given instant and goes on with tokio's, virtual time included.
#[derive(Debug, Clone)]
pub struct TokioClock {
    start: DateTime<Utc>,
    started: tokio::time::Instant,
}

impl TokioClock {
    /// Starts at `start`, now.
    pub fn starting_at(start: DateTime<Utc>) -> Self {
        Self { start, started: tokio::time::Instant::now() }
    }
}

impl Clock for TokioClock {
    fn now(&self) -> DateTime<Utc> {
        self.start + chrono::Duration::from_std(self.started.elapsed()).unwrap_or_default()
    }
}

/// A clock to share.
pub type SharedClock = Arc<dyn Clock>;
