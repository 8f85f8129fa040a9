//! Waiting for a place in the window: until when, for how long in all, and who is told.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// A shorter wait is not worth a line.
const WORTH_TELLING: Duration = Duration::from_secs(2);

/// Who is told of waits.
#[derive(Clone)]
pub(crate) struct OnWait(Arc<dyn Fn(Wait) + Send + Sync>);

impl OnWait {
    /// `listener` must not block.
    pub(crate) fn new(listener: impl Fn(Wait) + Send + Sync + 'static) -> Self {
        Self(Arc::new(listener))
    }
}

impl fmt::Debug for OnWait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OnWait")
    }
}

/// All requests of a window are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wait {
    /// Requests of one window.
    pub(crate) requests: u32,
    /// How long a window is.
    pub(crate) window: Duration,
    /// When the first place is free again.
    pub(crate) goes_on_in: Duration,
}

impl fmt::Display for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { requests, window, goes_on_in } = self;
        let window = match window.as_secs() {
            60 => "this minute".to_owned(),
            seconds => format!("these {seconds} s"),
        };
        let seconds = goes_on_in.as_secs_f64().ceil();
        write!(f, "{requests} of {requests} requests of {window} are used; goes on in {seconds} s")
    }
}

/// The waits of one budget.
#[derive(Debug, Default)]
pub(super) struct Waits {
    state: Mutex<State>,
    listener: Option<OnWait>,
}

#[derive(Debug, Default)]
struct State {
    /// When places are free that were given back: not those of requests under way.
    free_at: Vec<Instant>,
    waiting: usize,
    since: Option<Instant>,
    waited: Duration,
    told_until: Option<Instant>,
}

/// One request that waits, until it is dropped.
pub(super) struct Waiting<'w>(&'w Waits);

impl Waits {
    pub(super) fn told_to(listener: OnWait) -> Self {
        Self { listener: Some(listener), ..Self::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place was given back, to be free at that time.
    pub(super) fn free_at(&self, at: Instant) {
        self.state().free_at.push(at);
    }

    /// A place that was given back is free now.
    pub(super) fn freed(&self, at: Instant) {
        let mut state = self.state();
        if let Some(index) = state.free_at.iter().position(|known| *known == at) {
            state.free_at.swap_remove(index);
        }
    }

    /// How long it is until the place is free that so many others are free before, where that is known.
    pub(super) fn free_in(&self, before: usize) -> Option<Duration> {
        let mut times = self.state().free_at.clone();
        times.sort_unstable();
        times.get(before).map(|at| at.saturating_duration_since(Instant::now()))
    }

    /// A request begins to wait. A wait that is long is told once, however many requests share it.
    pub(super) fn begin(&self, wait: impl FnOnce(Duration) -> Wait) -> Waiting<'_> {
        let now = Instant::now();
        let told = {
            let mut state = self.state();
            state.waiting += 1;
            state.since.get_or_insert(now);
            let until = state.free_at.iter().min().copied();
            let long = until.filter(|until| *until - now > WORTH_TELLING);
            let untold = long.filter(|_| state.told_until.is_none_or(|told| told <= now));
            state.told_until = untold.or(state.told_until);
            untold.map(|until| until - now)
        };
        if let (Some(goes_on_in), Some(listener)) = (told, &self.listener) {
            (listener.0)(wait(goes_on_in));
        }
        Waiting(self)
    }

    /// Time in which at least one request waited.
    pub(super) fn waited(&self) -> Duration {
        let state = self.state();
        state.waited + state.since.map(|since| since.elapsed()).unwrap_or_default()
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.waiting = state.waiting.saturating_sub(1);
        if state.waiting == 0 {
            let waited = state.since.take().map(|since| since.elapsed());
            state.waited += waited.unwrap_or_default();
        }
    }
}
