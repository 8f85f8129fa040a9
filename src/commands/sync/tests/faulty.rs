//! A tenant in the same process whose responses go wrong as a schedule says.

use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, MutexGuard},
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response, StatusCode, header};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng, seq::IndexedRandom as _};
use serde_json::value::RawValue;
use tokio::time::{Instant, sleep};

use super::{
    failures::problem,
    kinds::Kind,
    log::Log,
    wire::{Asked, ChainKey, Href, Page, address_with_limit, with_limit},
};
use crate::{
    api::{Transport, TransportError},
    clock::SharedClock,
    fake_tenant::FakeTenant,
};

/// Time that every answer takes.
const LATENCY: Duration = Duration::from_millis(20);
const SHORT_LIFE: Duration = Duration::from_secs(2);

/// What goes wrong, and how often.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub(super) seed: u64,
    /// Share of the requests that a fault strikes.
    pub(super) rate: f64,
    pub(super) kinds: Vec<Kind>,
    /// From which request on the first kind strikes every one, if it comes to that.
    pub(super) lasts_from: Option<u64>,
}

impl Plan {
    /// Nothing goes wrong.
    pub(super) fn clean(seed: u64) -> Self {
        Self { seed, rate: 0.0, kinds: Vec::new(), lasts_from: None }
    }
}

pub(super) struct FaultyTransport {
    pub(super) tenant: FakeTenant,
    pub(super) clock: SharedClock,
    plan: Plan,
    state: Mutex<State>,
}

pub(super) struct State {
    pub(super) random: StdRng,
    pub(super) log: Log,
    /// Access tokens that do not live for ever, and when they die.
    doomed: HashMap<String, Instant>,
    tokens: Vec<String>,
    /// Chains that lost a record.
    removed: Vec<ChainKey>,
    /// The last record before a cursor.
    before: HashMap<(ChainKey, String), Box<RawValue>>,
    /// Cursors that are not accepted, and those that were not.
    stale: HashSet<(ChainKey, String)>,
    once_stale: HashSet<(ChainKey, String)>,
}

pub(super) type Answer = Result<Response<Bytes>, TransportError>;

impl FaultyTransport {
    pub(super) fn new(tenant: FakeTenant, clock: SharedClock, plan: Plan) -> Self {
        let state = State {
            random: StdRng::seed_from_u64(plan.seed),
            log: Log::default(),
            doomed: HashMap::new(),
            tokens: Vec::new(),
            removed: Vec::new(),
            before: HashMap::new(),
            stale: HashSet::new(),
            once_stale: HashSet::new(),
        };
        Self { tenant, clock, plan, state: Mutex::new(state) }
    }

    pub(super) fn log(&self) -> Log {
        self.state().log.clone()
    }

    pub(super) fn tenant(&self) -> &FakeTenant {
        &self.tenant
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// The answer, and how long it takes.
    fn answer(&self, request: &Request<Bytes>) -> (Answer, Duration) {
        let mut state = self.state();
        state.log.requests += 1;
        let struck = match self.plan.lasts_from {
            Some(from) if state.log.requests >= from => self.plan.kinds.first().copied(),
            _ => state.random.random_bool(self.plan.rate).then(|| *self.plan.kinds.choose(&mut state.random).unwrap()),
        };
        let mut time = LATENCY;
        let answer = if request.uri().path() == "/connect/token" {
            self.token(request, struck, &mut state, &mut time)
        } else if !request.uri().path().starts_with("/lucca-api/") {
            self.keyed(request, struck, &mut state, &mut time)
        } else {
            self.page(request, struck, &mut state, &mut time)
        };
        let address = request.uri().to_string();
        let failed = match &answer {
            Ok(response) => response.status() != StatusCode::OK || matches!(struck, Some(Kind::Html | Kind::JsonCut)),
            Err(_) => true,
        };
        let refused = answer.as_ref().is_ok_and(|response| response.status() == StatusCode::UNAUTHORIZED);
        state.log.note(&address, failed, refused);
        (answer, time)
    }

    fn token(&self, request: &Request<Bytes>, struck: Option<Kind>, state: &mut State, time: &mut Duration) -> Answer {
        let struck =
            struck.filter(|kind| *kind != Kind::Revoked && !kind.edits_a_page() && *kind != Kind::RefusedCursor);
        if let Some(failure) = self.failure(request, struck, state, time) {
            return failure;
        }
        let response = self.tenant.handle(request, Instant::now());
        let granted: serde_json::Value = serde_json::from_slice(response.body()).unwrap();
        let token = granted["access_token"].as_str().unwrap().to_owned();
        if struck == Some(Kind::ShortToken) {
            state.log.strike(Kind::ShortToken);
            state.doomed.insert(token.clone(), Instant::now() + SHORT_LIFE);
        }
        state.tokens.push(token);
        Ok(response)
    }

    /// The answer of a legacy route. A key has no token that could die, and what is wrong with a page is up to the tenant.
    fn keyed(&self, request: &Request<Bytes>, struck: Option<Kind>, state: &mut State, time: &mut Duration) -> Answer {
        let struck = struck.filter(|kind| !matches!(kind, Kind::Revoked | Kind::ShortToken));
        let failure = self.failure(request, struck, state, time);
        failure.unwrap_or_else(|| Ok(self.tenant.handle(request, Instant::now())))
    }

    fn page(&self, request: &Request<Bytes>, struck: Option<Kind>, state: &mut State, time: &mut Duration) -> Answer {
        let asked = Asked::of(request.uri());
        let bearer = request.headers()[header::AUTHORIZATION].to_str().unwrap().strip_prefix("Bearer ").unwrap();
        if struck == Some(Kind::Revoked) {
            state.log.strike(Kind::Revoked);
            let now = Instant::now();
            let tokens = state.tokens.drain(..).map(|token| (token, now)).collect::<Vec<_>>();
            state.doomed.extend(tokens);
        }
        if state.doomed.get(bearer).is_some_and(|death| *death <= Instant::now()) {
            return Ok(problem(StatusCode::UNAUTHORIZED, None));
        }
        if struck == Some(Kind::ShortToken) && !state.doomed.contains_key(bearer) {
            state.log.strike(Kind::ShortToken);
            state.doomed.insert(bearer.to_owned(), Instant::now() + SHORT_LIFE);
        }
        if let Some(failure) = self.failure(request, struck, state, time) {
            return failure;
        }
        if asked.begins_a_chain() {
            state.begin(&asked.chain);
        }
        if state.refuses(&asked, struck) {
            return Ok(problem(StatusCode::BAD_REQUEST, None));
        }
        let small = struck.filter(|kind| *kind == Kind::SmallPage && asked.limit > 1);
        let response = match small {
            None => self.tenant.handle(request, Instant::now()),
            Some(_) => {
                let fewer = state.random.random_range(1..asked.limit);
                self.tenant.handle(&with_limit(request, fewer), Instant::now())
            }
        };
        if response.status() != StatusCode::OK {
            return Ok(response);
        }
        let edited = struck.is_some_and(Kind::edits_a_page) || !state.removed.is_empty();
        if !edited && !self.plan.kinds.iter().any(|kind| kind.needs_the_page_before()) {
            return Ok(response);
        }
        let (parts, body) = response.into_parts();
        let mut page = Page::parse(&body);
        if let (Some(kind), Some(next)) = (small, &mut page.links.next) {
            next.href = address_with_limit(&next.href, asked.limit);
            state.log.strike(kind);
        }
        if let Some(kind) = struck {
            state.edit(&mut page, kind, &asked, request);
        }
        state.count_down(&mut page, &asked.chain);
        state.remember_end(&page, &asked.chain);
        Ok(Response::from_parts(parts, page.bytes()))
    }
}

impl State {
    /// A chain is read from its start: the removed record is back, and cursors are new.
    fn begin(&mut self, chain: &ChainKey) {
        self.removed.retain(|other| !(other == chain || (chain.owners.is_empty() && other.path == chain.path)));
        self.stale.retain(|(other, _)| other != chain);
    }

    fn refuses(&mut self, asked: &Asked, struck: Option<Kind>) -> bool {
        let Some(cursor) = asked.cursor.clone() else { return false };
        let place = (asked.chain.clone(), cursor);
        if struck == Some(Kind::RefusedCursor) && self.once_stale.insert(place.clone()) {
            self.log.strike(Kind::RefusedCursor);
            self.stale.insert(place.clone());
        }
        self.stale.contains(&place)
    }

    fn edit(&mut self, page: &mut Page, kind: Kind, asked: &Asked, request: &Request<Bytes>) {
        let before = asked.cursor.as_ref().and_then(|c| self.before.get(&(asked.chain.clone(), c.clone()))).cloned();
        let to = |href: String| Some(Href { href });
        match kind {
            Kind::Overlap => {
                let Some(before) = before else { return };
                page.items.insert(0, before);
            }
            Kind::Duplicate => {
                let Some(item) = page.items.choose(&mut self.random).cloned() else { return };
                page.items.push(item);
            }
            Kind::CountTooHigh => page.total_count = page.total_count.map(|count| count + 1),
            Kind::Skip => {
                if before.is_none() || page.items.is_empty() {
                    return;
                }
                page.items.remove(0);
                self.removed.push(asked.chain.clone());
            }
            Kind::Loop if asked.limit > 0 => page.links.next = to(request.uri().to_string()),
            Kind::Foreign if asked.limit > 0 => {
                page.links.next = to(format!("https://elsewhere.example{}", request.uri().path_and_query().unwrap()));
            }
            _ => return,
        }
        self.log.strike(kind);
    }

    fn count_down(&self, page: &mut Page, chain: &ChainKey) {
        let gone =
            self.removed.iter().filter(|c| *c == chain || (chain.owners.is_empty() && c.path == chain.path)).count();
        page.total_count = page.total_count.map(|count| count - gone as u64);
    }

    fn remember_end(&mut self, page: &Page, chain: &ChainKey) {
        if let (Some(next), Some(last)) = (&page.links.next, page.items.last())
            && let Some(cursor) = Asked::of(&next.href.parse().unwrap()).cursor
        {
            self.before.insert((chain.clone(), cursor), last.clone());
        }
    }
}

#[async_trait]
impl Transport for FaultyTransport {
    async fn send(&self, request: Request<Bytes>, _max_body_bytes: u64) -> Answer {
        assert_eq!(request.uri().authority().unwrap().as_str(), super::TENANT, "a request left the tenant");
        let (answer, time) = self.answer(&request);
        sleep(time).await;
        answer
    }
}
