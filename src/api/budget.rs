//! The request budget: Lucca allows 50 requests in any 60 seconds for all integrations of a tenant together.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, sleep_until},
};

use super::{
    sent_log::{SentAt, SentLog},
    waits::{OnWait, Wait, Waits},
};
use crate::clock::SharedClock;

/// Requests in one window, as Lucca counts them.
pub(crate) const REQUESTS_PER_WINDOW: u32 = 50;
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
pub(crate) struct Budget {
    places: Arc<Semaphore>,
    window: Duration,
    capacity: u32,
    pace: Arc<Mutex<Pace>>,
    waits: Arc<Waits>,
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
pub(crate) struct Place {
    permit: Option<OwnedSemaphorePermit>,
    window: Duration,
    waits: Arc<Waits>,
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
    pub(crate) fn new(requests_per_minute: u32) -> Self {
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
            waits: Arc::default(),
            notes: None,
        }
    }

    /// The same, telling `listener` of each wait that is worth telling.
    #[must_use]
    pub(crate) fn telling(mut self, listener: OnWait) -> Self {
        self.waits = Arc::new(Waits::told_to(listener));
        self
    }

    /// The same, counting what earlier processes sent, and noting what this one sends.
    #[must_use]
    pub(crate) fn remembering(mut self, log: Arc<dyn SentLog>, clock: SharedClock) -> Self {
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
            let permit = Arc::clone(&self.places).try_acquire_owned().ok();
            free_later(permit, line, Instant::now() + wait, &self.waits);
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

    /// Shortest time from now in which `requests` more requests can be sent, places that are taken already counted.
    pub(crate) fn shortest_time(&self, requests: u64) -> Duration {
        let Some(last) = requests.checked_sub(1) else { return Duration::ZERO };
        let capacity = u64::from(self.capacity);
        let (windows, place) = (last / capacity, last % capacity);
        let taken = place.checked_sub(self.places.available_permits() as u64);
        let first = taken.map_or(Duration::ZERO, |taken| {
            let free = usize::try_from(taken).ok().and_then(|taken| self.waits.free_in(taken));
            // The place of a request under way is free a window after its answer.
            free.unwrap_or(self.window)
        });
        self.window.saturating_mul(u32::try_from(windows).unwrap_or(u32::MAX)).saturating_add(first)
    }

    /// Waits for a place.
    pub(crate) async fn place(&self) -> Place {
        // The semaphore is never closed, so that `acquire_owned` cannot fail.
        let permit = match Arc::clone(&self.places).try_acquire_owned() {
            Ok(permit) => Some(permit),
            Err(_) => {
                let _waiting =
                    self.waits.begin(|goes_on_in| Wait { requests: self.capacity, window: self.window, goes_on_in });
                Arc::clone(&self.places).acquire_owned().await.ok()
            }
        };
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
                    return Place { permit, window: self.window, waits: Arc::clone(&self.waits), line };
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
    pub(crate) fn refused(&self, wait: Duration) {
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
    pub(crate) fn answered(&self) {
        let mut pace = self.pace();
        pace.gap = pace.gap.mul_f64(RECOVERY);
        if pace.gap < self.window / self.capacity / 10 {
            pace.gap = Duration::ZERO;
        }
    }

    /// Time in which at least one request waited because the window was full of our own.
    pub(crate) fn waited(&self) -> Duration {
        self.waits.waited()
    }

    /// Time in which nothing was sent because of refusals: what others cost this process.
    pub(crate) fn lost(&self) -> Duration {
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
        free_later(self.permit.take(), line, Instant::now() + self.window, &self.waits);
    }
}

fn free_later(permit: Option<OwnedSemaphorePermit>, line: Option<Line>, free_at: Instant, waits: &Arc<Waits>) {
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        waits.free_at(free_at);
        let waits = Arc::clone(waits);
        runtime.spawn(async move {
            sleep_until(free_at).await;
            waits.freed(free_at);
            drop((line, permit));
        });
    }
}

#[cfg(test)]
mod tests;
