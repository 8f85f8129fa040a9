//! When to ask again, and after how long.

use std::{sync::Mutex, time::Duration};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::StatusCode;
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};

use super::error::Temporary;
use crate::clock::SharedClock;

/// Fresh tokens that a request is tried with after a 401 of a tenant that let us in before.
const FRESH_TOKENS: u32 = 5;

/// How often and how patiently to ask again.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RetryPolicy {
    /// Attempts in all, for one request.
    pub(crate) max_attempts: u32,
    /// Wait before the second attempt; it doubles from then on.
    pub(crate) first_wait: Duration,
    /// Longest wait of our own choice.
    pub(crate) max_wait: Duration,
    /// Longest wait that a server may ask for before the run gives up.
    pub(crate) max_asked_wait: Duration,
    /// Longest time without any answer but 429 before the run gives up.
    pub(crate) max_starvation: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_attempts: 7,
            first_wait: Duration::from_millis(500),
            max_wait: Duration::from_secs(60),
            max_asked_wait: Duration::from_secs(15 * 60),
            max_starvation: Duration::from_secs(15 * 60),
        }
    }
}

/// A policy with its source of randomness and its clock.
pub(super) struct Retry {
    policy: RetryPolicy,
    random: Mutex<StdRng>,
    clock: SharedClock,
}

impl Retry {
    pub(super) fn new(policy: RetryPolicy, seed: u64, clock: SharedClock) -> Self {
        Self { policy, random: Mutex::new(StdRng::seed_from_u64(seed)), clock }
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// See [`RetryPolicy::max_starvation`].
    pub(super) fn longest_starvation(&self) -> Duration {
        self.policy.max_starvation
    }

    /// The wait before asking again with a fresh token after the `refused`-th 401, from 1, by a tenant that let us in
    /// before; `None` when it is time to give up.
    pub(super) fn wait_with_fresh_token(&self, refused: u32) -> Option<Duration> {
        if refused > FRESH_TOKENS { None } else { self.wait(refused, None) }
    }

    /// The wait before the attempt after `attempt`, from 1; `None` when it is time to give up. Never less than `asked`.
    ///
    /// Half of the wait is random, so that many clients do not come back at once.
    pub(super) fn wait(&self, attempt: u32, asked: Option<Duration>) -> Option<Duration> {
        if attempt >= self.policy.max_attempts || asked.is_some_and(|asked| asked > self.policy.max_asked_wait) {
            return None;
        }
        let doubled = self.policy.first_wait.saturating_mul(2_u32.saturating_pow(attempt - 1));
        let own = doubled.min(self.policy.max_wait);
        let share = match self.random.lock() {
            Ok(mut random) => random.random_range(0.5..=1.0),
            Err(_) => 1.0,
        };
        Some(own.mul_f64(share).max(asked.unwrap_or_default()))
    }
}

/// Whether a response asks to come back later.
pub(super) fn temporary_status(response: &http::Response<Bytes>, now: DateTime<Utc>) -> Option<Temporary> {
    let asked = response.headers().get(http::header::RETRY_AFTER).and_then(|v| v.to_str().ok());
    let retry_after = asked.and_then(|text| retry_after(text, now));
    Some(Temporary { retry_after, ..temporary(response.status())? })
}

/// What a status is that asks to come back later.
pub(super) fn temporary(status: StatusCode) -> Option<Temporary> {
    let what = match status.as_u16() {
        408 => "408 request time-out",
        429 => "429 too many requests",
        500 => "500 internal server error",
        502 => "502 bad gateway",
        503 => "503 service unavailable",
        504 => "504 gateway time-out",
        501 | 505 => return None,
        506..=599 => "a server error",
        _ => return None,
    };
    Some(Temporary { status: Some(status), ..Temporary::new(what) })
}

/// The `Date` of a response.
pub(super) fn date(response: &http::Response<Bytes>) -> Option<DateTime<Utc>> {
    let date = response.headers().get(http::header::DATE)?.to_str().ok()?;
    httpdate::parse_http_date(date).ok().map(DateTime::<Utc>::from)
}

/// `Retry-After` as seconds or as an HTTP date; a date in the past or nonsense asks for nothing.
pub(super) fn retry_after(text: &str, now: DateTime<Utc>) -> Option<Duration> {
    if let Ok(seconds) = text.trim().parse::<f64>() {
        return Duration::try_from_secs_f64(seconds.ceil()).ok();
    }
    let date = DateTime::<Utc>::from(httpdate::parse_http_date(text.trim()).ok()?);
    // A date has no fraction of a second: the server means the end of that second at the latest.
    (date - now).to_std().ok().map(|wait| wait + Duration::from_secs(1))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::clock::SystemClock;

    fn retry(seed: u64) -> Retry {
        Retry::new(RetryPolicy::default(), seed, Arc::new(SystemClock))
    }

    #[test]
    fn retry_after_comes_as_seconds_or_as_a_date() {
        let now = "2026-11-22T10:00:00.5Z".parse().unwrap();
        assert_eq!(retry_after("17", now), Some(Duration::from_secs(17)));
        assert_eq!(retry_after("0", now), Some(Duration::ZERO));
        assert_eq!(retry_after("1.2", now), Some(Duration::from_secs(2)));
        let date = retry_after("Sun, 22 Nov 2026 10:00:30 GMT", now).unwrap();
        assert!(date >= Duration::from_millis(29_500) && date <= Duration::from_secs(31), "{date:?}");
        for nothing in ["Sun, 22 Nov 2026 09:00:00 GMT", "-5", "soon", "", "NaN"] {
            assert_eq!(retry_after(nothing, now), None, "{nothing}");
        }
    }

    proptest! {
        #[test]
        fn waits_grow_are_never_zero_and_never_less_than_asked(seed: u64, attempt in 1_u32..7, asked in prop::option::of(0_u64..900)) {
            let asked = asked.map(Duration::from_secs);
            let wait = retry(seed).wait(attempt, asked).unwrap();
            prop_assert!(wait >= Duration::from_millis(250) * 2_u32.pow(attempt - 1));
            prop_assert!(wait >= asked.unwrap_or_default());
        }
    }

    #[test]
    fn patience_ends() {
        assert!(retry(1).wait(7, None).is_none());
        assert!(retry(1).wait(1, Some(Duration::from_secs(901))).is_none());
    }
}
