//! The arguments of `fake-tenant`.

use std::time::Duration;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use clap::Args;

use crate::{
    commands::FakeTenantOptions,
    error::Error,
    fake_tenant::{Changes, Legacy, LimitRule, Options, Quirks},
    settings::parse_date,
};

#[derive(Debug, Args)]
pub(super) struct FakeTenantArguments {
    /// Serve in the background: eval "$(lucca-lake fake-tenant --detach)", and in the end kill "$FAKE_TENANT_PID"
    #[arg(long)]
    pub(super) detach: bool,
    /// Port; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Employees
    #[arg(long, default_value_t = 250)]
    employees: usize,
    /// Seed of its people
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Day that its people live in; today by default
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    today: Option<NaiveDate>,
    /// Requests it takes in any 60 seconds; LUCCA_REQUESTS_PER_MINUTE is printed with it
    #[arg(long, default_value_t = 50)]
    requests_per_minute: u32,
    /// Milliseconds it takes to answer
    #[arg(long, default_value_t = 0)]
    latency_ms: u64,
    /// Scopes the application was not granted, comma-separated
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    without_scopes: Vec<String>,
    /// Properties that the application may not see, comma-separated, such as employees.email
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    hide: Vec<String>,
    /// Serve the routes before v5 too, for this key, or one of its own: LUCCA_API_KEY is printed with it, in place of the
    /// application
    #[arg(long, value_name = "KEY", num_args = 0..=1, require_equals = true, default_missing_value = "fa4e0000-1e9a-4c1e-8000-00000000c0de")]
    legacy_key: Option<String>,
    /// Read everything that is not known of those routes the other way
    #[arg(long, requires = "legacy_key")]
    legacy_quirks: bool,
    /// Legacy routes that the key may not read, comma-separated, such as /api/v3/users
    #[arg(long, value_name = "A,B", value_delimiter = ',', requires = "legacy_key")]
    legacy_forbidden: Vec<String>,
    /// Legacy routes of modules that the tenant does not have, comma-separated
    #[arg(long, value_name = "A,B", value_delimiter = ',', requires = "legacy_key")]
    legacy_absent: Vec<String>,
    /// Revoke the key after so many requests
    #[arg(long, value_name = "N", requires = "legacy_key")]
    legacy_revoked_after: Option<u64>,
    /// Let records come and go while legacy lists are read, as this seed says
    #[arg(long, value_name = "SEED", requires = "legacy_key")]
    legacy_shifting: Option<u64>,
    /// Let so many changes of users and absences have been made today, as legacy routes tell them: none, then some, and there is
    /// something for sync --incremental
    #[arg(long, value_name = "N", default_value_t = 0, requires = "legacy_key")]
    legacy_changes: usize,
    /// Answer pages of the largest size where a larger one is asked for, instead of refusing
    #[arg(long)]
    clamp_limit: bool,
    /// Send the events of what changes to this address of this machine; LUCCA_WEBHOOK_SECRET is printed with it
    #[arg(long, value_name = "URL")]
    deliver_to: Option<String>,
    /// Let somebody join, leave or move so often, as events: the lists stay as they are
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    change_every: Option<Duration>,
}

impl FakeTenantArguments {
    /// The tenant to serve and how; `now` is when it begins, `today` the day where none is given.
    ///
    /// # Errors
    /// When today cannot be told.
    pub(super) fn options(
        self,
        now: DateTime<Utc>,
        today: impl FnOnce() -> Result<NaiveDate, Error>,
    ) -> Result<FakeTenantOptions, Error> {
        let starts_at = self.today.is_none().then_some(now);
        let mut tenant = Options::new(self.today.map_or_else(today, Ok)?);
        tenant.starts_at = starts_at;
        tenant.employees = self.employees;
        tenant.seed = self.seed;
        tenant.requests_per_window = self.requests_per_minute;
        tenant.latency = Duration::from_millis(self.latency_ms);
        tenant.refused_scopes = self.without_scopes;
        tenant.hidden = self.hide;
        tenant.legacy_key = self.legacy_key;
        tenant.legacy = Legacy {
            quirks: if self.legacy_quirks { Quirks::ALL } else { Quirks::default() },
            forbidden: self.legacy_forbidden,
            absent: self.legacy_absent,
            hides_former_employees: false,
            revoked_after: self.legacy_revoked_after,
            shifting: self.legacy_shifting,
            changes: Changes::told(self.seed, self.legacy_changes, tenant.today.and_time(NaiveTime::MIN)),
        };
        if self.clamp_limit {
            tenant.limit_rule = LimitRule::Clamp;
        }
        let (port, deliver_to, change_every) = (self.port, self.deliver_to, self.change_every);
        Ok(FakeTenantOptions { port, tenant, deliver_to, change_every })
    }
}

/// A length of time that is some.
fn seconds(text: &str) -> Result<Duration, String> {
    let time = text.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    time.filter(|time| *time >= Duration::from_millis(1))
        .ok_or_else(|| format!("{text:?} is no number of seconds such as 2 or 0.5"))
}
