//! How many requests are under way at once: as many as the budget can feed, and no more. More would only queue at the
//! server, and what waits there counts in the window for longer.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::sync::{Semaphore, SemaphorePermit};

/// Pages in memory at once.
const MOST: usize = 16;
/// Even where answers are instant: one is being decoded while others are under way.
const LEAST: usize = 3;
/// Answers that are looked back on. The quickest of them tells what an answer takes when it need not queue.
const REMEMBERED: usize = 16;
/// More than the budget needs on average, as answers come unevenly.
const RESERVE: f64 = 2.0;

/// Lets requests through.
#[derive(Debug)]
pub(super) struct Gate {
    turns: Semaphore,
    /// Requests that the budget allows in a second.
    rate: f64,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// Turns there are, taken ones included; more than wanted while some that must go are still taken.
    turns: usize,
    latencies: VecDeque<Duration>,
}

impl Gate {
    /// A gate for a budget of so many requests in that time.
    pub(super) fn new(requests: u32, window: Duration) -> Self {
        let rate = f64::from(requests) / window.as_secs_f64().max(f64::MIN_POSITIVE);
        let state = State { turns: LEAST, latencies: VecDeque::with_capacity(REMEMBERED) };
        Self { turns: Semaphore::new(LEAST), rate, state: Mutex::new(state) }
    }

    /// Waits for a turn.
    pub(super) async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        // The semaphore is never closed, so that `acquire` cannot fail.
        self.turns.acquire().await.ok()
    }

    /// An answer took that long.
    pub(super) fn answered(&self, latency: Duration) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.latencies.len() >= REMEMBERED {
            state.latencies.pop_front();
        }
        state.latencies.push_back(latency);
        let quickest = state.latencies.iter().min().copied().unwrap_or_default();
        let wanted = wanted(self.rate, quickest);
        if wanted > state.turns {
            self.turns.add_permits(wanted - state.turns);
            state.turns = wanted;
        } else {
            state.turns -= self.turns.forget_permits(state.turns - wanted);
        }
    }
}

/// Requests under way at once that use the whole budget when each takes `latency`.
fn wanted(rate: f64, latency: Duration) -> usize {
    let wanted = (rate * latency.as_secs_f64() * RESERVE).ceil().clamp(0.0, MOST as f64);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and MOST")]
    let wanted = wanted as usize;
    (wanted + 1).clamp(LEAST, MOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn as_many_as_the_budget_can_feed() {
        let wanted = |seconds: f64| super::wanted(50.0 / 60.0, Duration::from_secs_f64(seconds));
        assert_eq!([wanted(0.0), wanted(0.01), wanted(1.0)], [3, 3, 3]);
        assert_eq!([wanted(2.4), wanted(4.0), wanted(60.0)], [5, 8, 16]);
        assert_eq!(super::wanted(100_000.0 / 60.0, Duration::from_millis(500)), 16);
    }

    #[tokio::test]
    async fn turns_come_and_go_with_the_latency() {
        let gate = Gate::new(50, MINUTE);
        let taken: Vec<_> = (0..LEAST).map(|_| gate.turns.try_acquire().unwrap()).collect();
        assert!(gate.turns.try_acquire().is_err());
        gate.answered(Duration::from_secs(4));
        assert_eq!(gate.turns.available_permits(), 8 - LEAST);
        // Those taken go when they come back.
        gate.answered(Duration::ZERO);
        assert_eq!(gate.turns.available_permits(), 0);
        drop(taken);
        gate.answered(Duration::ZERO);
        assert_eq!(gate.turns.available_permits(), LEAST);
        for _ in 0..REMEMBERED {
            gate.answered(Duration::from_secs(20));
        }
        assert_eq!(gate.turns.available_permits(), MOST);
    }
}
