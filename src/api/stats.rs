//! What the requests of a run cost.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::error::Temporary;

/// Counts of one run, shared by all its requests.
#[derive(Debug, Default)]
pub(crate) struct Stats {
    counts: Mutex<RequestCounts>,
    /// The smallest difference seen: the others include the time that an answer took.
    clock_skew_secs: Mutex<Option<i64>>,
}

/// What the requests of a run cost.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct RequestCounts {
    /// Requests sent to the tenant, retries included: each one spends budget.
    pub(crate) requests: u64,
    /// Requests sent to the token endpoint, which has no budget.
    pub(crate) token_requests: u64,
    /// Requests sent again.
    pub(crate) retries: u64,
    /// Responses that said the budget was overspent.
    pub(crate) too_many_requests: u64,
    /// Time spent waiting because the API asked for it or failed, summed over all requests, in seconds.
    pub(crate) retry_wait_seconds: f64,
    /// Bytes of the pages, decompressed.
    pub(crate) page_bytes: u64,
    /// Requests per collection.
    pub(crate) requests_by_resource: BTreeMap<String, u64>,
}

impl Stats {
    /// The counts so far.
    pub(crate) fn counts(&self) -> RequestCounts {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Seconds by which the tenant's clock is ahead of ours, as far as its answers tell.
    pub(crate) fn clock_skew_secs(&self) -> Option<i64> {
        *self.clock_skew_secs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An answer carried the tenant's time.
    pub(super) fn dated(&self, theirs: DateTime<Utc>, ours: DateTime<Utc>) {
        let skew = (theirs - ours).num_seconds();
        let mut known = self.clock_skew_secs.lock().unwrap_or_else(PoisonError::into_inner);
        *known = Some(known.map_or(skew, |known| if skew.abs() < known.abs() { skew } else { known }));
    }

    fn change(&self, change: impl FnOnce(&mut RequestCounts)) {
        change(&mut self.counts.lock().unwrap_or_else(PoisonError::into_inner));
    }

    pub(super) fn token_requested(&self) {
        self.change(|c| c.token_requests += 1);
    }

    pub(super) fn requested(&self, resource: &str) {
        self.change(|c| {
            c.requests += 1;
            match c.requests_by_resource.get_mut(resource) {
                Some(count) => *count += 1,
                None => drop(c.requests_by_resource.insert(resource.to_owned(), 1)),
            }
        });
    }

    pub(super) fn received(&self, bytes: u64) {
        self.change(|c| c.page_bytes += bytes);
    }

    pub(super) fn gave_up(&self, temporary: &Temporary) {
        self.change(|c| c.too_many_requests += u64::from(temporary.is_too_many_requests()));
    }

    pub(super) fn retried(&self, resource: &str, attempt: u32, temporary: &Temporary, wait: Duration) {
        tracing::info!(resource, attempt, cause = temporary.what, wait_ms = wait.as_millis(), "asking again");
        self.change(|c| {
            c.retries += 1;
            c.too_many_requests += u64::from(temporary.is_too_many_requests());
            c.retry_wait_seconds += wait.as_secs_f64();
        });
    }
}
