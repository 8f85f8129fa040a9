//! One request until its page is read: budget, token, retries.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use http::{StatusCode, header};
use tokio::time::Instant;
use url::Url;

use super::{
    budget::{Budget, Place},
    deadline::Deadline,
    error::{ApiError, Temporary},
    gate::Gate,
    problem,
    retry::{self, Retry, RetryPolicy},
    sent_log::SentLog,
    stats::Stats,
    tenant::Tenant,
    token::{Credentials, Token, Tokens},
    transport::Transport,
    waits::OnWait,
};
use crate::{
    clock::SharedClock,
    page::{Page, PageEnd, ReadPage, Unreadable},
};

/// The version of the API that the schemas describe.
pub(crate) const API_VERSION: &str = "2024-11-01";
/// Time-outs, of the server (408) or ours, after which a simpler request is made, where there is one.
const TIMEOUTS_THAT_TELL: u32 = 3;
/// Refusals of one request after which its own wait no longer grows.
const REFUSALS_THAT_COUNT: u32 = 5;

/// How to reach one tenant.
#[derive(Debug)]
pub(crate) struct ClientOptions {
    /// Whose API.
    pub(crate) tenant: Tenant,
    /// Who asks.
    pub(crate) credentials: Credentials,
    /// Our share of the tenant's budget.
    pub(crate) requests_per_minute: u32,
    /// How often to ask again.
    pub(crate) retry: RetryPolicy,
    /// Seed of the random part of waits.
    pub(crate) seed: u64,
    /// Longest time of one request, connecting and the whole body included.
    pub(crate) request_timeout: Duration,
    /// Largest page, in bytes after decompression.
    pub(crate) max_page_bytes: u64,
    /// Where requests are noted for the processes after this one, and those before it noted theirs.
    pub(crate) sent_log: Option<Arc<dyn SentLog>>,
    /// Who is told when requests wait for the budget.
    pub(crate) on_wait: OnWait,
}

/// Reads pages from one tenant. Cheap to clone: clones share budget, token and counts.
#[derive(Clone)]
pub(crate) struct Client {
    shared: Arc<Shared>,
}

struct Shared {
    tenant: Tenant,
    transport: Arc<dyn Transport>,
    tokens: Tokens,
    budget: Budget,
    retry: Arc<Retry>,
    stats: Arc<Stats>,
    gate: Gate,
    max_page_bytes: u64,
    answered_at: Mutex<Instant>,
    /// Whether the tenant ever answered a request with a page: a token of ours is good there.
    accepted: AtomicBool,
}

impl Shared {
    /// The tenant answered a request.
    fn answered(&self) {
        self.budget.answered();
        self.accepted.store(true, Ordering::Relaxed);
        *self.answered_at.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    fn unanswered_for(&self) -> Duration {
        self.answered_at.lock().unwrap_or_else(PoisonError::into_inner).elapsed()
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("tenant", &self.shared.tenant).finish_non_exhaustive()
    }
}

/// One request for one page.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ask<'a> {
    pub(super) resource: &'a str,
    pub(super) scope: &'a str,
    pub(super) url: &'a Url,
    pub(super) page: u64,
    /// Whether the same records can be asked for in smaller pages.
    pub(super) has_simpler: bool,
}

/// What came of one attempt.
enum Outcome<T> {
    Read(T),
    /// 401, and its body: perhaps only the token's age.
    TokenRefused(Bytes),
    Later(Temporary),
}

impl Client {
    /// A client of one tenant over `transport`.
    pub(crate) fn new(options: ClientOptions, transport: Arc<dyn Transport>, clock: SharedClock) -> Self {
        let stats = Arc::new(Stats::default());
        let retry = Arc::new(Retry::new(options.retry, options.seed, Arc::clone(&clock)));
        let transport: Arc<dyn Transport> = Arc::new(Deadline { transport, limit: options.request_timeout });
        let tokens = Tokens::new(options.credentials, Arc::clone(&transport), Arc::clone(&retry), Arc::clone(&stats));
        let mut budget = Budget::new(options.requests_per_minute).telling(options.on_wait);
        if let Some(log) = options.sent_log {
            budget = budget.remembering(log, Arc::clone(&clock));
        }
        let (requests, window) = budget.rule();
        let gate = Gate::new(requests, window);
        Self {
            shared: Arc::new(Shared {
                tenant: options.tenant,
                transport,
                tokens,
                budget,
                retry,
                stats,
                gate,
                max_page_bytes: options.max_page_bytes,
                answered_at: Mutex::new(Instant::now()),
                accepted: AtomicBool::new(false),
            }),
        }
    }

    /// Whose API it reads.
    pub(crate) fn tenant(&self) -> &Tenant {
        &self.shared.tenant
    }

    /// What the requests cost so far.
    pub(crate) fn stats(&self) -> &Stats {
        &self.shared.stats
    }

    pub(super) fn tokens(&self) -> &Tokens {
        &self.shared.tokens
    }

    /// The budget all requests share.
    pub(crate) fn budget(&self) -> &Budget {
        &self.shared.budget
    }

    /// Asks for one page until it is read, or for as long as there is hope.
    pub(super) async fn read<R: ReadPage>(&self, ask: Ask<'_>, reader: &R) -> Result<(R::Rows, PageEnd), ApiError> {
        let (mut failures, mut refusals, mut timeouts, mut tokens_refused) = (0, 0, 0, 0);
        let mut newer_than = None;
        loop {
            let turn = self.shared.gate.turn().await;
            let place = self.shared.budget.place().await;
            let sent_at = Instant::now();
            let token = self.shared.tokens.current(newer_than).await?;
            let fresh = token.is_newer_than(sent_at);
            let outcome = self.attempt(ask, &token, reader, place).await;
            drop(turn);
            let temporary = match outcome? {
                Outcome::Read(page) => {
                    self.shared.answered();
                    return Ok(page);
                }
                Outcome::TokenRefused(body)
                    if newer_than.is_some() && fresh && !self.shared.accepted.load(Ordering::Relaxed) =>
                {
                    return Err(ApiError::refused(ask.resource, ask.scope, StatusCode::UNAUTHORIZED, &body));
                }
                Outcome::TokenRefused(_) => {
                    newer_than = Some(sent_at);
                    tokens_refused += 1;
                    Temporary::no_longer_let_in("401 unauthorized, also with a fresh token,")
                }
                Outcome::Later(temporary) => temporary,
            };
            // A refusal is about everybody's pace, not about this request: patience with it is measured in time.
            let refused = temporary.is_too_many_requests();
            let retry = &self.shared.retry;
            let wait = if refused {
                refusals += 1;
                self.wait_of_refused(refusals, &temporary)
            } else if temporary.is_unauthorized() {
                retry.wait_with_fresh_token(tokens_refused)
            } else {
                failures += 1;
                retry.wait(failures, temporary.least_wait())
            };
            let attempts = failures + refusals + tokens_refused;
            timeouts += u32::from(temporary.is_timeout());
            let give_up = ask.has_simpler && timeouts >= TIMEOUTS_THAT_TELL;
            let Some(wait) = wait.filter(|_| !give_up) else {
                self.shared.stats.gave_up(&temporary);
                return Err(ApiError::exhausted(ask.resource, attempts, temporary));
            };
            self.shared.stats.retried(ask.resource, attempts, &temporary, wait);
            if refused {
                self.shared.budget.refused(wait);
            }
            tokio::time::sleep(wait).await;
        }
    }

    /// How long to wait after a refusal; `None` when nothing was answered for too long.
    fn wait_of_refused(&self, refusals: u32, temporary: &Temporary) -> Option<Duration> {
        let retry = &self.shared.retry;
        if self.shared.unanswered_for() > retry.longest_starvation() {
            return None;
        }
        // The budget's own pause grows; beyond a few doublings this wait need not.
        retry.wait(refusals.min(REFUSALS_THAT_COUNT), temporary.least_wait())
    }

    async fn attempt<R: ReadPage>(
        &self,
        ask: Ask<'_>,
        token: &Token,
        reader: &R,
        place: Place,
    ) -> Result<Outcome<(R::Rows, PageEnd)>, ApiError> {
        let Shared { transport, gate, retry, stats, max_page_bytes, .. } = &*self.shared;
        stats.requested(ask.resource);
        let sent_at = Instant::now();
        let response = transport.send(request(ask.url, token)?, *max_page_bytes).await;
        // The server counted the request by now, whatever becomes of the answer.
        drop(place);
        let response = match response {
            Ok(response) => response,
            Err(error) => return Ok(Outcome::Later(Temporary::from_transport(ask.resource, error)?)),
        };
        gate.answered(sent_at.elapsed());
        let status = response.status();
        if let Some(date) = retry::date(&response) {
            stats.dated(date, retry.now());
        }
        if let Some(temporary) = retry::temporary_status(&response, retry.now()) {
            return Ok(Outcome::Later(temporary));
        }
        if status == StatusCode::UNAUTHORIZED {
            return Ok(Outcome::TokenRefused(response.into_body()));
        }
        if status != StatusCode::OK && problem::is_cut(response.body()) {
            return Ok(Outcome::Later(Temporary::new("a refusal that ends early")));
        }
        if status != StatusCode::OK {
            return Err(ApiError::refused(ask.resource, ask.scope, status, response.body()));
        }
        stats.received(response.body().len() as u64);
        let page = Page { number: ask.page, body: response.into_body(), received_at: retry.now() };
        match reader.read(&page) {
            Ok(read) => Ok(Outcome::Read(read)),
            Err(Unreadable::Breach(source)) => Err(ApiError::Breach(source)),
            Err(Unreadable::NotAPage(source)) => {
                let what = "a response with status 200 that is no page";
                Ok(Outcome::Later(Temporary { source: Some(source), ..Temporary::new(what) }))
            }
        }
    }
}

fn request(url: &Url, token: &Token) -> Result<http::Request<Bytes>, ApiError> {
    http::Request::get(url.as_str())
        .header(header::AUTHORIZATION, token.bearer.clone())
        .header(header::ACCEPT, "application/json")
        .header("Api-Version", API_VERSION)
        .body(Bytes::new())
        .map_err(|source| ApiError::Request { source })
}
