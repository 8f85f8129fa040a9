//! Deliveries of events to endpoints, and the attempts at them.

use chrono::{DateTime, Utc};
use rand::RngCore as _;
use serde::Serialize;

use super::head::{Head, Link};
use super::{List, Webhooks, World, endpoint, event, written};
use crate::fake_tenant::people::dice::{Dice, Stream};
use crate::fake_tenant::people::ids::Numbering;

/// Ids of attempts.
pub(super) const NUMBERS: Numbering = Numbering::new(871, 20);

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum State {
    Delivered,
    /// It will be tried, again or for the first time.
    Undelivered,
    /// It will not be tried again.
    Failed,
}

/// One event on its way to one endpoint.
#[derive(Debug, Clone)]
pub(super) struct Delivery {
    pub(super) id: String,
    /// Index of the event.
    pub(super) event: usize,
    /// Index of the endpoint.
    pub(super) endpoint: usize,
    pub(super) state: State,
    pub(super) attempts: u32,
    /// When it is, or was last, to be tried.
    pub(super) next_attempt_at: DateTime<Utc>,
    /// Somebody is sending it.
    pub(super) under_way: bool,
}

/// One try.
#[derive(Debug, Clone)]
pub(super) struct Attempt {
    /// Index of the delivery.
    pub(super) delivery: usize,
    pub(super) signature: String,
    pub(super) successful: bool,
    /// `None` when there was no answer.
    pub(super) status: Option<u16>,
    /// Empty when it was successful.
    pub(super) error: String,
    pub(super) at: DateTime<Utc>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DeliveryRecord {
    #[serde(flatten)]
    head: Head,
    next_attempt_at: String,
    attempts_count: u32,
    status: State,
    event: Head,
    webhook_endpoint: Head,
    #[serde(skip_serializing_if = "Option::is_none")]
    links: Option<Attempts>,
}

#[derive(Serialize)]
struct Attempts {
    attempts: Link,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AttemptRecord<'a> {
    #[serde(flatten)]
    head: Head,
    signature: &'a str,
    webhook_delivery: Head,
    is_successful: bool,
    response_status_code: Option<u16>,
    error_response_body: &'a str,
    created_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    links: Option<NoLinks>,
}

#[derive(Serialize)]
struct NoLinks {}

impl Delivery {
    /// Its JSON.
    pub(super) fn write(&self, world: World<'_>, links: bool) -> Option<Vec<u8>> {
        let attempts = format!("{}?webhookDelivery.id={}", List::Attempts.path(), self.id);
        let record = DeliveryRecord {
            head: Head::of(List::Deliveries, world.base, &self.id),
            next_attempt_at: written(self.next_attempt_at),
            attempts_count: self.attempts,
            status: self.state,
            event: Head::of(List::Events, world.base, &event::id(self.event)),
            webhook_endpoint: Head::of(List::Endpoints, world.base, &endpoint::id(self.endpoint)),
            links: links.then(|| Attempts { attempts: Link::to(world.base, &attempts) }),
        };
        serde_json::to_vec(&record).ok()
    }
}

impl Attempt {
    /// Its JSON; `delivery` is the id of its delivery.
    pub(super) fn write(&self, world: World<'_>, index: usize, delivery: &str, links: bool) -> Option<Vec<u8>> {
        let record = AttemptRecord {
            head: Head::of(List::Attempts, world.base, &NUMBERS.id(index as u64).to_string()),
            signature: &self.signature,
            webhook_delivery: Head::of(List::Deliveries, world.base, delivery),
            is_successful: self.successful,
            response_status_code: self.status,
            error_response_body: &self.error,
            created_at: written(self.at),
            links: links.then_some(NoLinks {}),
        };
        serde_json::to_vec(&record).ok()
    }
}

impl Webhooks {
    /// Plans the first attempt at a delivery, and says at which index the delivery is.
    pub(super) fn schedule(&mut self, event: usize, endpoint: usize, at: DateTime<Utc>) -> usize {
        let index = self.deliveries.len();
        let id = guid(&mut Dice::new(self.seed, Stream::Delivery, index as u64));
        let state = State::Undelivered;
        self.deliveries.push(Delivery {
            id,
            event,
            endpoint,
            state,
            attempts: 0,
            next_attempt_at: at,
            under_way: false,
        });
        if let Some(event) = self.events.get_mut(event) {
            event.deliveries.push(index);
        }
        index
    }
}

/// A random UUID, as of version 4.
fn guid(dice: &mut Dice) -> String {
    let (high, low) = (dice.next_u64(), dice.next_u64());
    let (a, b, c) = (high >> 32, high >> 16 & 0xFFFF, high & 0x0FFF | 0x4000);
    let (d, e) = (low >> 48 & 0x3FFF | 0x8000, low & 0xFFFF_FFFF_FFFF);
    format!("{a:08x}-{b:04x}-{c:04x}-{d:04x}-{e:012x}")
}
