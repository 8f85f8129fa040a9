//! What a command needs to ask a tenant anything: the right to spend its budget on this machine, and a client.

use std::{
    io::{Read as _, Seek as _, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use rand::{Rng as _, SeedableRng as _, rngs::StdRng};

use super::Context;
use crate::{
    api::{Client, ClientOptions, OnWait, RetryPolicy, SentLog, Tenant},
    env_vars::LUCCA_STATE_DIR,
    error::Error,
    lock::{FileLock, NotLocked, Owner},
    modes,
    settings::Settings,
    window_file::WindowFile,
};

/// Largest page after decompression. A page of 1,000 attributes has about 250 kB, or 90 MB when each
/// of them is a text of 30,000 letters.
const MAX_PAGE_BYTES: u64 = 128 << 20;
/// What Lucca allows for all integrations of a tenant together.
pub(crate) const LUCCA_REQUESTS_PER_MINUTE: u32 = 50;

/// The right to spend one tenant's budget on this machine, until it is dropped.
#[derive(Debug, Default)]
pub(crate) struct Turn {
    lock: Option<FileLock>,
    log: Option<Arc<dyn SentLog>>,
    owner: Option<Owner>,
}

impl Turn {
    /// Who may take over a lease that this process's predecessor left when it was killed.
    pub(crate) fn owner(&self) -> Option<&Owner> {
        self.owner.as_ref().filter(|_| self.lock.is_some())
    }
}

impl Context {
    /// Holds off other processes of this machine that would spend the same tenant's budget.
    ///
    /// # Errors
    /// When another one is at work; when the folder for state is not this user's alone.
    pub(crate) fn turn(&self, settings: &Settings, tenant: &Tenant, holder: &str) -> Result<Turn, Error> {
        if self.state.is_none() {
            return Ok(Turn::default());
        }
        let Some(folder) = self.state_folder(settings)? else {
            tracing::warn!(
                "no folder can hold locks: another run of this machine for the same tenant would not be noticed; \
                 {LUCCA_STATE_DIR} can name one"
            );
            return Ok(Turn::default());
        };
        let name: String = tenant.origin().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        let lock = match FileLock::take(&folder.join(format!("{name}.lock")), holder) {
            Ok(lock) => lock,
            Err(NotLocked::Taken(holder)) => return Err(Error::Busy { tenant: tenant.host(), holder }),
            Err(NotLocked::Failed(error)) => {
                tracing::warn!(%error, "another run of this machine for the same tenant would not be noticed");
                return Ok(Turn::default());
            }
        };
        let log = match WindowFile::open(&folder.join(format!("{name}.window"))) {
            Ok(log) => Some(Arc::new(log) as Arc<dyn SentLog>),
            Err(error) => {
                tracing::warn!(%error, "requests of the minute before are not known, and may cause a 429");
                None
            }
        };
        let owner = machine(&folder, self.seed).map(|machine| Owner::new(&machine, &tenant.origin()));
        Ok(Turn { lock: Some(lock), log, owner })
    }

    /// Where this user's processes keep what they share, where there is a place for it.
    ///
    /// # Errors
    /// When it is not this user's alone.
    pub(crate) fn state_folder(&self, settings: &Settings) -> Result<Option<PathBuf>, Error> {
        let Some(candidates) = &self.state else { return Ok(None) };
        Ok(candidates.open(|| self.lake_to_read(settings).ok()?.place_for_state())?)
    }

    /// A client of the configured tenant that asks for one token with `scopes`.
    pub(crate) fn client(&self, settings: &Settings, scopes: Vec<String>, turn: &Turn) -> Result<Client, Error> {
        let progress = self.progress.clone();
        self.client_that_waits(settings, scopes, turn, OnWait::new(move |wait| progress.waiting(&wait)))
    }

    /// The same, whose waits for the budget are told to somebody else.
    pub(crate) fn client_that_waits(
        &self,
        settings: &Settings,
        scopes: Vec<String>,
        turn: &Turn,
        on_wait: OnWait,
    ) -> Result<Client, Error> {
        let tenant = settings.tenant()?;
        let requests_per_minute = settings.requests_per_minute()?;
        if requests_per_minute > LUCCA_REQUESTS_PER_MINUTE && !tenant.is_local() {
            tracing::info!(requests_per_minute, "more than the 50 a minute that Lucca allows: expect to be refused");
        }
        let options = ClientOptions {
            tenant,
            credentials: settings.credentials(scopes)?,
            requests_per_minute,
            retry: RetryPolicy::default(),
            seed: self.seed,
            request_timeout: settings.request_timeout()?,
            max_page_bytes: MAX_PAGE_BYTES,
            sent_log: turn.log.clone(),
            on_wait,
        };
        Ok(Client::new(options, Arc::clone(&self.transport), Arc::clone(&self.clock)))
    }
}

/// What tells this machine from others: its name, and a random one in the folder where it keeps its locks. Machines may
/// share that folder, and several may have one name. `None` where it cannot be kept.
fn machine(folder: &Path, seed: u64) -> Option<String> {
    let mut file = modes::open_private(&folder.join("machine")).ok()?;
    let mut name = String::new();
    file.read_to_string(&mut name).ok()?;
    if name.len() != 32 {
        name = format!("{:032x}", StdRng::seed_from_u64(seed).random::<u128>());
        file.set_len(0).and_then(|()| file.rewind()).and_then(|()| file.write_all(name.as_bytes())).ok()?;
    }
    let host = nix::sys::utsname::uname().ok()?.nodename().to_string_lossy().into_owned();
    Some(format!("{name} {host}"))
}
