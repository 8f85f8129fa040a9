//! One request in, one response out: limits, authentication, version, routing.

use std::sync::Arc;

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HOST, RETRY_AFTER};
use http::{HeaderName, HeaderValue, Method, Request, Response};
use rand::RngCore;
use tokio::time::Instant;

use super::FakeTenant;
use super::attribute_pages;
use super::collections::Collection;
use super::envelope::{Embedded, Envelope, Neighbours};
use super::paging::page;
use super::people::dice::{Dice, Stream};
use super::people::kinds;
use super::problem::Problem;
use super::query::{self, Accepts};
use super::resources::View;
use super::resources::values::Profile;
use super::route::Route;
use super::tokens::Scopes;

/// The only version there is; later dates resolve to it.
const API_VERSION: &str = "2024-11-01";
/// Longest request line, in bytes.
const REQUEST_LINE: usize = 8 * 1024;
/// Largest page of every collection but employee-attributes.
const MAX_LIMIT: usize = 100;

static API_VERSION_HEADER: HeaderName = HeaderName::from_static("api-version");

/// The scope that filters on the applicable job-position need as well.
const POSITION_FILTER: (&str, &str) = ("applicableJobPosition.", "job-positions");

/// A request for the API, taken apart.
struct Call<'a> {
    /// Scheme and host.
    base: String,
    path: &'a str,
    query: &'a str,
}

impl<'a> Call<'a> {
    fn new<B>(request: &'a Request<B>) -> Self {
        let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
        let host = host.or_else(|| request.uri().authority().map(http::uri::Authority::as_str)).unwrap_or("localhost");
        Self { base: format!("http://{host}"), path: request.uri().path(), query: request.uri().query().unwrap_or("") }
    }

    fn url(&self) -> String {
        let mark = if self.query.is_empty() { "" } else { "?" };
        format!("{}{}{mark}{}", self.base, self.path, self.query)
    }
}

impl FakeTenant {
    /// Answers one request; see [`FakeTenant::handle`].
    pub(super) fn respond(&self, request: &Request<Bytes>, now: Instant) -> Response<Bytes> {
        let path = request.uri().path();
        if path == "/connect/token" {
            return self.token(request, now);
        }
        let call = Call::new(request);
        let Some(resource) = path.strip_prefix("/lucca-api/") else {
            return self.problem(&call, &Problem::not_found());
        };
        let route = Route::find(resource);
        let answer = self.api(request, &call, route.as_ref(), now);
        let status = answer.as_ref().map_or_else(|problem| problem.status, |_| 200);
        self.state().served.count(status, route.as_ref().map(Route::collection));
        match answer {
            Ok(body) => {
                let collection = route.as_ref().map(Route::collection).unwrap_or_default();
                respond(200, "application/json; charset=utf-8", self.options.hide(collection, body))
            }
            Err(problem) => self.problem(&call, &problem),
        }
    }

    fn api(
        &self,
        request: &Request<Bytes>,
        call: &Call<'_>,
        route: Option<&Route<'_>>,
        now: Instant,
    ) -> Result<Vec<u8>, Problem> {
        let target = request.uri().path_and_query().map_or(0, |target| target.as_str().len());
        let line = request.method().as_str().len() + target + "  HTTP/1.1\r\n".len();
        if line > REQUEST_LINE {
            return Err(Problem::new(431, format!("The request line is over {REQUEST_LINE} bytes.")));
        }
        if let Err(seconds) = self.state().window.admit(now) {
            let rule = (self.options.requests_per_window, self.options.window.as_secs());
            let detail = format!("More than {} requests in a {} seconds window.", rule.0, rule.1);
            return Err(Problem { retry_after_secs: Some(seconds), ..Problem::new(429, detail) });
        }
        let scopes = self.authenticate(request, now)?;
        check_version(request)?;
        let route = route.ok_or_else(Problem::not_found)?;
        if request.method() != Method::GET {
            return Err(Problem::new(405, format!("{} is not allowed here.", request.method())));
        }
        require(&scopes, route.scope())?;
        self.read(call, route, &scopes)
    }

    /// Scopes of a request's access token.
    fn authenticate(&self, request: &Request<Bytes>, now: Instant) -> Result<Arc<Scopes>, Problem> {
        let header = request.headers().get(http::header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let (scheme, token) = header.and_then(|header| header.split_once(' ')).unwrap_or_default();
        let bearer = scheme.eq_ignore_ascii_case("bearer");
        let known = if bearer { self.state().tokens.scopes(token.trim(), now) } else { None };
        known.ok_or_else(|| Problem::new(401, "The access token is missing, unknown or expired."))
    }

    fn read(&self, call: &Call<'_>, route: &Route<'_>, scopes: &Scopes) -> Result<Vec<u8>, Problem> {
        let body = match route {
            Route::List(collection) => self.list(call, collection, scopes)?,
            Route::AttributeList => {
                let query =
                    query::parse(call.query, &attribute_pages::ACCEPTS, self.options.limit_rule, self.options.seed)?;
                let view = self.view(call, query.include.links);
                let here = format!("{}{}", call.base, call.path);
                attribute_pages::page(&view, &query, &call.url(), &here, &self.totals)
            }
            Route::Single(collection, id) => {
                let include = query::parse_single(call.query)?;
                let index = (collection.find)(&self.people, id).ok_or_else(Problem::not_found)?;
                let view = self.view(call, include.links);
                let embedded = include.embedded.then(|| Embedded::of(collection.embeds, &view, &[index]));
                single(&view, embedded.as_ref(), |out| (collection.write)(&view, index, out))
            }
            Route::AttributeSingle(id) => {
                let include = query::parse_single(call.query)?;
                let at = kinds::ATTRIBUTE.ids.index_of_text(id).ok_or_else(Problem::not_found)? as u64;
                let slot = self.people.attribute(at).ok_or_else(Problem::not_found)?;
                let view = self.view(call, include.links);
                let embedded = include.embedded.then(|| attribute_pages::embedded(&view, std::iter::once(&slot)));
                let profile = Profile::new(slot.employee);
                single(&view, embedded.as_ref(), |out| view.write_attribute(at, &slot, &profile, out))
            }
        };
        body.ok_or_else(|| Problem::new(500, "The record could not be written."))
    }

    fn list(
        &self,
        call: &Call<'_>,
        collection: &'static Collection,
        scopes: &Scopes,
    ) -> Result<Option<Vec<u8>>, Problem> {
        let path = collection.kind.path;
        let accepts = Accepts { path, filters: collection.filters, sorts: collection.sorts, max_limit: MAX_LIMIT };
        let query = query::parse(call.query, &accepts, self.options.limit_rule, self.options.seed)?;
        if query.criteria.iter().any(|criterion| criterion.parameter.name.starts_with(POSITION_FILTER.0)) {
            require(scopes, POSITION_FILTER.1)?;
        }
        let people = &self.people;
        let len = (collection.len)(people);
        let order = self.orders.get(collection, &query.sort, people);
        let keeps = |index: usize| query.criteria.iter().all(|criterion| criterion.keeps(people, index));
        let total = query.include.total_count.then(|| {
            if query.criteria.is_empty() { len as u64 } else { (0..len).filter(|index| keeps(*index)).count() as u64 }
        });
        let page = page(len as u64, query.start, query.limit, |at| order.at(at, len).is_some_and(keeps));
        let indexes: Vec<usize> = page.items.iter().filter_map(|at| order.at(*at, len)).collect();

        let view = self.view(call, query.include.links);
        let mut envelope = Envelope::open(path, &call.url(), total);
        for index in &indexes {
            if envelope.item(|out| (collection.write)(&view, *index, out)).is_none() {
                return Ok(None);
            }
        }
        let here = format!("{}{}", call.base, call.path);
        envelope.links(Neighbours { prev: page.prev, next: page.next }, &query, &here);
        let embedded = query.include.embedded.then(|| Embedded::of(collection.embeds, &view, &indexes));
        Ok(envelope.close(embedded.as_ref(), &view))
    }

    fn view<'a>(&'a self, call: &'a Call<'_>, links: bool) -> View<'a> {
        View { people: &self.people, base: &call.base, links }
    }

    fn token(&self, request: &Request<Bytes>, now: Instant) -> Response<Bytes> {
        if request.method() != Method::POST {
            return self.problem(&Call::new(request), &Problem::new(405, "Tokens are asked for with POST."));
        }
        let (status, body) = {
            let mut state = self.state();
            state.served.token_requests += 1;
            state.tokens.answer(&self.options, request, now)
        };
        let mut response = respond(status, "application/json; charset=utf-8", body);
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }

    fn problem(&self, call: &Call<'_>, problem: &Problem) -> Response<Bytes> {
        let count = {
            let mut state = self.state();
            state.problems += 1;
            state.problems
        };
        let mut dice = Dice::new(self.options.seed, Stream::Trace, count);
        let trace_id = format!("|{:08x}-{:016x}.", dice.next_u32(), dice.next_u64());
        let mut response =
            respond(problem.status, "application/problem+json; charset=utf-8", problem.body(&call.url(), &trace_id));
        let headers = response.headers_mut();
        if let Some(seconds) = problem.retry_after_secs {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        match problem.status {
            401 => headers.insert(http::header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")),
            405 => headers.insert(http::header::ALLOW, HeaderValue::from_static("GET")),
            _ => None,
        };
        response
    }
}

/// A record by itself: `links` are its own, `embedded` comes last.
fn single(
    view: &View<'_>,
    embedded: Option<&Embedded>,
    write: impl FnOnce(&mut Vec<u8>) -> Option<()>,
) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    write(&mut out)?;
    if let Some(embedded) = embedded {
        out.pop();
        out.extend_from_slice(b",\"embedded\":");
        embedded.write(view, &mut out)?;
        out.push(b'}');
    }
    Some(out)
}

fn require(scopes: &Scopes, resource: &str) -> Result<(), Problem> {
    if scopes.may_read(resource) {
        return Ok(());
    }
    let detail = format!("You do not have the required oAuth scopes: {resource}.readonly or {resource}.readwrite.");
    Err(Problem::new(403, detail))
}

/// `Api-Version` is required; a date resolves to the closest prior version.
fn check_version(request: &Request<Bytes>) -> Result<(), Problem> {
    let name = "Api-Version";
    let header = request.headers().get(&API_VERSION_HEADER);
    let Some(sent) = header else { return Err(Problem::invalid(name, "The Api-Version header is required.")) };
    let sent = sent.to_str().unwrap_or_default();
    if sent.len() != API_VERSION.len() || chrono::NaiveDate::parse_from_str(sent, "%Y-%m-%d").is_err() {
        return Err(Problem::invalid(name, "The Api-Version header is not a date (YYYY-MM-DD)."));
    }
    // ISO dates are in order as text.
    if sent < API_VERSION {
        return Err(Problem::invalid(name, format!("No version exists on or before {sent}.")));
    }
    Ok(())
}

fn respond(status: u16, content_type: &'static str, body: Vec<u8>) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = http::StatusCode::from_u16(status).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(API_VERSION_HEADER.clone(), HeaderValue::from_static(API_VERSION));
    response
}
