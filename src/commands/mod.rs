//! One file per subcommand; each reads like prose.

mod accept;
mod check;
mod config;
mod connection;
mod definitions;
mod demo;
mod derive;
mod exclusive;
mod fake_tenant;
mod gc;
mod plan;
mod print;
mod query;
mod snapshots;
mod sync;
mod tables;
mod verify;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};

pub(crate) use self::print::tell;
pub(crate) use self::{
    accept::{AcceptOptions, accept},
    check::check,
    config::config,
    demo::{DemoOptions, demo},
    derive::derive,
    fake_tenant::{FakeTenantOptions, fake_tenant},
    gc::{GcOptions, gc},
    plan::{PlanOptions, plan},
    print::ListFormat,
    query::{QueryOptions, Which, parse_parameter, query},
    snapshots::snapshots,
    sync::{SyncOptions, sync},
    tables::{Ddl, TablesOptions, tables},
    verify::verify,
};
use crate::{
    api::Transport, catalog::Catalog, clock::SharedClock, env_vars::Environment, error::Error, lake::Lake,
    progress::Progress, run_id::RunId, settings::Settings, state_folder::Candidates,
};

/// What commands are given instead of taking it from the process: time, randomness, network, environment.
pub(crate) struct Context {
    /// What exists.
    pub(crate) catalog: Catalog,
    /// The process's environment.
    pub(crate) environment: Environment,
    /// The time of day.
    pub(crate) clock: SharedClock,
    /// The network.
    pub(crate) transport: Arc<dyn Transport>,
    /// Where progress is shown.
    pub(crate) progress: Progress,
    /// Seed of everything random.
    pub(crate) seed: u64,
    /// Where this user's processes keep what they share, such as the lock of a tenant; `None` where there is only this one.
    pub(crate) state: Option<Candidates>,
}

impl std::fmt::Debug for Context {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Context").finish_non_exhaustive()
    }
}

impl Context {
    fn lake(&self, settings: &Settings) -> Result<Lake, Error> {
        let format = settings.table_format()?;
        let latest = settings.latest_day(self.clock.now())?;
        let lake = Lake::open(settings.lake(), &|name| self.environment.get(name).map(str::to_owned))?;
        Ok(lake.describing(&self.catalog.tables()).with_table_format(format).with_latest_day(latest))
    }

    /// The lake where it already is: a folder that does not exist is not made.
    fn lake_to_read(&self, settings: &Settings) -> Result<Lake, Error> {
        let latest = settings.latest_day(self.clock.now())?;
        let lake = Lake::open_existing(settings.lake(), &|name| self.environment.get(name).map(str::to_owned))?;
        Ok(lake.describing(&self.catalog.tables()).with_latest_day(latest))
    }

    /// The same for those who change what is there.
    fn lake_to_change(&self, settings: &Settings) -> Result<Lake, Error> {
        Ok(self.lake_to_read(settings)?.with_table_format(settings.table_format()?))
    }

    /// Names the run that began then.
    fn run_id(&self, started_at: DateTime<Utc>) -> RunId {
        RunId::new(started_at, StdRng::seed_from_u64(self.seed).random())
    }
}
