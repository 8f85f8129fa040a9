//! The tenant's rate limit: at most so many requests in any sliding window, whoever sends them.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// Instants of the accepted requests that still count. Refused requests do not count, or a client that hammers would
/// never be let in again.
#[derive(Debug)]
pub(super) struct Window {
    accepted: VecDeque<Instant>,
    capacity: usize,
    length: Duration,
}

impl Window {
    pub(super) fn new(requests: u32, length: Duration) -> Self {
        Self { accepted: VecDeque::new(), capacity: requests as usize, length }
    }

    /// Accepts a request at `now`, or says how many whole seconds (at least one) to wait.
    pub(super) fn admit(&mut self, now: Instant) -> Result<(), u64> {
        while self.accepted.front().is_some_and(|first| now.saturating_duration_since(*first) >= self.length) {
            self.accepted.pop_front();
        }
        if self.accepted.len() < self.capacity {
            self.accepted.push_back(now);
            return Ok(());
        }
        let elapsed = self.accepted.front().map_or(Duration::ZERO, |first| now.saturating_duration_since(*first));
        let wait = self.length.saturating_sub(elapsed);
        Err((wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).max(1))
    }
}
