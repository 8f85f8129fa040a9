//! Every environment variable the program reads, and the one place where the environment is read.

use std::collections::{BTreeMap, BTreeSet};

use secrecy::{ExposeSecret as _, SecretString};

/// Tenant address.
pub(crate) const LUCCA_BASE_URL: &str = "LUCCA_BASE_URL";
/// OAuth token endpoint.
pub(crate) const LUCCA_TOKEN_URL: &str = "LUCCA_TOKEN_URL";
/// OAuth client id.
pub(crate) const LUCCA_CLIENT_ID: &str = "LUCCA_CLIENT_ID";
/// OAuth client secret.
pub(crate) const LUCCA_CLIENT_SECRET: &str = "LUCCA_CLIENT_SECRET";
/// File that holds the OAuth client secret.
pub(crate) const LUCCA_CLIENT_SECRET_FILE: &str = "LUCCA_CLIENT_SECRET_FILE";
/// Legacy API key.
pub(crate) const LUCCA_API_KEY: &str = "LUCCA_API_KEY";
/// File that holds the legacy API key.
pub(crate) const LUCCA_API_KEY_FILE: &str = "LUCCA_API_KEY_FILE";
/// Secrets of webhook endpoints.
pub(crate) const LUCCA_WEBHOOK_SECRET: &str = "LUCCA_WEBHOOK_SECRET";
/// File that holds secrets of webhook endpoints.
pub(crate) const LUCCA_WEBHOOK_SECRET_FILE: &str = "LUCCA_WEBHOOK_SECRET_FILE";
/// Where the lake is.
pub(crate) const LUCCA_LAKE: &str = "LUCCA_LAKE";
/// Our share of the tenant's request budget.
pub(crate) const LUCCA_REQUESTS_PER_MINUTE: &str = "LUCCA_REQUESTS_PER_MINUTE";
/// Memory that one SQL statement may use.
/// What is read of portraits.
pub(crate) const LUCCA_PORTRAITS: &str = "LUCCA_PORTRAITS";
pub(crate) const LUCCA_MEMORY_LIMIT: &str = "LUCCA_MEMORY_LIMIT";
/// Where SQL statements put what does not fit into memory.
pub(crate) const LUCCA_TEMP_DIR: &str = "LUCCA_TEMP_DIR";
/// File that metrics are written to.
pub(crate) const LUCCA_METRICS_FILE: &str = "LUCCA_METRICS_FILE";
/// What is run when a command ends.
pub(crate) const LUCCA_NOTIFY_COMMAND: &str = "LUCCA_NOTIFY_COMMAND";
/// Log filter, such as `info` or `lucca_lake=debug`.
pub(crate) const LUCCA_LOG: &str = "LUCCA_LOG";

/// Where this user's processes keep locks and the like.
pub(crate) const LUCCA_STATE_DIR: &str = "LUCCA_STATE_DIR";
/// Where programs keep state, by the XDG rules.
pub(crate) const XDG_STATE_HOME: &str = "XDG_STATE_HOME";
/// The user's home.
pub(crate) const HOME: &str = "HOME";
/// The command that shows long texts page by page.
pub(crate) const PAGER: &str = "PAGER";
/// Where programs are.
pub(crate) const PATH: &str = "PATH";

/// A copy of the process's environment, so that nothing else reads it. Variables of the store,
/// such as `AWS_*`, are passed on to it.
///
/// Which variables hold secrets is known for some only: all are kept so that they leave nothing in memory behind.
#[derive(Clone, Default)]
pub(crate) struct Environment {
    variables: BTreeMap<String, SecretString>,
    /// Names of those whose values are no text.
    no_text: BTreeSet<String>,
}

impl std::fmt::Debug for Environment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Environment").field("variables", &self.variables.len()).finish()
    }
}

impl Environment {
    /// The process's environment; variables whose names are no UTF-8 are left out.
    pub(crate) fn of_process() -> Self {
        let mut found = Self::default();
        for (name, value) in std::env::vars_os() {
            let Ok(name) = name.into_string() else { continue };
            match value.into_string() {
                Ok(value) => drop(found.variables.insert(name, value.into())),
                Err(_) => drop(found.no_text.insert(name)),
            }
        }
        found
    }

    /// The value of a variable, if it has one that is a text: other programs' empty variables count as unset.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(|value| value.expose_secret()).filter(|value| !value.is_empty())
    }

    /// What is wrong with a variable of this program, which somebody meant to set: it is empty, or no text.
    pub(crate) fn problem(&self, name: &str) -> Option<&'static str> {
        if self.no_text.contains(name) {
            return Some("is not UTF-8");
        }
        let is_empty = self.variables.get(name).is_some_and(|value| value.expose_secret().trim().is_empty());
        is_empty.then_some("is empty")
    }
}

impl<const N: usize> From<[(&str, &str); N]> for Environment {
    fn from(pairs: [(&str, &str); N]) -> Self {
        pairs.into_iter().collect()
    }
}

impl<'a> FromIterator<(&'a str, &'a str)> for Environment {
    fn from_iter<I: IntoIterator<Item = (&'a str, &'a str)>>(pairs: I) -> Self {
        let variables = pairs.into_iter().map(|(k, v)| (k.to_owned(), v.into())).collect();
        Self { variables, ..Self::default() }
    }
}
