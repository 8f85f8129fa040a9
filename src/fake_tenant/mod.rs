//! A fake Lucca tenant: the API v5 (version 2024-11-01) over generated people, for the demo, for tests and for those who
//! build on this program.
//!
//! ```text
//! http::Request ─▶ http ─▶ window (50 in 60 s), tokens (scopes), Api-Version, route
//!                            │
//!                            ├─▶ query, filter     what was asked for, or a 400 that names every mistake
//!                            ├─▶ collections       a file each: its names, scope, filters, sorts, embeds and records
//!                            ├─▶ order, paging     which records, and the cursors around them
//!                            └─▶ envelope          JSON straight from borrowed structs
//! people: who works there, generated from (seed, size, day)       server: the same over a TCP listener
//!                                                                 sender: its webhooks, over HTTP
//! legacy: the routes before v5, which take a key, over the same people
//! webhooks: endpoints, events, deliveries and attempts, remembered apart from the people
//! ```
//!
//! [`FakeTenant::handle`] is synchronous and has no clock: give it any instant, also one of virtual time. Two tenants with
//! the same [`Options`] that are asked the same serve the same bytes. Where the API's documentation leaves something open, this tenant does the
//! following:
//!
//! - a date earlier than 2024-11-01 in `Api-Version`, or none, is 400;
//! - a `limit` above the maximum is refused or clamped, see [`LimitRule`];
//! - every request to `/lucca-api/` counts in the window, also one that ends in 401; refused ones (429) do not;
//! - an unknown parameter, a repeated one, or a cursor this tenant did not issue is 400;
//! - `applicability.asOf` keeps what applies that day and what is not bounded in time, for leavers too;
//! - a position may refer to a department that is not in the list: the application cannot see it.
//!
//! For one's own tests, over HTTP by [`server::serve`] or without:
//!
//! ```
//! use bytes::Bytes;
//! use lucca_lake::fake_tenant::{FakeTenant, Options};
//!
//! let tenant = FakeTenant::new(Options { employees: 10, ..Options::new("2026-03-15".parse()?) });
//! assert_eq!(tenant.records("employees").count(), 10);
//! let request = http::Request::get("/lucca-api/employees").body(Bytes::new())?;
//! let answer = tenant.handle(&request, tokio::time::Instant::now());
//! assert_eq!(answer.status(), 401, "without a token");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod collections;
mod envelope;
mod files;
mod filter;
mod hidden;
mod http;
mod legacy;
mod options;
mod order;
mod paging;
mod people;
mod portraits;
mod problem;
mod query;
mod records;
mod reply;
mod sender;
mod served;
pub mod server;
#[cfg(test)]
mod tests;
mod tokens;
mod unlisted;
mod webhooks;
mod window;

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use ::http::{Request, Response};
use bytes::Bytes;
use tokio::time::Instant;

use collections::Memory;
pub use legacy::{Changes, Edit, Edited, Legacy, Quirks, SinceRule};
pub use options::{EventOrder, LimitRule, Options};
use people::People;
pub use served::Served;
use tokens::Tokens;
use webhooks::Webhooks;
pub use webhooks::{Due, News, Outcome};
use window::Window;

/// A tenant: its people, and what it remembers of the requests so far.
pub struct FakeTenant {
    options: Options,
    people: People,
    state: Mutex<State>,
    memory: Memory,
    legacy_memory: legacy::Memory,
    /// Made when they are first asked for.
    webhooks: OnceLock<Mutex<Webhooks>>,
    /// When the tenant's clock was first looked at.
    first_instant: OnceLock<Instant>,
}

#[derive(Debug)]
struct State {
    tokens: Tokens,
    window: Window,
    served: Served,
    problems: u64,
    legacy: legacy::Remembered,
}

impl FakeTenant {
    /// Generates the tenant's careers; names, texts and attributes are made when they are asked for.
    pub fn new(options: Options) -> Self {
        let people = People::new(options.seed, options.employees, options.today);
        let window = Window::new(options.requests_per_window, options.window);
        let state = State {
            tokens: Tokens::default(),
            window,
            served: Served::default(),
            problems: 0,
            legacy: Default::default(),
        };
        Self {
            options,
            people,
            state: Mutex::new(state),
            memory: Memory::default(),
            legacy_memory: legacy::Memory::default(),
            webhooks: OnceLock::new(),
            first_instant: OnceLock::new(),
        }
    }

    /// One request in, one response out: synchronous, no I/O, no clock of its own. URLs in the response begin with
    /// `http://` and the request's `Host`.
    pub fn handle(&self, request: &Request<Bytes>, now: Instant) -> Response<Bytes> {
        self.wall_clock(now);
        self.respond(request, now)
    }

    /// What this tenant was made from.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Counts of the requests answered so far.
    pub fn requests_served(&self) -> Served {
        self.state().served.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for FakeTenant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FakeTenant").field("options", &self.options).finish_non_exhaustive()
    }
}
