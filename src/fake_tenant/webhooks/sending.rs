//! For whoever sends: what is due, what came of it, and what else happened.
//!
//! The tenant itself neither sends nor waits. A sender asks [`FakeTenant::due_deliveries`], posts each to its URL, says what
//! came of it ([`FakeTenant::attempted`]) and sleeps until [`FakeTenant::next_delivery`]. Before it hands a request to
//! [`FakeTenant::handle`] it may ask [`FakeTenant::to_challenge`] whether an address has to prove itself first.

use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use http::{Method, Request};
use serde_json::Value;
use tokio::time::Instant;

use super::body::Said;
use super::delivery::{Attempt, State};
use super::endpoint::Status;
use super::event::{self, Event, What};
use super::signature::sign;
use super::{List, Route, Webhooks, World};
use crate::fake_tenant::FakeTenant;

/// Longest part of an answer that an attempt remembers, in characters.
const ERROR_CHARACTERS: usize = 1_000;
/// After so many deliveries in a row that failed for good, an endpoint is suspended. The API does not publish its number.
const FAILURES: u32 = 10;

/// A delivery to be sent now, as one POST with the headers `Content-Type: application/json`, `Lucca-Timestamp` and
/// `Lucca-Signature`. It is not due again before it was [`FakeTenant::attempted`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// The delivery's id.
    pub delivery: String,
    /// Where to send it.
    pub url: String,
    /// `Lucca-Timestamp`.
    pub timestamp: String,
    /// `Lucca-Signature`.
    pub signature: String,
    /// The event as JSON.
    pub body: Bytes,
}

/// What came of sending a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// An answer within 3 seconds.
    Answered {
        /// Its status.
        status: u16,
        /// Its body.
        body: String,
    },
    /// No answer in time, or no connection.
    Unanswered,
}

/// Something that happened in the tenant.
#[derive(Debug, Clone, PartialEq)]
pub struct News {
    /// Such as `employee.updated`.
    pub topic: String,
    /// The record just after the change, as the API writes it.
    pub data: Value,
    /// What changed, with the values before; on updates only.
    pub previous_attributes: Option<Value>,
    /// Id of the business establishment that it is about.
    pub business_establishment: Option<String>,
}

/// What an outcome means for a delivery and its endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Delivered,
    Retry,
    /// The address is wrong or gone.
    Suspend,
}

impl Outcome {
    fn verdict(&self) -> Verdict {
        match self {
            Self::Answered { status: 200..=299, .. } => Verdict::Delivered,
            Self::Answered { status: 404 | 410, .. } => Verdict::Suspend,
            _ => Verdict::Retry,
        }
    }

    fn status(&self) -> Option<u16> {
        match self {
            Self::Answered { status, .. } => Some(*status),
            Self::Unanswered => None,
        }
    }

    fn error(&self) -> String {
        match self {
            Self::Answered { status, body } if !matches!(status, 200..=299) => {
                body.chars().take(ERROR_CHARACTERS).collect()
            }
            _ => String::new(),
        }
    }
}

impl FakeTenant {
    /// The deliveries to send at an instant, oldest first, signed as of then.
    pub fn due_deliveries(&self, now: Instant) -> Vec<Due> {
        let at = self.wall_clock(now);
        let mut webhooks = self.webhooks();
        let base = webhooks.base.clone();
        let world = self.world(&base);
        let due: Vec<usize> = (0..webhooks.deliveries.len()).filter(|index| webhooks.is_due(*index, at)).collect();
        let signed = due.into_iter().filter_map(|index| {
            let due = webhooks.signed(world, index, at)?;
            webhooks.deliveries.get_mut(index)?.under_way = true;
            Some(due)
        });
        signed.collect()
    }

    /// When the next delivery will be due; `None` while nothing is planned.
    pub fn next_delivery(&self, now: Instant) -> Option<Instant> {
        let at = self.wall_clock(now);
        let webhooks = self.webhooks();
        let planned = (0..webhooks.deliveries.len()).filter_map(|index| webhooks.planned(index));
        let wait = planned.min()?.signed_duration_since(at).to_std().unwrap_or(Duration::ZERO);
        now.checked_add(wait)
    }

    /// Takes note of what came of sending a delivery: 2xx is delivered, 404 and 410 suspend the endpoint, anything else is
    /// tried again after [`Options::retry_delays`](super::super::Options::retry_delays) and then given up.
    pub fn attempted(&self, due: &Due, outcome: &Outcome, now: Instant) {
        let at = self.wall_clock(now);
        self.webhooks().note(due, outcome, at, &self.options.retry_delays);
    }

    /// Something happened: an event, with a delivery to each active endpoint that wants to hear of it. Its id.
    pub fn publish(&self, news: News, now: Instant) -> String {
        let at = self.wall_clock(now);
        let mut webhooks = self.webhooks();
        let event = Event::new(at, What::Told(Box::new(news)));
        let (topic, site) = (event.topic().into_owned(), event.site(&self.people));
        let index = webhooks.events.len();
        webhooks.events.push(event);
        let wanting = webhooks.endpoints.iter().enumerate().filter(|(_, endpoint)| {
            !endpoint.deleted && endpoint.status == Status::Active && endpoint.wants(&topic, site)
        });
        let wanting: Vec<usize> = wanting.map(|(index, _)| index).collect();
        for endpoint in wanting {
            webhooks.schedule(index, endpoint, at);
        }
        event::id(index)
    }

    /// The address that has to answer `GET {address}?echo=…` before this request may make it active; `None` when nothing
    /// has to be proved. Tell [`FakeTenant::challenged`] what came of it, then handle the request.
    pub fn to_challenge(&self, request: &Request<Bytes>) -> Option<String> {
        let route = Route::find(request.uri().path().strip_prefix("/lucca-api/")?)?;
        let known = || {
            let webhooks = self.webhooks();
            let endpoint = webhooks.endpoints.get(webhooks.endpoint_at(route.id?)?)?;
            Some((endpoint.url.clone(), endpoint.status))
        };
        let (said, before) = match (route.list, request.method()) {
            (List::Endpoints, &Method::POST) => (Said::of_new(request.body()).ok()?, None),
            (List::Endpoints, &Method::PATCH) => (Said::of_change(request.body()).ok()?, Some(known()?)),
            _ => return None,
        };
        let status = said.status.or(before.as_ref().map(|(_, status)| *status))?;
        let url = said.url.clone().or(before.as_ref().map(|(url, _)| url.clone()))?;
        let proved = before.is_some_and(|(before, status)| before == url && status == Status::Active);
        (status == Status::Active && !proved).then_some(url)
    }

    /// Whether an address answered its challenge. One that did not cannot be made active.
    pub fn challenged(&self, url: &str, passed: bool) {
        let mut webhooks = self.webhooks();
        if passed {
            webhooks.unproved.remove(url);
        } else {
            webhooks.unproved.insert(url.to_owned());
        }
    }
}

impl Webhooks {
    /// When a delivery is to be tried; `None` when it is not, or is being.
    fn planned(&self, index: usize) -> Option<DateTime<Utc>> {
        let delivery = self.deliveries.get(index)?;
        let endpoint = self.endpoints.get(delivery.endpoint)?;
        let ping = self.events.get(delivery.event).is_some_and(|event| matches!(event.what, What::Ping));
        let wanted = !endpoint.deleted && (ping || endpoint.status == Status::Active);
        (wanted && delivery.state == State::Undelivered && !delivery.under_way).then_some(delivery.next_attempt_at)
    }

    fn is_due(&self, index: usize, at: DateTime<Utc>) -> bool {
        self.planned(index).is_some_and(|planned| planned <= at)
    }

    /// The delivery at an index as it is sent at a time.
    pub(super) fn signed(&self, world: World<'_>, index: usize, at: DateTime<Utc>) -> Option<Due> {
        let delivery = self.deliveries.get(index)?;
        let endpoint = self.endpoints.get(delivery.endpoint)?;
        let body = self.write(world, List::Events, delivery.event, true)?;
        let timestamp = at.to_rfc3339_opts(SecondsFormat::Secs, true);
        let signature = sign(&endpoint.secret, &timestamp, &body);
        let (delivery, url) = (delivery.id.clone(), endpoint.url.clone());
        Some(Due { delivery, url, timestamp, signature, body: body.into() })
    }

    /// Takes note of an attempt.
    pub(super) fn note(&mut self, due: &Due, outcome: &Outcome, at: DateTime<Utc>, delays: &[Duration]) {
        let Some(index) = self.deliveries.iter().position(|delivery| delivery.id == due.delivery) else { return };
        let Some(delivery) = self.deliveries.get_mut(index) else { return };
        let verdict = outcome.verdict();
        let delay = delays.get(delivery.attempts as usize).filter(|_| verdict == Verdict::Retry);
        delivery.attempts = delivery.attempts.saturating_add(1);
        delivery.under_way = false;
        delivery.state = match (verdict, delay) {
            (Verdict::Delivered, _) => State::Delivered,
            (_, Some(delay)) => {
                let delay = TimeDelta::from_std(*delay).unwrap_or(TimeDelta::MAX);
                delivery.next_attempt_at = at.checked_add_signed(delay).unwrap_or(at);
                State::Undelivered
            }
            _ => State::Failed,
        };
        let (state, endpoint) = (delivery.state, delivery.endpoint);
        self.attempts.push(Attempt {
            delivery: index,
            signature: due.signature.clone(),
            successful: verdict == Verdict::Delivered,
            status: outcome.status(),
            error: outcome.error(),
            at,
        });
        if let Some(endpoint) = self.endpoints.get_mut(endpoint) {
            match state {
                State::Delivered => endpoint.failures = 0,
                State::Failed => endpoint.failures = endpoint.failures.saturating_add(1),
                State::Undelivered => {}
            }
            let enough = verdict == Verdict::Suspend || endpoint.failures >= FAILURES;
            if enough && endpoint.status == Status::Active {
                endpoint.status = Status::Suspended;
                endpoint.last_updated_at = at;
            }
        }
    }
}
