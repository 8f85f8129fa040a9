//! Asking the tenant, one call at a time, within the budget that all its integrations share.

use std::{
    future::Future,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use secrecy::SecretString;
use tokio::{
    sync::{Mutex, mpsc},
    time::{Instant, timeout_at},
};

use super::answer::ToolError;
use crate::{account::Account, api::OnWait, error::Error};

/// What a call is given to ask with: the account, and whatever must be held meanwhile.
pub(crate) struct Opened {
    /// The account.
    pub(crate) account: Account,
    /// The right to spend the tenant's budget on this machine.
    pub(crate) held: Box<dyn Send + Sync>,
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Opened").finish_non_exhaustive()
    }
}

/// What opens the account, and keeps what must not be shown.
pub(crate) trait Door: std::fmt::Debug + Send + Sync {
    /// Opens the account for one call with these scopes.
    ///
    /// # Errors
    /// When the tenant is not configured, or another process of this machine asks it.
    fn open(&self, scopes: Vec<String>, on_wait: OnWait) -> Result<Opened, Error>;

    /// Where secrets are kept.
    ///
    /// # Errors
    /// When there is no folder that only the user can read.
    fn secrets(&self) -> Result<PathBuf, Error>;

    /// Keeps the secret of a webhook endpoint in that folder, and says where.
    ///
    /// # Errors
    /// When it cannot be written.
    fn keep_secret(&self, folder: &Path, endpoint: &str, secret: &SecretString) -> Result<PathBuf, Error>;
}

/// The account as tools see it.
#[derive(Debug)]
pub(crate) struct AccountSide {
    door: Box<dyn Door>,
    /// Longest wait for a place in the budget.
    patience: Duration,
    /// One call at a time: the right to ask is the process's.
    turn: Mutex<()>,
}

impl AccountSide {
    /// Calls that would wait longer than `patience` for the budget are refused.
    pub(crate) fn new(door: Box<dyn Door>, patience: Duration) -> Self {
        Self { door, patience, turn: Mutex::new(()) }
    }

    pub(super) fn door(&self) -> &dyn Door {
        &*self.door
    }

    /// Asks something with these scopes. A wait for the budget that would be too long ends the call before anything was
    /// sent; nothing else ends it, so that a change that was sent is known to be made or not.
    pub(super) async fn ask<T, F>(
        &self,
        scopes: Vec<String>,
        work: impl FnOnce(Arc<Account>) -> F + Send,
    ) -> Result<T, ToolError>
    where
        F: Future<Output = Result<T, ToolError>> + Send,
    {
        let late = Instant::now() + self.patience;
        let other =
            |_| ToolError::new("other calls of this server are still waiting for the API; call again in some seconds");
        let turn = timeout_at(late, self.turn.lock()).await.map_err(other)?;
        let (told, mut waits) = mpsc::unbounded_channel();
        let on_wait = OnWait::new(move |wait| {
            let _ = told.send(wait);
        });
        let Opened { account, held } = self.door.open(scopes, on_wait)?;
        let mut work = std::pin::pin!(work(Arc::new(account)));
        let outcome = loop {
            tokio::select! {
                biased;
                outcome = &mut work => break outcome,
                Some(wait) = waits.recv() => {
                    if Instant::now() + wait.goes_on_in > late {
                        let (seconds, patience) = (wait.goes_on_in.as_secs() + 1, self.patience.as_secs());
                        break Err(ToolError(format!(
                            "the tenant's {} requests of this minute are used, and this call waits no longer than {patience} s: \
                             call again in {seconds} s, or ask the lake, which needs no requests",
                            wait.requests
                        )));
                    }
                }
            }
        };
        drop((held, turn));
        outcome
    }
}
