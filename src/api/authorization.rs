//! What lets requests in: tokens of an application, renewed while there is work, or a key that stays what it is.

use http::HeaderValue;
use tokio::time::Instant;

use super::{caller::Caller, credentials::Key, error::ApiError, token::Tokens};

/// The version of the API that the schemas describe.
pub(crate) const API_VERSION: &str = "2024-11-01";

/// What lets requests in.
pub(super) enum Authorization {
    /// An application, by its token of the hour.
    Application(Box<Tokens>),
    /// A legacy key.
    Key(Key),
}

/// What one request carries.
pub(super) struct Permit {
    /// `Authorization`, marked as sensitive.
    pub(super) header: HeaderValue,
    /// `Api-Version`, where the API has versions.
    pub(super) version: Option<&'static str>,
    /// Whether its age is no reason to refuse it.
    pub(super) is_fresh: bool,
}

impl Authorization {
    /// What a request carries that is sent at `now`; a token minted after `not_before` where that is given, as after a 401.
    ///
    /// # Errors
    /// When there is no token.
    pub(super) async fn permit(&self, not_before: Option<Instant>, now: Instant) -> Result<Permit, ApiError> {
        match self {
            Self::Application(tokens) => {
                let token = tokens.current(not_before).await?;
                let is_fresh = token.is_newer_than(now);
                Ok(Permit { header: token.bearer, version: Some(API_VERSION), is_fresh })
            }
            Self::Key(key) => Ok(Permit { header: key.header(), version: None, is_fresh: true }),
        }
    }

    /// As what we ask.
    pub(super) fn caller(&self) -> Caller {
        match self {
            Self::Application(_) => Caller::Application,
            Self::Key(key) => Caller::Key { has_form: key.has_form() },
        }
    }

    /// What was said, without what lets us in.
    pub(super) fn hidden_in(&self, said: String) -> String {
        match self {
            Self::Application(_) => said,
            Self::Key(key) => key.hidden_in(said),
        }
    }

    /// See [`Tokens::drop_missing_scopes`]. A key has no scopes: what it may see is told by each route.
    ///
    /// # Errors
    /// As there.
    pub(super) async fn drop_missing_scopes(&self) -> Result<Vec<String>, ApiError> {
        match self {
            Self::Application(tokens) => tokens.drop_missing_scopes().await,
            Self::Key(_) => Ok(Vec::new()),
        }
    }
}
