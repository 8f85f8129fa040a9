//! What a command needs to ask a tenant anything: the right to spend its budget on this machine, and a client.

use std::{path::Path, sync::Arc};

use rand::{Rng as _, SeedableRng as _, rngs::StdRng};

use super::Context;
use crate::{
    api::{Client, ClientOptions, Credentials, RetryPolicy, SentLog, Tenant},
    error::Error,
    lock::{FileLock, NotLocked},
    settings::Settings,
    window_file::WindowFile,
};

/// Largest page after decompression. A page of 1,000 attributes has about 250 kB, or 90 MB when each
/// of them is a text of 30,000 letters.
const MAX_PAGE_BYTES: u64 = 128 << 20;
/// What Lucca allows for all integrations of a tenant together.
const LUCCA_REQUESTS_PER_MINUTE: u32 = 50;

/// The right to spend one tenant's budget on this machine, until it is dropped.
#[derive(Debug, Default)]
pub(super) struct Turn {
    lock: Option<FileLock>,
    log: Option<Arc<dyn SentLog>>,
    /// Equal for processes of this machine that read the same tenant: never for two that are alive.
    owner: Option<String>,
}

impl Turn {
    /// Who may take over a lease that this process's predecessor left when it was killed.
    pub(super) fn owner(&self) -> Option<&str> {
        self.owner.as_deref().filter(|_| self.lock.is_some())
    }
}

impl Context {
    /// Holds off other processes of this machine that would spend the same tenant's budget.
    pub(super) fn turn(&self, tenant: &Tenant, holder: &str) -> Result<Turn, Error> {
        let Some(folder) = &self.locks else { return Ok(Turn::default()) };
        let name: String = tenant.origin().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        let lock = match FileLock::take(&folder.join(format!("lucca-lake-{name}.lock")), holder) {
            Ok(lock) => lock,
            Err(NotLocked::Held(holder)) => return Err(Error::Busy { tenant: tenant.host(), holder }),
            Err(NotLocked::Failed(error)) => {
                tracing::warn!(%error, "another run of this machine for the same tenant would not be noticed");
                return Ok(Turn::default());
            }
        };
        let log = match WindowFile::open(&folder.join(format!("lucca-lake-{name}.window"))) {
            Ok(log) => Some(Arc::new(log) as Arc<dyn SentLog>),
            Err(error) => {
                tracing::warn!(%error, "requests of the minute before are not known, and may cause a 429");
                None
            }
        };
        let owner = machine(folder, self.seed).map(|machine| format!("{machine} {}", tenant.origin()));
        Ok(Turn { lock: Some(lock), log, owner })
    }

    /// A client of the configured tenant that asks for one token with `scopes`.
    pub(super) fn client(&self, settings: &Settings, scopes: Vec<String>, turn: &Turn) -> Result<Client, Error> {
        let tenant = settings.tenant()?;
        let requests_per_minute = settings.requests_per_minute()?;
        if requests_per_minute > LUCCA_REQUESTS_PER_MINUTE && !tenant.is_local() {
            tracing::warn!(requests_per_minute, "more than the 50 a minute that Lucca allows: expect to be refused");
        }
        let options = ClientOptions {
            tenant,
            credentials: Credentials {
                token_url: settings.token_url()?,
                client_id: settings.client_id()?,
                client_secret: settings.client_secret()?,
                scopes,
            },
            requests_per_minute,
            retry: RetryPolicy::default(),
            seed: self.seed,
            request_timeout: settings.request_timeout()?,
            max_page_bytes: MAX_PAGE_BYTES,
            sent_log: turn.log.clone(),
        };
        Ok(Client::new(options, Arc::clone(&self.transport), Arc::clone(&self.clock)))
    }
}

/// What tells this machine from others: a random name in its folder of locks. `None` where it cannot be kept.
fn machine(folder: &Path, seed: u64) -> Option<String> {
    let path = folder.join("lucca-lake-machine");
    if let Ok(name) = std::fs::read_to_string(&path)
        && name.len() == 32
    {
        return Some(name);
    }
    let name = format!("{:032x}", StdRng::seed_from_u64(seed).random::<u128>());
    std::fs::write(&path, &name).ok()?;
    Some(name)
}
