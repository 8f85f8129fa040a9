//! One request in, one response out: limits, authentication, version, routing.

use std::sync::Arc;

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HOST, LOCATION, RETRY_AFTER};
use http::{HeaderName, HeaderValue, Method, Request, Response};
use rand::RngCore;
use tokio::time::Instant;

use super::FakeTenant;
use super::collections::{Asked, Route, View};
use super::files;
use super::legacy;
use super::people::dice::{Dice, Stream};
use super::problem::Problem;
use super::query;
use super::reply::Reply;
use super::tokens::Scopes;
use super::unlisted::{self, Sort};
use super::webhooks;

/// The only version there is; later dates resolve to it.
pub(super) const API_VERSION: &str = "2024-11-01";
/// Longest request line, in bytes.
const REQUEST_LINE: usize = 8 * 1024;

static API_VERSION_HEADER: HeaderName = HeaderName::from_static("api-version");

/// A request for the API, taken apart.
pub(super) struct Call<'a> {
    /// Scheme and host.
    pub(super) base: String,
    pub(super) path: &'a str,
    pub(super) query: &'a str,
}

/// What a path of the API leads to.
#[derive(Clone, Copy)]
enum Target<'a> {
    People(Route<'a>),
    Webhooks(webhooks::Route<'a>),
    Unlisted(unlisted::Route<'a>),
}

impl<'a> Target<'a> {
    fn find(path: &'a str) -> Option<Self> {
        let webhooks = || webhooks::Route::find(path).map(Self::Webhooks);
        let unlisted = || unlisted::Route::find(path).map(Self::Unlisted);
        Route::find(path).map(Self::People).or_else(webhooks).or_else(unlisted)
    }

    /// The path of the list.
    fn collection(self) -> &'static str {
        match self {
            Self::People(route) => route.endpoint.path(),
            Self::Webhooks(route) => route.list.path(),
            Self::Unlisted(route) => route.sort.path(),
        }
    }
}

impl<'a> Call<'a> {
    fn new<B>(request: &'a Request<B>) -> Self {
        let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
        let host = host.or_else(|| request.uri().authority().map(http::uri::Authority::as_str)).unwrap_or("localhost");
        Self { base: format!("http://{host}"), path: request.uri().path(), query: request.uri().query().unwrap_or("") }
    }

    pub(super) fn url(&self) -> String {
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
        if let Some(route) = legacy::Route::find(path) {
            return self.legacy(request, &call, route, now);
        }
        let Some(resource) = path.strip_prefix("/lucca-api/") else {
            return self.problem(&call, &Problem::not_found());
        };
        let target = Target::find(resource);
        let answer = self.api(request, &call, target, now);
        let status = answer.as_ref().map_or_else(|problem| problem.status, |reply| reply.status);
        let collection = target.map(Target::collection);
        self.state().served.count(status, collection);
        match answer {
            Ok(reply) => {
                self.state().served.images += u64::from(reply.is_image());
                let body = self.options.hide(collection.unwrap_or_default(), reply.body);
                let mut response = respond(reply.status, reply.content_type, body);
                if let Some(etag) = reply.etag.and_then(|etag| HeaderValue::try_from(etag).ok()) {
                    response.headers_mut().insert(ETAG, etag);
                }
                if let Some(location) = reply.location.and_then(|location| HeaderValue::try_from(location).ok()) {
                    response.headers_mut().insert(LOCATION, location);
                }
                response
            }
            Err(problem) => self.problem(&call, &problem),
        }
    }

    fn api(
        &self,
        request: &Request<Bytes>,
        call: &Call<'_>,
        target: Option<Target<'_>>,
        now: Instant,
    ) -> Result<Reply, Problem> {
        self.admit(request, now)?;
        let scopes = self.authenticate(request, now)?;
        check_version(request)?;
        match target.ok_or_else(Problem::not_found)? {
            Target::Webhooks(route) => {
                self.webhook_request(&webhooks::Asked { call, request, scopes: &scopes, now }, route)
            }
            Target::People(_) | Target::Unlisted(_) if request.method() != Method::GET => {
                Err(Problem::not_allowed(request.method(), "GET"))
            }
            Target::People(route) => {
                scopes.require(route.endpoint.scope())?;
                self.read(call, route, &scopes).map(Reply::json)
            }
            Target::Unlisted(unlisted::Route { sort: Sort::File, id }) => {
                scopes.require(files::PATH)?;
                self.file(call, id)
            }
            Target::Unlisted(unlisted::Route { sort: Sort::Portrait, id }) => {
                scopes.require("employees")?;
                self.portrait(call, request, id)
            }
        }
    }

    /// 431 for an address that is too long, 429 for a request too many.
    pub(super) fn admit(&self, request: &Request<Bytes>, now: Instant) -> Result<(), Problem> {
        let address = request.uri().path_and_query().map_or(0, |address| address.as_str().len());
        let line = request.method().as_str().len() + address + "  HTTP/1.1\r\n".len();
        if line > REQUEST_LINE {
            return Err(Problem::new(431, format!("The request line is over {REQUEST_LINE} bytes.")));
        }
        if let Err(seconds) = self.state().window.admit(now) {
            let rule = (self.options.requests_per_window, self.options.window.as_secs());
            let detail = format!("More than {} requests in a {} seconds window.", rule.0, rule.1);
            return Err(Problem { retry_after_secs: Some(seconds), ..Problem::new(429, detail) });
        }
        Ok(())
    }

    /// Scopes of a request's access token.
    fn authenticate(&self, request: &Request<Bytes>, now: Instant) -> Result<Arc<Scopes>, Problem> {
        let header = request.headers().get(http::header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let (scheme, token) = header.and_then(|header| header.split_once(' ')).unwrap_or_default();
        let bearer = scheme.eq_ignore_ascii_case("bearer");
        let known = if bearer { self.state().tokens.scopes(token.trim(), now) } else { None };
        known.ok_or_else(|| Problem::new(401, "The access token is missing, unknown or expired."))
    }

    fn read(&self, call: &Call<'_>, route: Route<'_>, scopes: &Scopes) -> Result<Vec<u8>, Problem> {
        let body = match route.id {
            None => self.list(call, route, scopes)?,
            Some(id) => self.single(call, route, id)?,
        };
        body.ok_or_else(Problem::unwritten)
    }

    fn list(&self, call: &Call<'_>, route: Route<'_>, scopes: &Scopes) -> Result<Option<Vec<u8>>, Problem> {
        let endpoint = route.endpoint;
        let query = query::parse(call.query, &endpoint.accepts(), self.options.limit_rule, self.options.seed)?;
        let filters = query.criteria.iter().map(|criterion| criterion.parameter.name);
        filters.filter_map(|filter| endpoint.filter_scope(filter)).try_for_each(|scope| scopes.require(scope))?;
        let (url, here) = (call.url(), format!("{}{}", call.base, call.path));
        let view = self.view(call, query.include.links);
        Ok(endpoint.page(&Asked { view, query: &query, url, here, memory: &self.memory }))
    }

    /// A record by itself: `links` are its own, `embedded` comes last.
    fn single(&self, call: &Call<'_>, route: Route<'_>, id: &str) -> Result<Option<Vec<u8>>, Problem> {
        let endpoint = route.endpoint;
        let include = query::parse_single(call.query)?;
        let index = endpoint.kind().index_of(id).filter(|index| *index < endpoint.len(&self.people));
        let index = index.ok_or_else(Problem::not_found)?;
        let view = self.view(call, include.links);
        let mut out = Vec::new();
        let mut written = endpoint.write(&view, index, &mut out);
        if include.embedded && written.is_some() {
            out.pop();
            out.extend_from_slice(b",\"embedded\":");
            written = endpoint.embedded(&view, &[index]).write(&view, &mut out);
            out.push(b'}');
        }
        Ok(written.map(|()| out))
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
            405 => headers.insert(http::header::ALLOW, HeaderValue::from_static(problem.allow)),
            _ => None,
        };
        response
    }
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
