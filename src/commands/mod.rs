//! One file per subcommand; each reads like prose.

mod config;
mod demo;
mod derivation;
mod derive;
mod fake_tenant;
mod query;
mod sync;
mod tables;
mod verify;

use std::{
    io::{self, Write as _},
    path::PathBuf,
    sync::Arc,
};

use chrono::{DateTime, Utc};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};

pub use self::{
    config::config,
    demo::{DemoOptions, demo},
    derive::derive,
    fake_tenant::{FakeTenantOptions, fake_tenant},
    query::{AsOf, QueryOptions, query},
    sync::{SyncOptions, sync},
    tables::{Ddl, TablesFormat, TablesOptions, tables},
    verify::verify,
};
use crate::{
    api::{Tenant, Transport},
    catalog::Catalog,
    clock::SharedClock,
    env_vars::Environment,
    error::Error,
    lake::Lake,
    lock::{FileLock, NotLocked},
    progress::Progress,
    settings::Settings,
};

/// What commands are given instead of taking it from the process: time, randomness, network, environment.
pub struct Context {
    /// What exists.
    pub catalog: Catalog,
    /// The process's environment.
    pub environment: Environment,
    /// The time of day.
    pub clock: SharedClock,
    /// The network.
    pub transport: Arc<dyn Transport>,
    /// Where progress is shown.
    pub progress: Progress,
    /// Seed of everything random.
    pub seed: u64,
    /// Where the processes of this machine lock each other out, one tenant each; `None` where there is only this one.
    pub locks: Option<PathBuf>,
}

impl std::fmt::Debug for Context {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Context").finish_non_exhaustive()
    }
}

impl Context {
    fn lake(&self, settings: &Settings) -> Result<Lake, Error> {
        Ok(Lake::open(settings.lake(), &|name| self.environment.get(name).map(str::to_owned))?)
    }

    /// Holds off other processes of this machine that would spend the same tenant's budget.
    fn only_one_for(&self, tenant: &Tenant, holder: &str) -> Result<Option<FileLock>, Error> {
        let Some(folder) = &self.locks else { return Ok(None) };
        let name: String = tenant.origin().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        match FileLock::take(&folder.join(format!("lucca-lake-{name}.lock")), holder) {
            Ok(lock) => Ok(Some(lock)),
            Err(NotLocked::Held(holder)) => Err(Error::Busy { tenant: tenant.host(), holder }),
            Err(NotLocked::Failed(error)) => {
                tracing::warn!(%error, "another run of this machine for the same tenant would not be noticed");
                Ok(None)
            }
        }
    }

    /// Names one run: when it began, and a random part, so that names sort by time and never meet.
    fn run_id(&self, started_at: DateTime<Utc>) -> String {
        let random: u32 = StdRng::seed_from_u64(self.seed).random();
        format!("{}-{random:08x}", started_at.format("%Y%m%dT%H%M%SZ"))
    }
}

/// Writes to stderr; nobody listening there is no error.
pub(crate) fn tell(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// Writes to stdout; a reader that went away, as `head` does, is no error.
fn print(text: &str) -> Result<(), Error> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Error::Io { what: "standard output".into(), source: error })
        }
        _ => Ok(()),
    }
}
