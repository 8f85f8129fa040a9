//! `mcp`: tools for assistants, over standard input and output.

use std::{
    fmt,
    io::Write as _,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use secrecy::{ExposeSecret as _, SecretString};

use crate::{
    account::Account,
    api::OnWait,
    assemble::session_options,
    catalog::Privacy,
    context::{Context, split_as_configured},
    env_vars::LUCCA_STATE_DIR,
    error::Error,
    mcp::{AccountSide, Door, LakeSide, Opened, Parts, Server},
    modes::{self, Access},
    settings::Settings,
};

/// What is let through.
#[derive(Debug, Clone, Copy)]
pub(crate) struct McpOptions {
    /// The most private class that is seen.
    pub(crate) ceiling: Privacy,
    /// Whether tools that change something are offered.
    pub(crate) writes: bool,
    /// Longest wait of a call for the tenant's budget.
    pub(crate) patience: Duration,
}

/// Speaks with one client until it goes away.
///
/// # Errors
/// When there is nothing to offer, or the client does not speak the protocol.
pub(crate) async fn mcp(context: Context, settings: &Settings, options: McpOptions) -> Result<(), Error> {
    let McpOptions { ceiling, writes, patience } = options;
    let (catalog, _) = split_as_configured(&context.catalog, settings)?;
    let engine = session_options(settings)?;
    let lake = match context.lake_to_read(settings) {
        Ok(lake) => Some(LakeSide { catalog: catalog.clone(), lake, engine, ceiling }),
        Err(error) => {
            context.note(&format!("no lake, so no tools for tables and SQL: {}\n", error.with_causes()));
            None
        }
    };
    let account = match configured(settings) {
        Ok(()) => {
            let door = TenantDoor { context: Arc::new(context), settings: settings.clone() };
            Some(AccountSide::new(Box::new(door), patience))
        }
        Err(error) => {
            context.note(&format!("no account, so no tools that ask the Lucca API: {}\n", error.with_causes()));
            None
        }
    };
    if lake.is_none() && account.is_none() {
        return Err(Error::Usage(
            "there is neither a lake nor an account to serve; --lake names one, LUCCA_BASE_URL and \
                                 the others of `lucca-lake config` the other"
                .into(),
        ));
    }
    let server = Server::new(Parts { catalog, ceiling, lake, account, writes });
    server.serve(tokio::io::stdin(), tokio::io::stdout()).await
}

/// Whether the settings name a tenant and who asks it.
fn configured(settings: &Settings) -> Result<(), Error> {
    settings.tenant()?;
    settings.check_application("a tool that asks the Lucca API")?;
    settings.client_id()?;
    settings.client_secret()?;
    Ok(())
}

/// Opens the configured tenant for one call.
struct TenantDoor {
    context: Arc<Context>,
    settings: Settings,
}

impl fmt::Debug for TenantDoor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TenantDoor").finish_non_exhaustive()
    }
}

impl Door for TenantDoor {
    fn open(&self, scopes: Vec<String>, on_wait: OnWait) -> Result<Opened, Error> {
        let turn = self.context.turn(&self.settings, &self.settings.tenant()?, "mcp")?;
        let client = self.context.client_that_waits(&self.settings, scopes, &turn, on_wait)?;
        Ok(Opened { account: Account::new(client), held: Box::new(turn) })
    }

    fn secrets(&self) -> Result<PathBuf, Error> {
        let in_lake = || self.context.lake_to_read(&self.settings).ok()?.place_for_state();
        let folder = self.context.state.as_ref().map(|candidates| candidates.open(in_lake)).transpose()?.flatten();
        folder.ok_or_else(|| Error::Usage(format!("there is no folder for secrets; {LUCCA_STATE_DIR} can name one")))
    }

    fn keep_secret(&self, folder: &Path, endpoint: &str, secret: &SecretString) -> Result<PathBuf, Error> {
        let name: String = endpoint.chars().filter(char::is_ascii_alphanumeric).take(64).collect();
        let path = folder.join(format!("webhook-endpoint-{name}.secret"));
        let failed = |source| Error::Io { what: path.display().to_string(), source };
        let mut file = modes::create_output(&path, Access::Private).map_err(failed)?;
        file.write_all(secret.expose_secret().as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
        Ok(path)
    }
}
