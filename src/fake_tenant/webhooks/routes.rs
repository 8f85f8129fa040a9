//! Which request does what.

use bytes::Bytes;
use http::{Method, Request};
use tokio::time::Instant;

use super::body::{Said, Wanted};
use super::endpoint::{self, Endpoint, Shown, Status};
use super::event::{self, Event, What};
use super::{List, delivery};
use crate::fake_tenant::FakeTenant;
use crate::fake_tenant::http::Call;
use crate::fake_tenant::problem::Problem;
use crate::fake_tenant::query;
use crate::fake_tenant::reply::Reply;
use crate::fake_tenant::tokens::Scopes;

/// What a path after `/lucca-api/` leads to.
#[derive(Debug, Clone, Copy)]
pub(in crate::fake_tenant) struct Route<'a> {
    pub(in crate::fake_tenant) list: List,
    /// The id of one record; `None` is the list.
    pub(super) id: Option<&'a str>,
}

/// A valid request of the API.
pub(in crate::fake_tenant) struct Asked<'a> {
    pub(in crate::fake_tenant) call: &'a Call<'a>,
    pub(in crate::fake_tenant) request: &'a Request<Bytes>,
    pub(in crate::fake_tenant) scopes: &'a Scopes,
    pub(in crate::fake_tenant) now: Instant,
}

impl<'a> Route<'a> {
    pub(in crate::fake_tenant) fn find(path: &'a str) -> Option<Self> {
        let (name, id) = path.split_once('/').map_or((path, None), |(name, id)| (name, Some(id)));
        let list = List::ALL.into_iter().find(|list| list.path() == name)?;
        let plain = id.is_none_or(|id| !id.is_empty() && !id.contains('/'));
        plain.then_some(Self { list, id })
    }

    /// What may be asked of it.
    fn methods(self) -> &'static str {
        match (self.list, self.id) {
            (List::Endpoints, None) | (List::Deliveries, None) => "GET, POST",
            (List::Endpoints, Some(_)) => "GET, PATCH, DELETE",
            _ => "GET",
        }
    }
}

impl FakeTenant {
    pub(in crate::fake_tenant) fn webhook_request(
        &self,
        asked: &Asked<'_>,
        route: Route<'_>,
    ) -> Result<Reply, Problem> {
        let (call, scope) = (asked.call, route.list.scope());
        call.base.clone_into(&mut self.webhooks().base);
        let method = asked.request.method();
        if *method == Method::GET {
            asked.scopes.require(scope)?;
            let body = match route.id {
                None => self.webhook_page(call, route.list)?,
                Some(id) => self.webhook_record(call, route.list, id)?,
            };
            return body.map(Reply::json).ok_or_else(Problem::unwritten);
        }
        let write = match (route.list, route.id, method) {
            (List::Endpoints, None, &Method::POST) => Write::Create,
            (List::Endpoints, Some(id), &Method::PATCH) => Write::Update(id),
            (List::Endpoints, Some(id), &Method::DELETE) => Write::Delete(id),
            (List::Deliveries, None, &Method::POST) => Write::Send,
            _ => return Err(Problem::not_allowed(method, route.methods())),
        };
        asked.scopes.require_writing(scope)?;
        query::parse_single(call.query)?;
        match write {
            Write::Create => self.create(asked),
            Write::Update(id) => self.update(asked, id),
            Write::Delete(id) => self.delete(id),
            Write::Send => self.send(asked),
        }
    }

    fn create(&self, asked: &Asked<'_>) -> Result<Reply, Problem> {
        let said = Said::of_new(asked.request.body())?;
        let now = self.wall_clock(asked.now);
        let mut webhooks = self.webhooks();
        let index = webhooks.endpoints.len();
        let mut endpoint = Endpoint {
            name: String::new(),
            api_version: String::new(),
            url: String::new(),
            topics: Vec::new(),
            sites: None,
            status: Status::Inactive,
            secret: webhooks.new_secret(index),
            created_at: now,
            last_updated_at: now,
            failures: 0,
            deleted: false,
        };
        endpoint.take(said);
        webhooks.prove(&endpoint)?;
        let shown = Shown { secret: true, links: true };
        let body = endpoint.write(self.world(&asked.call.base), index, shown).ok_or_else(Problem::unwritten)?;
        webhooks.endpoints.push(endpoint);
        Ok(Reply::created(asked.call.at(List::Endpoints, &endpoint::id(index)), body))
    }

    fn update(&self, asked: &Asked<'_>, id: &str) -> Result<Reply, Problem> {
        let now = self.wall_clock(asked.now);
        let mut webhooks = self.webhooks();
        let index = webhooks.endpoint_at(id).ok_or_else(Problem::not_found)?;
        let said = Said::of_change(asked.request.body())?;
        let mut endpoint = webhooks.endpoints.get(index).cloned().ok_or_else(Problem::not_found)?;
        endpoint.take(said);
        webhooks.prove(&endpoint)?;
        endpoint.last_updated_at = now;
        let shown = Shown { secret: false, links: true };
        let body = endpoint.write(self.world(&asked.call.base), index, shown).ok_or_else(Problem::unwritten)?;
        if let Some(slot) = webhooks.endpoints.get_mut(index) {
            *slot = endpoint;
        }
        Ok(Reply::json(body))
    }

    fn delete(&self, id: &str) -> Result<Reply, Problem> {
        let mut webhooks = self.webhooks();
        let index = webhooks.endpoint_at(id).ok_or_else(Problem::not_found)?;
        if let Some(endpoint) = webhooks.endpoints.get_mut(index) {
            endpoint.deleted = true;
        }
        for delivery in webhooks.deliveries.iter_mut().filter(|delivery| delivery.endpoint == index) {
            if delivery.state == delivery::State::Undelivered {
                delivery.state = delivery::State::Failed;
            }
        }
        Ok(Reply::no_content())
    }

    /// A test delivery, or an event once more.
    fn send(&self, asked: &Asked<'_>) -> Result<Reply, Problem> {
        let wanted = Wanted::read(asked.request.body())?;
        let now = self.wall_clock(asked.now);
        let mut webhooks = self.webhooks();
        let unknown = |name: &str, id: &str| Problem::invalid(name, format!("There is no {name} '{id}'."));
        let endpoint =
            webhooks.endpoint_at(&wanted.endpoint).ok_or_else(|| unknown("webhookEndpoint", &wanted.endpoint))?;
        let event = match &wanted.event {
            None => {
                webhooks.events.push(Event::new(now, What::Ping));
                webhooks.events.len().saturating_sub(1)
            }
            Some(id) => {
                let index = event::NUMBERS.index_of_text(id).filter(|index| *index < webhooks.events.len());
                index.ok_or_else(|| unknown("event", id))?
            }
        };
        let index = webhooks.schedule(event, endpoint, now);
        let delivery = webhooks.deliveries.get(index).ok_or_else(Problem::unwritten)?;
        let body = delivery.write(self.world(&asked.call.base), true).ok_or_else(Problem::unwritten)?;
        Ok(Reply::created(asked.call.at(List::Deliveries, &delivery.id), body))
    }
}

/// A request that changes something.
enum Write<'a> {
    Create,
    Update(&'a str),
    Delete(&'a str),
    Send,
}

impl Call<'_> {
    /// Where a record is.
    fn at(&self, list: List, id: &str) -> String {
        format!("{}/lucca-api/{}/{id}", self.base, list.path())
    }
}

impl Endpoint {
    /// Becomes what was said of it.
    fn take(&mut self, said: Said) {
        let Said { name, api_version, url, topics, sites, status } = said;
        self.name = name.unwrap_or(std::mem::take(&mut self.name));
        self.api_version = api_version.unwrap_or(std::mem::take(&mut self.api_version));
        self.url = url.unwrap_or(std::mem::take(&mut self.url));
        self.topics = topics.unwrap_or(std::mem::take(&mut self.topics));
        self.sites = sites.unwrap_or(self.sites.take());
        if let Some(status) = status {
            self.status = status;
            self.failures = 0;
        }
    }
}

impl super::Webhooks {
    /// Whether an endpoint that is to be active has passed the challenge.
    fn prove(&self, endpoint: &Endpoint) -> Result<(), Problem> {
        if endpoint.status == Status::Active && self.unproved.contains(&endpoint.url) {
            return Err(Problem::invalid("webhookUrl", "The URL did not answer the activation challenge."));
        }
        Ok(())
    }
}
