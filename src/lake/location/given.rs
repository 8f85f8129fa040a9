//! What a store is opened with: the location as a URL, and the environment it takes its settings from.

use std::{error::Error as StdError, sync::Arc, time::Duration};

use object_store::{ClientOptions, ObjectStore, path::Path, prefix::PrefixStore};
use url::{Host, Url};

use super::super::{Lake, LakeError};

/// Longest time of one request to a store, the whole body included: less than the term of a lease, so that a renewal that
/// hangs does not lose it. What did not come is asked for again.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// Time to set up a connection to a store.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// The environment, by the names of its variables.
pub(super) type Env<'a> = &'a dyn Fn(&str) -> Option<String>;

/// A location in a cloud, and the environment.
#[derive(Clone, Copy)]
pub(super) struct Given<'a> {
    pub(super) url: &'a Url,
    pub(super) env: Env<'a>,
}

impl Given<'_> {
    /// A variable that has a value: an empty one counts as not set, as in the clouds' own tools.
    pub(super) fn set(&self, name: &str) -> Option<String> {
        (self.env)(name).filter(|value| !value.is_empty())
    }

    /// The values of these variables that are set, with what each stands for; of several that stand for the same, the first.
    pub(super) fn configured<K: Copy + PartialEq>(&self, variables: &[(&str, K)]) -> Vec<(K, String)> {
        let mut configured: Vec<(K, String)> = Vec::new();
        for (name, key) in variables {
            if let Some(value) = self.set(name)
                && configured.iter().all(|(known, _)| known != key)
            {
                configured.push((*key, value));
            }
        }
        configured
    }

    /// Whether requests to `endpoint` may go over plain http: only to this machine, unless the variable allows it.
    pub(super) fn plain_http(&self, endpoint: Option<&str>, allowed_by: &str) -> Result<bool, LakeError> {
        let Some(endpoint) = endpoint else { return Ok(false) };
        if is_plain_loopback(endpoint) {
            return Ok(true);
        }
        let allowed = self.set(allowed_by).is_some_and(|value| matches!(value.as_str(), "true" | "1"));
        if endpoint.starts_with("http:") && !allowed {
            let reason =
                format!("has a plain http endpoint: use https, or set {allowed_by}=true if nobody can listen in");
            return Err(self.invalid(&reason, None));
        }
        Ok(allowed)
    }

    /// The location cannot be used, for this reason.
    pub(super) fn invalid(&self, reason: &str, source: Option<Box<dyn StdError + Send + Sync>>) -> LakeError {
        invalid(self.url.as_str(), reason, source)
    }
}

/// The same for a location that is no URL, or whose URL must not be shown.
pub(super) fn invalid(location: &str, reason: &str, source: Option<Box<dyn StdError + Send + Sync>>) -> LakeError {
    LakeError::Location { location: location.to_owned(), reason: reason.to_owned(), source }
}

/// How every store is asked.
pub(super) fn client() -> ClientOptions {
    ClientOptions::new().with_timeout(REQUEST_TIMEOUT).with_connect_timeout(CONNECT_TIMEOUT)
}

/// The lake below `prefix` of a store, whose own address is `whole`.
pub(super) fn lake_in(store: Arc<dyn ObjectStore>, whole: &str, prefix: Path) -> Result<Lake, LakeError> {
    let mut url = Url::parse(whole).map_err(|e| invalid(whole, "is not a URL", Some(Box::new(e))))?;
    url.set_path(prefix.as_ref());
    Ok(Lake::with_store(below(store, prefix), url))
}

/// A store whose paths begin below `prefix`.
pub(super) fn below(store: Arc<dyn ObjectStore>, prefix: Path) -> Arc<dyn ObjectStore> {
    if prefix.as_ref().is_empty() { store } else { Arc::new(PrefixStore::new(store, prefix)) }
}

fn is_plain_loopback(endpoint: &str) -> bool {
    Url::parse(endpoint).is_ok_and(|url| {
        let loopback = match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        };
        url.scheme() == "http" && loopback
    })
}
