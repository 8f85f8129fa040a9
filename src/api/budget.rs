//! The request budget: Lucca allows 50 requests in any 60 seconds for all integrations of a tenant together.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, sleep_until},
};

use super::sent_log::{SentAt, SentLog};
use crate::clock::SharedClock;

/// Requests in one window, as Lucca counts them.
pub const REQUESTS_PER_WINDOW: u32 = 50;
/// Lucca's window.
const MINUTE: Duration = Duration::from_secs(60);
/// Longest pause between two requests after many refusals, as a part of the window.
const LONGEST_GAP: f64 = 0.2;
/// What is left of the pause after each request that was answered.
const RECOVERY: f64 = 0.8;

/// One budget per tenant, shared by everything in the process; requests are served in the order they asked.
///
/// A request takes a place when it is sent and gives it back one whole window after its response arrived. The server
/// counted it no later than that, so that no window on the server ever holds more than the budget, whatever the network
/// does in between.
///
/// With a [`SentLog`] the window outlives the process: places that an earlier process of this machine took are not free yet.
///
/// A refusal (429) says that others spend the budget too. Then nothing is sent for as long as the server asks, and
/// afterwards one request at a time with a pause between them, which doubles with each further refusal and shrinks with
/// each answer until it is gone.
#[derive(Debug, Clone)]
pub struct Budget {
    places: Arc<Semaphore>,
    window: Duration,
    capacity: u32,
    pace: Arc<Mutex<Pace>>,
    notes: Option<Arc<Notes>>,
}

/// Where the places of the window are noted for the processes after this one.
#[derive(Debug)]
struct Notes {
    log: Arc<dyn SentLog>,
    clock: SharedClock,
    /// Lines of the log that no request under way uses.
    free: Mutex<Vec<usize>>,
}

/// What refusals did to the pace.
#[derive(Debug)]
struct Pace {
    held_until: Instant,
    gap: Duration,
    next_at: Instant,
    lost: Duration,
}

/// A place in the window, taken by one request.
#[derive(Debug)]
pub struct Place {
    permit: Option<OwnedSemaphorePermit>,
    window: Duration,
    line: Option<Line>,
}

/// A line of the log, held by one request until its place is free again.
#[derive(Debug)]
struct Line {
    notes: Arc<Notes>,
    number: usize,
}

impl Drop for Line {
    fn drop(&mut self) {
        self.notes.free.lock().unwrap_or_else(PoisonError::into_inner).push(self.number);
    }
}

impl Notes {
    /// Notes that a request is sent now, in a line of its own.
    fn sent(self: &Arc<Self>) -> Option<Line> {
        let number = self.free.lock().unwrap_or_else(PoisonError::into_inner).pop()?;
        self.log.note(number, SentAt::Unanswered(self.clock.now()));
        Some(Line { notes: Arc::clone(self), number })
    }
}

impl Budget {
    /// At most `requests_per_minute`; above 50 they are spread as 50 in a shorter window.
    pub fn new(requests_per_minute: u32) -> Self {
        let requests_per_minute = requests_per_minute.max(1);
        let capacity = requests_per_minute.min(REQUESTS_PER_WINDOW);
        Self {
            places: Arc::new(Semaphore::new(capacity as usize)),
            window: MINUTE.mul_f64(f64::from(capacity) / f64::from(requests_per_minute)),
            capacity,
            pace: Arc::new(Mutex::new(Pace {
                held_until: Instant::now(),
                gap: Duration::ZERO,
                next_at: Instant::now(),
                lost: Duration::ZERO,
            })),
            notes: None,
        }
    }

    /// The same, counting what earlier processes sent, and noting what this one sends.
    #[must_use]
    pub fn remembering(mut self, log: Arc<dyn SentLog>, clock: SharedClock) -> Self {
        let now = clock.now();
        let wait = |at: SentAt| (at.counted_by(now) + self.window).signed_duration_since(now).to_std().ok();
        let mut taken: Vec<(Duration, usize)> = Vec::new();
        for (line, at) in log.recent() {
            // A clock that was set back must not make anybody wait longer than one window.
            taken.extend(wait(at).map(|wait| (wait.min(self.window), line)).filter(|(wait, _)| !wait.is_zero()));
        }
        // Of more than fit, those that are free last are the ones to wait for.
        taken.sort_unstable_by(|a, b| b.cmp(a));
        taken.truncate(self.capacity as usize);
        let free = (0..REQUESTS_PER_WINDOW as usize).filter(|line| taken.iter().all(|(_, other)| other != line));
        let notes = Arc::new(Notes { log, clock, free: Mutex::new(free.collect()) });
        for (wait, number) in taken {
            let line = Some(Line { notes: Arc::clone(&notes), number });
            free_later(Arc::clone(&self.places).try_acquire_owned().ok(), line, Instant::now() + wait);
        }
        self.notes = Some(notes);
        self
    }

    fn pace(&self) -> MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Requests in one window, and how long that is.
    pub(super) fn rule(&self) -> (u32, Duration) {
        (self.capacity, self.window)
    }

    /// Shortest time in which `requests` more requests can be sent.
    pub fn shortest_time(&self, requests: u64) -> Duration {
        let windows = requests.saturating_sub(1) / u64::from(self.capacity);
        self.window.saturating_mul(u32::try_from(windows).unwrap_or(u32::MAX))
    }

    /// Waits for a place.
    pub async fn place(&self) -> Place {
        // The semaphore is never closed, so that `acquire_owned` cannot fail.
        let permit = Arc::clone(&self.places).acquire_owned().await.ok();
        let mut slept = Duration::ZERO;
        loop {
            let wait_until = {
                let (mut pace, now) = (self.pace(), Instant::now());
                let due = if pace.gap.is_zero() { pace.held_until } else { pace.held_until.max(pace.next_at) };
                if due <= now {
                    pace.next_at = now + pace.gap;
                    let paused = slept.min(pace.gap);
                    pace.lost += paused;
                    let line = self.notes.as_ref().and_then(Notes::sent);
                    return Place { permit, window: self.window, line };
                }
                if pace.held_until < due {
                    slept = slept.max(due - now);
                }
                due
            };
            sleep_until(wait_until).await;
        }
    }

    /// Sends nothing for `wait`, and little afterwards: the server said that the window is full, by whoever filled it.
    pub fn refused(&self, wait: Duration) {
        let (mut pace, now) = (self.pace(), Instant::now());
        // Requests that were under way together are refused together: they tell the same once.
        if pace.held_until <= now {
            let least = self.window / self.capacity;
            pace.gap = (pace.gap * 2).clamp(least, self.window.mul_f64(LONGEST_GAP).max(least));
        }
        let until = pace.held_until.max(now + wait);
        let added = until - pace.held_until.max(now);
        pace.lost += added;
        pace.held_until = until;
    }

    /// A request was answered.
    pub fn answered(&self) {
        let mut pace = self.pace();
        pace.gap = pace.gap.mul_f64(RECOVERY);
        if pace.gap < self.window / self.capacity / 10 {
            pace.gap = Duration::ZERO;
        }
    }

    /// Time in which nothing was sent because of refusals: what others cost this process.
    pub fn lost(&self) -> Duration {
        self.pace().lost
    }
}

impl Drop for Place {
    /// The response is in, or the request was given up: the place is free one window from now.
    fn drop(&mut self) {
        let line = self.line.take();
        if let Some(Line { notes, number }) = &line {
            notes.log.note(*number, SentAt::Answered(notes.clock.now()));
        }
        free_later(self.permit.take(), line, Instant::now() + self.window);
    }
}

fn free_later(permit: Option<OwnedSemaphorePermit>, line: Option<Line>, free_at: Instant) {
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        runtime.spawn(async move {
            sleep_until(free_at).await;
            drop((line, permit));
        });
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Sends `count` requests of `latency` each, `tasks` at once, and tells when each was sent, on virtual time.
    fn send_times(requests_per_minute: u32, count: usize, latency: Duration, tasks: usize) -> Vec<Duration> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let budget = Budget::new(requests_per_minute);
            let start = Instant::now();
            let times = Arc::new(Mutex::new(Vec::new()));
            let left = Arc::new(Semaphore::new(count));
            let workers: Vec<_> = (0..tasks)
                .map(|_| {
                    let (budget, times, left) = (budget.clone(), Arc::clone(&times), Arc::clone(&left));
                    tokio::spawn(async move {
                        while let Ok(one) = left.try_acquire() {
                            one.forget();
                            let place = budget.place().await;
                            times.lock().unwrap().push(start.elapsed());
                            tokio::time::sleep(latency).await;
                            drop(place);
                        }
                    })
                })
                .collect();
            for worker in workers {
                worker.await.unwrap();
            }
            let mut times = times.lock().unwrap().clone();
            times.sort();
            times
        })
    }

    /// What one process after another sends, the second beginning `pause` after the first ended, killed or not.
    fn successors(pause: Duration, latency: Duration) -> Vec<Duration> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let log: Arc<dyn SentLog> = Arc::new(crate::api::sent_log::InMemory::default());
            let clock: SharedClock =
                Arc::new(crate::clock::TokioClock::starting_at("2026-11-22T06:00:00Z".parse().unwrap()));
            let start = Instant::now();
            let mut times = Vec::new();
            for process in 0..3 {
                let budget = Budget::new(50).remembering(Arc::clone(&log), Arc::clone(&clock));
                for number in 0..40 {
                    let place = budget.place().await;
                    times.push(start.elapsed());
                    tokio::time::sleep(latency).await;
                    // The second process is killed while it waits for an answer.
                    if process == 1 && number == 30 {
                        std::mem::forget(place);
                        break;
                    }
                }
                tokio::time::sleep(pause).await;
            }
            times
        })
    }

    #[test]
    fn one_process_after_another_stays_within_one_window() {
        for (pause, latency) in [(0, 0), (0, 50), (3, 100), (20, 700), (61, 0)] {
            let times = successors(Duration::from_secs(pause), Duration::from_millis(latency));
            for (index, time) in times.iter().enumerate() {
                if let Some(later) = times.get(index + 50) {
                    assert!(*later - *time >= MINUTE, "pause {pause}: {later:?} is less than a window after {time:?}");
                }
            }
        }
        let times = successors(Duration::from_secs(61), Duration::ZERO);
        assert!(times[71] <= Duration::from_secs(122), "a window that has passed is waited for: {:?}", times[71]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn no_window_ever_holds_more_than_the_budget(rate in 1_u32..=50, count in 1_usize..200, latency_ms in 0_u64..8000, tasks in 1_usize..20) {
            let times = send_times(rate, count, Duration::from_millis(latency_ms), tasks);
            prop_assert_eq!(times.len(), count);
            for (index, time) in times.iter().enumerate() {
                if let Some(later) = times.get(index + rate as usize) {
                    prop_assert!(*later - *time >= MINUTE, "{later:?} is less than a window after {time:?}");
                }
            }
        }
    }

    #[test]
    fn the_budget_is_used_fully_when_each_response_takes_four_seconds() {
        let last = *send_times(50, 501, Duration::from_secs(4), 8).last().unwrap();
        // 500 requests before the last one: ten windows at best.
        assert!(last <= MINUTE.mul_f64(10.0 * 1.2), "{last:?}");
        let instant = *send_times(50, 501, Duration::ZERO, 8).last().unwrap();
        assert!(instant <= MINUTE.mul_f64(10.0 * 1.01), "{instant:?}");
    }

    #[test]
    fn larger_budgets_are_spread_over_shorter_windows() {
        let times = send_times(500, 101, Duration::ZERO, 4);
        assert_eq!(times[49], Duration::ZERO);
        assert!(times[50] >= Duration::from_secs(6) && times[100] >= Duration::from_secs(12), "{times:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_refusal_stops_everybody_and_the_pace_recovers() {
        let budget = Budget::new(50);
        let start = Instant::now();
        budget.refused(Duration::from_secs(7));
        budget.refused(Duration::from_secs(3));
        drop(budget.place().await);
        assert_eq!(start.elapsed(), Duration::from_secs(7));
        assert_eq!(budget.lost(), Duration::from_secs(7));
        // One request for each fiftieth of the window, not the burst that a fresh budget would allow.
        drop(budget.place().await);
        assert_eq!(start.elapsed(), Duration::from_millis(8_200));
        assert_eq!(budget.lost(), Duration::from_millis(8_200));
        (0..11).for_each(|_| budget.answered());
        let recovered = Instant::now();
        for _ in 0..20 {
            drop(budget.place().await);
        }
        assert!(recovered.elapsed() <= Duration::from_millis(1_200), "{:?}", recovered.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn repeated_refusals_slow_down_further_but_never_for_good() {
        let budget = Budget::new(50);
        for _ in 0..20 {
            budget.refused(Duration::from_secs(1));
            drop(budget.place().await);
        }
        let start = Instant::now();
        drop(budget.place().await);
        assert_eq!(start.elapsed(), Duration::from_secs(12));
    }
}
