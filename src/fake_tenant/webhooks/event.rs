//! Events: that a record changed, and what it was then.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Map, Value};

use super::delivery::State;
use super::head::{Head, Link};
use super::{List, News, Webhooks, World, written};
use crate::fake_tenant::collections::{CHANGING, Changing, ESTABLISHMENT, View};
use crate::fake_tenant::http::API_VERSION;
use crate::fake_tenant::people::People;
use crate::fake_tenant::people::dice::{Dice, Stream};
use crate::fake_tenant::people::ids::Numbering;

/// Ids of events.
pub(super) const NUMBERS: Numbering = Numbering::new(2_455_601, 9);

/// An event.
#[derive(Debug, Clone)]
pub(super) struct Event {
    pub(super) occurred_at: DateTime<Utc>,
    pub(super) what: What,
    /// Indexes of its deliveries.
    pub(super) deliveries: Vec<usize>,
}

/// What happened.
#[derive(Debug, Clone)]
pub(super) enum What {
    /// One of the generated records came to be or changed.
    Recorded { changing: usize, index: usize, change: Change },
    /// What somebody told the tenant.
    Told(Box<News>),
    /// A test delivery was asked for.
    Ping,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    Created,
    Updated,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Record<'a> {
    #[serde(flatten)]
    head: Head,
    api_version: &'static str,
    topic: &'a str,
    occurred_at: String,
    source: &'a str,
    business_establishment: Option<Head>,
    data: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous_attributes: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    links: Option<Links>,
}

#[derive(Serialize)]
struct Links {
    retry: Link,
}

impl Event {
    pub(super) fn new(occurred_at: DateTime<Utc>, what: What) -> Self {
        Self { occurred_at, what, deliveries: Vec::new() }
    }

    /// What it is called, such as `employee.created`.
    pub(super) fn topic(&self) -> Cow<'_, str> {
        match &self.what {
            What::Recorded { changing, change, .. } => {
                let item = CHANGING.get(*changing).map_or("", |changing| changing.collection.kind.item);
                let change = if *change == Change::Created { "created" } else { "updated" };
                Cow::Owned(format!("{item}.{change}"))
            }
            What::Told(news) => Cow::Borrowed(&news.topic),
            What::Ping => Cow::Borrowed("ping"),
        }
    }

    /// Index of the business establishment that it is about.
    pub(super) fn site(&self, people: &People) -> Option<usize> {
        match &self.what {
            What::Recorded { changing, index, .. } => (CHANGING.get(*changing)?.site)(people, *index).map(usize::from),
            What::Told(news) => ESTABLISHMENT.index_of(news.business_establishment.as_deref()?),
            What::Ping => None,
        }
    }

    /// Its JSON.
    pub(super) fn write(&self, world: World<'_>, index: usize, links: bool) -> Option<Vec<u8>> {
        let (data, previous_attributes) = self.data(world)?;
        let retry = Link::to(world.base, List::Deliveries.path());
        let record = Record {
            head: Head::of(List::Events, world.base, &id(index)),
            api_version: API_VERSION,
            topic: &self.topic(),
            occurred_at: written(self.occurred_at),
            source: world.base,
            business_establishment: self
                .site(world.people)
                .map(|site| Head::of_people(&ESTABLISHMENT, world.base, site)),
            data,
            previous_attributes,
            links: links.then_some(Links { retry }),
        };
        serde_json::to_vec(&record).ok()
    }

    /// The record just after the change, and what it was before.
    fn data(&self, world: World<'_>) -> Option<(Value, Option<Value>)> {
        match &self.what {
            What::Recorded { changing, index, change } => {
                let recorded = Recorded { number: *changing, changing: CHANGING.get(*changing)?, index: *index };
                recorded.data(world, *change)
            }
            What::Told(news) => Some((news.data.clone(), news.previous_attributes.clone())),
            What::Ping => Some((Value::Object(Map::new()), None)),
        }
    }
}

/// A generated record that changed.
struct Recorded {
    number: usize,
    changing: &'static Changing,
    index: usize,
}

impl Recorded {
    fn data(&self, world: World<'_>, change: Change) -> Option<(Value, Option<Value>)> {
        let mut text = Vec::new();
        let view = View { people: world.people, base: world.base, links: false };
        (self.changing.collection.write)(&view, self.index, &mut text)?;
        let text = world.options.hide(self.changing.collection.kind.path, text);
        let mut record: Map<String, Value> = serde_json::from_slice(&text).ok()?;
        let mut dice = Dice::with_salt(world.people.seed, Stream::Event, self.number as u64, self.index as u64);
        let before = (self.changing.before)(&mut dice);
        if change == Change::Updated {
            let previous = before.map(|(property, value)| Map::from_iter([(property.to_owned(), value)]).into());
            return Some((record.into(), previous));
        }
        let stamps = (self.changing.stamps)(world.people, self.index)?;
        if stamps.created_at != stamps.last_updated_at {
            // It has changed since.
            if let Some(created) = record.get("createdAt").cloned() {
                record.insert("lastUpdatedAt".to_owned(), created);
            }
            if let Some((property, value)) = before {
                record.insert(property.to_owned(), value);
            }
        }
        Some((record.into(), None))
    }
}

/// The id of the event at an index.
pub(super) fn id(index: usize) -> String {
    NUMBERS.id(index as u64).to_string()
}

impl Webhooks {
    /// `failed` when a delivery of the event did, `delivered` when all arrived, else `scheduled`.
    pub(super) fn event_status(&self, event: &Event) -> &'static str {
        let states = || event.deliveries.iter().filter_map(|at| Some(self.deliveries.get(*at)?.state));
        if states().any(|state| state == State::Failed) {
            "failed"
        } else if !event.deliveries.is_empty() && states().all(|state| state == State::Delivered) {
            "delivered"
        } else {
            "scheduled"
        }
    }
}
