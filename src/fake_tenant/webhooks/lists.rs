//! The four collections: their pages and their single records.

use serde_json::{Map, Value};

use super::endpoint::{self, Shown};
use super::{Webhooks, World, delivery, event};
use crate::fake_tenant::FakeTenant;
use crate::fake_tenant::envelope::{Envelope, Neighbours};
use crate::fake_tenant::filter::{Criterion, Field, LIST_VALUES, Parameter, Rule};
use crate::fake_tenant::http::Call;
use crate::fake_tenant::options::EventOrder;
use crate::fake_tenant::paging::page;
use crate::fake_tenant::problem::Problem;
use crate::fake_tenant::query::{self, Accepts, Include};

/// Largest page.
const MAX_LIMIT: usize = 100;
/// The id of the application that every endpoint was declared by.
const APPLICATION: u64 = 7;

/// One of the collections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::fake_tenant) enum List {
    Endpoints,
    Deliveries,
    Attempts,
    Events,
}

/// A filter, which is told by its name what it looks at.
const fn filter(name: &'static str, rule: Rule) -> Parameter {
    Parameter { name, rule, field: |_, _| None }
}

static ENDPOINT_FILTERS: [Parameter; 2] =
    [filter("status", Rule::SomeOf(&endpoint::Status::NAMES)), filter("application.id", Rule::Ids(LIST_VALUES))];
static ATTEMPT_FILTERS: [Parameter; 1] = [filter("webhookDelivery.id", Rule::Texts)];
static EVENT_FILTERS: [Parameter; 1] = [filter("status", Rule::SomeOf(&["scheduled", "delivered", "failed"]))];

impl List {
    pub(in crate::fake_tenant) const ALL: [Self; 4] = [Self::Endpoints, Self::Deliveries, Self::Attempts, Self::Events];

    /// `type` of its records.
    pub(super) fn item(self) -> &'static str {
        match self {
            Self::Endpoints => "webhook-endpoint",
            Self::Deliveries => "webhook-delivery",
            Self::Attempts => "webhook-delivery-attempt",
            Self::Events => "event",
        }
    }

    /// Where it is, after `/lucca-api/`.
    pub(in crate::fake_tenant) fn path(self) -> &'static str {
        match self {
            Self::Endpoints => "webhook-endpoints",
            Self::Deliveries => "webhook-deliveries",
            Self::Attempts => "webhook-delivery-attempts",
            Self::Events => "events",
        }
    }

    /// The scope it needs, before `.readonly`.
    pub(super) fn scope(self) -> &'static str {
        match self {
            Self::Endpoints => "webhook-endpoints",
            Self::Deliveries | Self::Attempts => "webhook-deliveries",
            Self::Events => "events",
        }
    }

    fn accepts(self) -> Accepts {
        let filters: &[Parameter] = match self {
            Self::Endpoints => &ENDPOINT_FILTERS,
            Self::Deliveries => &[],
            Self::Attempts => &ATTEMPT_FILTERS,
            Self::Events => &EVENT_FILTERS,
        };
        Accepts { path: self.path(), filters, sorts: &[], max_limit: MAX_LIMIT }
    }
}

impl FakeTenant {
    /// The body of a page.
    pub(super) fn webhook_page(&self, call: &Call<'_>, list: List) -> Result<Option<Vec<u8>>, Problem> {
        let query = query::parse(call.query, &list.accepts(), self.options.limit_rule, self.options.seed)?;
        let (webhooks, world) = (self.webhooks(), self.world(&call.base));
        let len = webhooks.len(list);
        let newest_first = list == List::Events && self.options.event_order == EventOrder::NewestFirst;
        let at = |position: u64| {
            let position = usize::try_from(position).unwrap_or(usize::MAX);
            if newest_first { len.saturating_sub(position.saturating_add(1)) } else { position }
        };
        let keeps = |position| webhooks.keeps(list, at(position), &query.criteria);
        let total = query.include.total_count.then(|| (0..len as u64).filter(|at| keeps(*at)).count() as u64);
        let page = page(len as u64, query.start, query.limit, keeps);
        let indexes: Vec<usize> = page.items.iter().map(|position| at(*position)).collect();

        let written = || {
            let mut envelope = Envelope::open(list.path(), &call.url(), total);
            for index in &indexes {
                let record = webhooks.write(world, list, *index, query.include.links)?;
                envelope.item(|out| {
                    out.extend_from_slice(&record);
                    Some(())
                })?;
            }
            let here = format!("{}{}", call.base, call.path);
            envelope.links(Neighbours { prev: page.prev, next: page.next }, &query, &here);
            let embedded =
                |out: &mut Vec<u8>| serde_json::to_writer(out, &webhooks.embedded(world, list, &indexes)?).ok();
            envelope.close(query.include.embedded.then_some(embedded))
        };
        Ok(written())
    }

    /// The body of a record by itself.
    pub(super) fn webhook_record(&self, call: &Call<'_>, list: List, id: &str) -> Result<Option<Vec<u8>>, Problem> {
        let Include { links, embedded, .. } = query::parse_single(call.query)?;
        let (webhooks, world) = (self.webhooks(), self.world(&call.base));
        let index = webhooks.find(list, id).ok_or_else(Problem::not_found)?;
        let written = || {
            let mut out = webhooks.write(world, list, index, links)?;
            if embedded {
                out.pop();
                out.extend_from_slice(b",\"embedded\":");
                serde_json::to_writer(&mut out, &webhooks.embedded(world, list, &[index])?).ok()?;
                out.push(b'}');
            }
            Some(out)
        };
        Ok(written())
    }

    /// Every record of a collection of webhooks.
    pub(in crate::fake_tenant) fn webhook_texts(&self, list: List, base: &str) -> Vec<Vec<u8>> {
        let (webhooks, world) = (self.webhooks(), self.world(base));
        let there = (0..webhooks.len(list)).filter(|index| webhooks.keeps(list, *index, &[]));
        there.filter_map(|index| webhooks.write(world, list, index, false)).collect()
    }
}

impl Webhooks {
    fn len(&self, list: List) -> usize {
        match list {
            List::Endpoints => self.endpoints.len(),
            List::Deliveries => self.deliveries.len(),
            List::Attempts => self.attempts.len(),
            List::Events => self.events.len(),
        }
    }

    /// The index of a record that there is.
    fn find(&self, list: List, id: &str) -> Option<usize> {
        let there = |index: &usize| *index < self.len(list);
        match list {
            List::Endpoints => self.endpoint_at(id),
            List::Deliveries => self.deliveries.iter().position(|delivery| delivery.id == id),
            List::Attempts => delivery::NUMBERS.index_of_text(id).filter(there),
            List::Events => event::NUMBERS.index_of_text(id).filter(there),
        }
    }

    /// Whether the record at an index is there and as asked for.
    fn keeps(&self, list: List, index: usize, criteria: &[Criterion]) -> bool {
        let there = list != List::Endpoints || self.endpoints.get(index).is_some_and(|endpoint| !endpoint.deleted);
        there && criteria.iter().all(|one| one.fits(self.field(list, index, one.parameter.name).as_ref()))
    }

    fn field(&self, list: List, index: usize, name: &str) -> Option<Field<'_>> {
        match (list, name) {
            (List::Endpoints, "status") => Field::text(self.endpoints.get(index)?.status.name()),
            (List::Endpoints, _) => Some(Field::Id(APPLICATION)),
            (List::Deliveries, _) => None,
            (List::Attempts, _) => Field::text(self.deliveries.get(self.attempts.get(index)?.delivery)?.id.as_str()),
            (List::Events, _) => Field::text(self.event_status(self.events.get(index)?)),
        }
    }

    /// The JSON of the record at an index.
    pub(super) fn write(&self, world: World<'_>, list: List, index: usize, links: bool) -> Option<Vec<u8>> {
        match list {
            List::Endpoints => self.endpoints.get(index)?.write(world, index, Shown { links, ..Shown::default() }),
            List::Deliveries => self.deliveries.get(index)?.write(world, links),
            List::Attempts => {
                let attempt = self.attempts.get(index)?;
                attempt.write(world, index, &self.deliveries.get(attempt.delivery)?.id, links)
            }
            List::Events => self.events.get(index)?.write(world, index, links),
        }
    }

    /// What `embedded` holds for some records: type, id, record.
    fn embedded(&self, world: World<'_>, list: List, indexes: &[usize]) -> Option<Map<String, Value>> {
        let deliveries: Vec<usize> = match list {
            List::Endpoints | List::Events => return Some(Map::new()),
            List::Deliveries => indexes.to_vec(),
            List::Attempts => indexes.iter().filter_map(|at| Some(self.attempts.get(*at)?.delivery)).collect(),
        };
        let events: Vec<usize> = deliveries.iter().filter_map(|at| Some(self.deliveries.get(*at)?.event)).collect();
        let records = |list: List, indexes: &[usize]| -> Option<Value> {
            let mut records = Map::new();
            for index in indexes {
                let record: Value = serde_json::from_slice(&self.write(world, list, *index, false)?).ok()?;
                let id = record.get("id").and_then(Value::as_str)?.to_owned();
                records.insert(id, record);
            }
            Some(records.into())
        };
        let mut embedded = Map::new();
        embedded.insert(List::Events.item().to_owned(), records(List::Events, &events)?);
        if list == List::Attempts {
            embedded.insert(List::Deliveries.item().to_owned(), records(List::Deliveries, &deliveries)?);
        }
        Some(embedded)
    }
}
