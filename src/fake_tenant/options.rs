//! What a fake tenant is made of: its size, its day, and the rules it applies.

use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};

use super::legacy::Legacy;

/// What happens to a `limit` above a collection's maximum. The API does not document it, so both readings are offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LimitRule {
    /// Answer 400.
    #[default]
    Refuse,
    /// Answer a page of the maximum size.
    Clamp,
}

/// In which order events are listed. The API does not document it, so both readings are offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EventOrder {
    /// By id, as the other collections.
    #[default]
    OldestFirst,
    /// The latest at the top.
    NewestFirst,
}

/// The knobs of a fake tenant. Start from [`Options::new`] and change what a test is about.
#[derive(Clone)]
pub struct Options {
    /// Everything generated is a function of this number, `employees` and `today`.
    pub seed: u64,
    /// How many employees the tenant has, leavers and future starters included.
    pub employees: usize,
    /// The day statuses are computed for; careers are spread around it.
    pub today: NaiveDate,
    /// What the tenant's clock shows when it is first asked for anything: what is dated while it serves counts from there. By
    /// default 9 o'clock UTC of `today`.
    pub starts_at: Option<DateTime<Utc>>,
    /// How events are listed.
    pub event_order: EventOrder,
    /// How long after each failed attempt a delivery is tried again; after the last of them it is given up.
    pub retry_delays: [Duration; 4],
    /// What an excessive `limit` gets.
    pub limit_rule: LimitRule,
    /// API requests accepted in any `window`; token requests do not count.
    pub requests_per_window: u32,
    /// Length of the sliding window.
    pub window: Duration,
    /// `expires_in` of the access tokens, in seconds.
    pub token_lifetime_secs: u64,
    /// The client application's id.
    pub client_id: String,
    /// The client application's secret.
    pub client_secret: String,
    /// The legacy key; `None` is that there is none.
    pub legacy_key: Option<String>,
    /// What its holder meets.
    pub legacy: Legacy,
    /// Scopes the application was declared with; `None` is every scope the API knows.
    pub granted_scopes: Option<Vec<String>>,
    /// Scopes among those that it was not granted after all.
    pub refused_scopes: Vec<String>,
    /// Properties that it may not see, such as `employees.email`; of legacy routes by the end of their path, such as
    /// `users.mail`.
    pub hidden: Vec<String>,
    /// Another number is another picture under the same id.
    pub portrait_revision: u64,
    /// Ids of portraits that were taken away, although employees still refer to them.
    pub gone_portraits: Vec<String>,
    /// How long the server waits before each API response. [`super::FakeTenant::handle`] never waits.
    pub latency: Duration,
}

impl Options {
    /// 250 employees, 50 requests in 60 seconds, tokens of 30 minutes, every scope.
    pub fn new(today: NaiveDate) -> Self {
        Self {
            seed: 1,
            employees: 250,
            today,
            starts_at: None,
            event_order: EventOrder::default(),
            retry_delays: [60, 15 * 60, 3 * 3600, 20 * 3600].map(Duration::from_secs),
            limit_rule: LimitRule::default(),
            requests_per_window: 50,
            window: Duration::from_secs(60),
            token_lifetime_secs: 1800,
            client_id: "fake-client".to_owned(),
            client_secret: "fake-secret".to_owned(),
            legacy_key: None,
            legacy: Legacy::default(),
            granted_scopes: None,
            refused_scopes: Vec::new(),
            hidden: Vec::new(),
            portrait_revision: 0,
            gone_portraits: Vec::new(),
            latency: Duration::ZERO,
        }
    }
}

impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options")
            .field("seed", &self.seed)
            .field("employees", &self.employees)
            .field("today", &self.today)
            .field("starts_at", &self.starts_at)
            .field("event_order", &self.event_order)
            .field("retry_delays", &self.retry_delays)
            .field("limit_rule", &self.limit_rule)
            .field("requests_per_window", &self.requests_per_window)
            .field("window", &self.window)
            .field("token_lifetime_secs", &self.token_lifetime_secs)
            .field("legacy", &self.legacy)
            .field("granted_scopes", &self.granted_scopes)
            .field("refused_scopes", &self.refused_scopes)
            .field("hidden", &self.hidden)
            .field("portrait_revision", &self.portrait_revision)
            .field("gone_portraits", &self.gone_portraits)
            .field("latency", &self.latency)
            .finish_non_exhaustive()
    }
}
