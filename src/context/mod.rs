//! What a command works with: what it is given from outside, the right to ask a tenant, the right to write to a lake.
//!
//! - `connection`: a client of the tenant, and the lock on its budget
//! - `exclusive`: writing to the lake as its only writer
//! - `definitions`: the catalogue as the settings split it

mod connection;
mod definitions;
mod exclusive;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};

pub(crate) use self::{
    connection::{LUCCA_REQUESTS_PER_MINUTE, Turn},
    definitions::split_as_configured,
    exclusive::{Writer, exclusively},
};
use crate::{
    api::Transport, catalog::Catalog, clock::SharedClock, env_vars::Environment, error::Error, lake::Lake, print,
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
    /// Whether only warnings and errors are said.
    pub(crate) quiet: bool,
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
    /// Tells people what is no more than good to know.
    pub(crate) fn note(&self, text: &str) {
        if !self.quiet {
            print::tell(text);
        }
    }

    /// The lake, made where it is not.
    pub(crate) fn lake(&self, settings: &Settings) -> Result<Lake, Error> {
        let format = settings.table_format()?;
        let latest = settings.latest_day(self.clock.now())?;
        let lake = Lake::open(settings.lake(), &|name| self.environment.get(name).map(str::to_owned))?;
        Ok(lake.describing(&self.catalog.tables()).with_table_format(format).with_latest_day(latest))
    }

    /// The lake where it already is: a folder that does not exist is not made.
    pub(crate) fn lake_to_read(&self, settings: &Settings) -> Result<Lake, Error> {
        self.lake_at(settings.lake(), settings)
    }

    /// Another lake than the configured one, to read.
    pub(crate) fn lake_at(&self, location: &str, settings: &Settings) -> Result<Lake, Error> {
        let latest = settings.latest_day(self.clock.now())?;
        let lake = Lake::open_existing(location, &|name| self.environment.get(name).map(str::to_owned))?;
        Ok(lake.describing(&self.catalog.tables()).with_latest_day(latest))
    }

    /// The same for those who change what is there.
    pub(crate) fn lake_to_change(&self, settings: &Settings) -> Result<Lake, Error> {
        Ok(self.lake_to_read(settings)?.with_table_format(settings.table_format()?))
    }

    /// Names the run that began then.
    pub(crate) fn run_id(&self, started_at: DateTime<Utc>) -> RunId {
        RunId::new(started_at, StdRng::seed_from_u64(self.seed).random())
    }
}
