//! The wall clock, injected: everything that reads the time of day gets it from here.

use std::{fmt, sync::Arc};

use chrono::{DateTime, Utc};

/// Tells the time of day. Durations are measured with tokio's clock, which tests can turn by hand.
pub(crate) trait Clock: Send + Sync + fmt::Debug {
    /// The instant now.
    fn now(&self) -> DateTime<Utc>;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

/// A clock to share.
pub(crate) type SharedClock = Arc<dyn Clock>;

#[cfg(test)]
mod testing;
#[cfg(test)]
pub(crate) use testing::TokioClock;
