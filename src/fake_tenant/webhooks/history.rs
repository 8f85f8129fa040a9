//! What there was before the first request: events of the people's own changes in the last two months, two endpoints, and
//! what one of them was sent until it was gone.

use chrono::{DateTime, Months, NaiveTime, TimeDelta, Utc};

use super::Webhooks;
use super::World;
use super::endpoint::{Endpoint, Status};
use super::event::{Change, Event, What};
use super::sending::Outcome;
use crate::fake_tenant::collections::CHANGING;
use crate::fake_tenant::options::Options;
use crate::fake_tenant::people::People;
use crate::fake_tenant::people::dice::shift;

/// How long events are kept.
const KEPT: Months = Months::new(2);
/// Where deliveries were sent from.
const BASE: &str = "https://example.ilucca.net";
/// One delivery in so many was taken only when it was tried again.
const TRIED_TWICE: usize = 6;

impl Webhooks {
    pub(super) fn new(people: &People, options: &Options) -> Self {
        let mut webhooks = Self {
            seed: options.seed,
            endpoints: Vec::new(),
            events: events(people),
            deliveries: Vec::new(),
            attempts: Vec::new(),
            unproved: std::collections::BTreeSet::new(),
            base: BASE.to_owned(),
        };
        for declared in DECLARED {
            webhooks.declare(people, declared);
        }
        webhooks.deliver(World { people, options, base: BASE });
        webhooks
    }

    fn declare(&mut self, people: &People, declared: &Declared) {
        let created_at = shift(people.today, -declared.days).and_time(NaiveTime::default()).and_utc();
        self.endpoints.push(Endpoint {
            name: declared.name.to_owned(),
            api_version: "2024-11-01".to_owned(),
            url: declared.url.to_owned(),
            topics: declared.topics.iter().map(|topic| (*topic).to_owned()).collect(),
            sites: declared.site.map(|site| vec![site]),
            status: declared.status,
            secret: self.new_secret(self.endpoints.len()),
            created_at,
            last_updated_at: created_at,
            failures: 0,
            deleted: false,
        });
    }

    /// What the first endpoint was sent: all of it arrived, but the last found it gone.
    fn deliver(&mut self, world: World<'_>) {
        let Some(first) = self.endpoints.first_mut() else { return };
        first.status = Status::Active;
        let first = first.clone();
        let wanted = |event: &Event| {
            event.occurred_at >= first.created_at && first.wants(&event.topic(), event.site(world.people))
        };
        let wanted: Vec<usize> =
            self.events.iter().enumerate().filter(|(_, event)| wanted(event)).map(|(index, _)| index).collect();
        for (nth, event) in wanted.iter().enumerate() {
            let Some(at) = self.events.get(*event).map(|event| event.occurred_at) else { continue };
            let delivery = self.schedule(*event, 0, later(at, 2));
            let last = nth + 1 == wanted.len();
            if nth % TRIED_TWICE == TRIED_TWICE - 1 && !last {
                self.tried(world, delivery, 503, "Service Unavailable", at);
            }
            let (status, body) = if last { (410, "Gone") } else { (202, "") };
            self.tried(world, delivery, status, body, at);
        }
    }

    /// Takes note of an attempt at its time.
    fn tried(&mut self, world: World<'_>, delivery: usize, status: u16, body: &str, occurred_at: DateTime<Utc>) {
        let at = self.deliveries.get(delivery).map_or(occurred_at, |delivery| delivery.next_attempt_at);
        let Some(due) = self.signed(world, delivery, at) else { return };
        let outcome = Outcome::Answered { status, body: body.to_owned() };
        self.note(&due, &outcome, at, &world.options.retry_delays);
    }
}

/// An endpoint that somebody had declared.
struct Declared {
    name: &'static str,
    url: &'static str,
    topics: &'static [&'static str],
    /// Index of the only establishment that it is about.
    site: Option<usize>,
    status: Status,
    /// Days before today.
    days: i64,
}

const DECLARED: &[Declared] = &[
    Declared {
        name: "Payroll",
        url: "https://payroll.example.com/lucca",
        topics: &["employee.created", "employee.updated", "employment.created", "employment.updated"],
        site: None,
        status: Status::Active,
        days: 50,
    },
    Declared {
        name: "Badges",
        url: "https://badges.example.com/hooks/lucca",
        topics: &["employee.created", "job-position.created", "job-position.updated"],
        site: Some(0),
        status: Status::Inactive,
        days: 20,
    },
];

/// An instant so many seconds later.
fn later(at: DateTime<Utc>, seconds: i64) -> DateTime<Utc> {
    at.checked_add_signed(TimeDelta::seconds(seconds)).unwrap_or(at)
}

/// The events of what changed in the last two months, oldest first.
fn events(people: &People) -> Vec<Event> {
    let since = people.today.checked_sub_months(KEPT).unwrap_or(people.today);
    let mut events = Vec::new();
    for (number, changing) in CHANGING.iter().enumerate() {
        for index in 0..(changing.collection.len)(people) {
            let Some(stamps) = (changing.stamps)(people, index) else { continue };
            let mut add = |at: DateTime<Utc>, change| {
                if at.date_naive() >= since {
                    events.push(Event::new(at, What::Recorded { changing: number, index, change }));
                }
            };
            add(stamps.created_at.utc(), Change::Created);
            if stamps.created_at != stamps.last_updated_at {
                add(stamps.last_updated_at.utc(), Change::Updated);
            }
        }
    }
    events.sort_by_key(|event| event.occurred_at);
    events
}
