//! A client of one tenant: what its requests share.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::time::Instant;

use super::{
    authorization::Authorization,
    budget::Budget,
    credentials::Credentials,
    deadline::Deadline,
    gate::Gate,
    retry::{Retry, RetryPolicy},
    sent_log::SentLog,
    stats::Stats,
    tenant::Tenant,
    token::Tokens,
    transport::Transport,
    waits::OnWait,
};
use crate::clock::SharedClock;

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
    pub(super) shared: Arc<Shared>,
}

/// What all requests of one tenant share.
pub(super) struct Shared {
    tenant: Tenant,
    pub(super) transport: Arc<dyn Transport>,
    pub(super) authorization: Authorization,
    pub(super) budget: Budget,
    pub(super) retry: Arc<Retry>,
    pub(super) stats: Arc<Stats>,
    pub(super) gate: Gate,
    pub(super) max_page_bytes: u64,
    answered_at: Mutex<Instant>,
    /// Whether the tenant ever answered a request well: our token or key is good there.
    pub(super) accepted: AtomicBool,
}

impl Shared {
    /// The tenant answered a request.
    pub(super) fn answered(&self) {
        self.budget.answered();
        self.accepted.store(true, Ordering::Relaxed);
        *self.answered_at.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    pub(super) fn unanswered_for(&self) -> Duration {
        self.answered_at.lock().unwrap_or_else(PoisonError::into_inner).elapsed()
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("tenant", &self.shared.tenant).finish_non_exhaustive()
    }
}

impl Client {
    /// A client of one tenant over `transport`.
    pub(crate) fn new(options: ClientOptions, transport: Arc<dyn Transport>, clock: SharedClock) -> Self {
        let stats = Arc::new(Stats::default());
        let retry = Arc::new(Retry::new(options.retry, options.seed, Arc::clone(&clock)));
        let transport: Arc<dyn Transport> = Arc::new(Deadline { transport, limit: options.request_timeout });
        let authorization = match options.credentials {
            Credentials::Key(key) => Authorization::Key(key),
            Credentials::OAuth(application) => {
                let shared = (Arc::clone(&transport), Arc::clone(&retry), Arc::clone(&stats));
                Authorization::Application(Box::new(Tokens::new(application, shared.0, shared.1, shared.2)))
            }
        };
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
                authorization,
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

    pub(super) fn authorization(&self) -> &Authorization {
        &self.shared.authorization
    }

    /// The budget all requests share.
    pub(crate) fn budget(&self) -> &Budget {
        &self.shared.budget
    }
}
