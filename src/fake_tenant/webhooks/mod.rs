//! The tenant's webhooks: the endpoints that want to hear of changes, the events there were, what is sent of them
//! (deliveries), and what came of each try (attempts).
//!
//! ```text
//! routes ─┬▶ body      POST and PATCH: what an endpoint is to be
//!         └▶ lists     GET: pages and single records of the four collections
//! history              what there was before the first request, from the people's own changes
//! changes              somebody joins, leaves or moves while the tenant serves
//! sending              what is due and what came of it, for whoever has a network and a clock
//! ```
//!
//! All of it is remembered apart from the generated people, who stay a function of the options. A tenant begins with one
//! endpoint that was suspended and one that is inactive, so that nothing is sent anywhere unless somebody asks for it.

mod body;
mod changes;
mod delivery;
mod endpoint;
mod event;
mod head;
mod history;
mod lists;
mod routes;
mod sending;
mod signature;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, NaiveDate, NaiveTime, SecondsFormat, TimeDelta, Utc};
use tokio::time::Instant;

use super::FakeTenant;
use super::options::Options;
use super::people::People;
pub(super) use body::is_here;
use delivery::{Attempt, Delivery};
use endpoint::Endpoint;
use event::Event;
pub(super) use lists::List;
pub(super) use routes::{Asked, Route};
pub use sending::{Due, News, Outcome};

/// What is remembered. Everything is found by its index, which stands for its id; nothing is taken out.
#[derive(Debug)]
pub(super) struct Webhooks {
    seed: u64,
    endpoints: Vec<Endpoint>,
    events: Vec<Event>,
    deliveries: Vec<Delivery>,
    attempts: Vec<Attempt>,
    /// Addresses that did not pass the activation challenge.
    unproved: BTreeSet<String>,
    /// Scheme and host that the tenant was last asked at.
    base: String,
}

/// What records are written from.
#[derive(Clone, Copy)]
struct World<'a> {
    people: &'a People,
    options: &'a Options,
    /// Scheme and host of absolute URLs.
    base: &'a str,
}

impl FakeTenant {
    fn webhooks(&self) -> MutexGuard<'_, Webhooks> {
        let webhooks = self.webhooks.get_or_init(|| Mutex::new(Webhooks::new(&self.people, &self.options)));
        webhooks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn world<'a>(&'a self, base: &'a str) -> World<'a> {
        World { people: &self.people, options: &self.options, base }
    }

    /// What the tenant's clock shows at an instant: [`Options::starts_at`] when it was first asked for anything, and what has
    /// passed since.
    pub fn wall_clock(&self, now: Instant) -> DateTime<Utc> {
        let first = *self.first_instant.get_or_init(|| now);
        let begun = self.options.starts_at.unwrap_or_else(|| nine_o_clock(self.options.today));
        let passed = TimeDelta::from_std(now.saturating_duration_since(first)).unwrap_or_default();
        begun.checked_add_signed(passed).unwrap_or(begun)
    }
}

fn nine_o_clock(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::from_hms_opt(9, 0, 0).unwrap_or_default()).and_utc()
}

/// A date-time as records of webhooks have it.
fn written(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}
