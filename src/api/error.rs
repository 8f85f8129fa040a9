//! What can go wrong between us and the API, by what there is to do about it.

use std::time::Duration;

use http::StatusCode;

use super::{
    caller::Caller,
    purpose::{About, Purpose},
    remedy,
    transport::TransportError,
};
use crate::{exit_code::ExitCode, page::BoxError};

/// Wait after a 429 without a usable `Retry-After`.
const UNSAID_WINDOW_WAIT: Duration = Duration::from_secs(10);

/// Why a collection could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApiError {
    /// The token endpoint does not know us or does not give us the scopes.
    #[error(
        "no token: the token endpoint answered {status} ({said}); check LUCCA_CLIENT_ID and LUCCA_CLIENT_SECRET, and \
         that the application was granted: {scopes}{hint}"
    )]
    TokenRefused {
        /// HTTP status.
        status: StatusCode,
        /// `error` of the body.
        said: String,
        /// Scopes asked for.
        scopes: String,
        /// What else may be wrong; empty when nothing is known.
        hint: &'static str,
    },
    /// The API refuses the request for good.
    #[error("{resource}: the API answered {status} ({said}); {remedy}")]
    Refused {
        /// Collection.
        resource: String,
        /// HTTP status.
        status: StatusCode,
        /// Title, detail and errors of the body.
        said: String,
        /// What to do.
        remedy: String,
        /// What was asked for.
        purpose: Purpose,
        /// Whether it is the size of the page that is refused: the problem details name `limit`.
        limit_refused: bool,
    },
    /// A key that was let in before and no longer is.
    #[error(
        "{resource}: the API answered {status} ({said}) {attempts} times, although it let the API key in before: the key was \
         deleted or renewed, or lost a permission; put the new one into LUCCA_API_KEY or LUCCA_API_KEY_FILE, or tick \
         \"{permission}\" for it, and run the same command again: it goes on where this one ended"
    )]
    Revoked {
        /// Collection, and its route.
        resource: String,
        /// HTTP status.
        status: StatusCode,
        /// What the body says.
        said: String,
        /// Attempts made.
        attempts: u32,
        /// Permission that the route needs.
        permission: String,
    },
    /// The v5 API, asked with a key.
    #[error(
        "{resource} is a collection of API v5, which takes no legacy API key: this needs an OAuth application \
         (LUCCA_CLIENT_ID and LUCCA_CLIENT_SECRET, from <tenant>/identity/admin/integration-keys)"
    )]
    NotForKeys {
        /// Collection.
        resource: String,
    },
    /// A change that must not be sent twice, and was perhaps made.
    #[error("{resource}: {what}: whether the change was made is not known; look before sending it again")]
    Unsure {
        /// Collection.
        resource: String,
        /// What happened instead of an answer.
        what: &'static str,
        /// Its cause.
        #[source]
        source: Option<BoxError>,
    },
    /// Something temporary that did not pass in time.
    #[error("{resource}: {what} after {attempts} attempts{asked}; run the same command again later")]
    Exhausted {
        /// Collection, or the token endpoint.
        resource: String,
        /// What kept happening.
        what: String,
        /// Attempts made.
        attempts: u32,
        /// The wait that the server asked for, where it was too long.
        asked: String,
        /// Whether there was not enough time for it, at the server or on the way.
        timed_out: bool,
        /// Last cause.
        #[source]
        source: Option<BoxError>,
    },
    /// A page whose contents break the declared schema.
    #[error(transparent)]
    Breach(BoxError),
    /// Links between pages that cannot be followed.
    #[error("{resource}: {broken} on page {page}; the API broke its paging contract, nothing was published")]
    Paging {
        /// Collection.
        resource: String,
        /// Number of the page, from 1.
        page: u64,
        /// What is wrong.
        broken: &'static str,
    },
    /// An answer that is JSON, and not what it is documented to be.
    #[error("{resource}: the answer is not what the API is documented to give")]
    Unforeseen {
        /// Collection.
        resource: String,
        /// What is wrong, without the text: it may hold personal values.
        #[source]
        source: BoxError,
    },
    /// A response larger than anything the API is known to send.
    #[error("{resource}: {source}")]
    TooLarge {
        /// Collection.
        resource: String,
        /// The cap.
        #[source]
        source: TransportError,
    },
    /// A request that cannot be written: a setting with characters that HTTP forbids.
    #[error("a request could not be built: {source}")]
    Request {
        /// What HTTP forbids.
        #[source]
        source: http::Error,
    },
    /// The HTTP client could not be set up.
    #[error(transparent)]
    Setup(TransportError),
}

impl ApiError {
    /// Exit code of a run that ends with this.
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::TokenRefused { .. } | Self::Revoked { .. } => ExitCode::Permission,
            Self::Refused { status, purpose, .. } => match (status.as_u16(), purpose) {
                (401 | 403, _) | (404 | 410, Purpose::Page) => ExitCode::Permission,
                (300..=399, _) | (400..=499, Purpose::Change) => ExitCode::Usage,
                _ => ExitCode::Contract,
            },
            Self::Exhausted { .. } => ExitCode::Temporary,
            // Not temporary: whoever runs it again without looking may make the change twice.
            Self::Unsure { .. } => ExitCode::Contract,
            Self::Breach(_) | Self::Paging { .. } | Self::Unforeseen { .. } | Self::TooLarge { .. } => {
                ExitCode::Contract
            }
            Self::Request { .. } | Self::Setup(_) | Self::NotForKeys { .. } => ExitCode::Usage,
        }
    }

    /// Whether the token endpoint gives tokens, but not with these scopes (RFC 6749, 5.2).
    pub(super) fn is_scope_refused(&self) -> bool {
        matches!(self, Self::TokenRefused { said, .. } if said.starts_with("invalid_scope"))
    }

    /// Whether there was not enough time for the request, as when too much is asked for at once.
    pub(super) fn is_timeout(&self) -> bool {
        matches!(self, Self::Exhausted { timed_out: true, .. })
    }

    /// Whether the API refused the size of a page.
    pub(super) fn is_limit_refused(&self) -> bool {
        matches!(self, Self::Refused { limit_refused: true, .. })
    }

    /// Whether a collection is not there for this application: its scope is missing, or its module is not active.
    pub(crate) fn is_inaccessible(&self) -> bool {
        matches!(self, Self::Refused { status, .. } if matches!(status.as_u16(), 403 | 404 | 410))
    }

    /// What the API said where it takes a request for a wrong one.
    pub(crate) fn takes_for_wrong(&self) -> Option<&str> {
        match self {
            Self::Refused { status, said, .. } if matches!(status.as_u16(), 400 | 422) => Some(said),
            _ => None,
        }
    }

    pub(super) fn exhausted(resource: &str, attempts: u32, temporary: Temporary) -> Self {
        let asked = temporary.retry_after.filter(|wait| *wait > Duration::from_secs(60));
        Self::Exhausted {
            resource: resource.to_owned(),
            what: match temporary.said.as_deref() {
                None => temporary.what.to_owned(),
                Some(said) => format!("{} ({said})", temporary.what),
            },
            attempts,
            timed_out: temporary.is_timeout(),
            asked: asked.map(|wait| format!(" (it asks to wait {} s)", wait.as_secs())).unwrap_or_default(),
            source: temporary.source,
        }
    }

    pub(super) fn unforeseen(resource: &str, error: serde_json::Error) -> Self {
        let what = format!("{:?} at line {} column {}", error.classify(), error.line(), error.column());
        Self::Unforeseen { resource: resource.to_owned(), source: what.into() }
    }

    /// An answer that is not what was asked for: `what` is wrong with it.
    pub(crate) fn contrary(resource: &str, what: &'static str) -> Self {
        Self::Unforeseen { resource: resource.to_owned(), source: what.into() }
    }

    pub(crate) fn strange_link(resource: &str) -> Self {
        Self::Unforeseen {
            resource: resource.to_owned(),
            source: "`links.next` leaves the tenant, or has no cursor".into(),
        }
    }

    pub(super) fn unsure(resource: &str, temporary: Temporary) -> Self {
        Self::Unsure { resource: resource.to_owned(), what: temporary.what, source: temporary.source }
    }

    pub(super) fn refused(about: About<'_>, by: Caller, refusal: Refusal) -> Self {
        let Refusal { status, said, limit_refused } = refusal;
        let remedy = remedy::of(about, by, status);
        let said = explained(said);
        Self::Refused { resource: about.name(), status, said, remedy, purpose: about.purpose, limit_refused }
    }

    pub(super) fn revoked(about: About<'_>, refusal: Refusal, attempts: u32) -> Self {
        let (said, permission) = (explained(refusal.said), about.scope.to_owned());
        Self::Revoked { resource: about.name(), status: refusal.status, said, attempts, permission }
    }

    /// Whether it is one record that was asked for, and it is not there.
    pub(crate) fn is_unknown_record(&self) -> bool {
        matches!(self, Self::Refused { status: StatusCode::NOT_FOUND, purpose, .. } if *purpose != Purpose::Page)
    }
}

/// A refusal for good.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    /// What the body says, on one line and without the secret that it may repeat; empty when it says nothing.
    pub(super) said: String,
    /// Whether the body names the size of the page.
    pub(super) limit_refused: bool,
}

fn explained(said: String) -> String {
    if said.is_empty() { "no explanation".to_owned() } else { said }
}

/// Something that may pass.
#[derive(Debug)]
pub(super) struct Temporary {
    pub(super) what: &'static str,
    /// What the body said, where that is worth telling.
    pub(super) said: Option<String>,
    pub(super) status: Option<StatusCode>,
    /// The answer did not come whole within the limit of one request.
    pub(super) cut_off: bool,
    /// The least wait the server asked for.
    pub(super) retry_after: Option<Duration>,
    pub(super) source: Option<BoxError>,
}

impl Temporary {
    pub(super) fn new(what: &'static str) -> Self {
        Self { what, said: None, status: None, cut_off: false, retry_after: None, source: None }
    }

    /// We are not let in any more, although we were before.
    pub(super) fn no_longer_let_in(what: &'static str) -> Self {
        Self { status: Some(StatusCode::UNAUTHORIZED), ..Self::new(what) }
    }

    /// The least wait before asking again. A 429 that does not say how long means a window that others filled, and a
    /// handful of quick attempts would all fall into it.
    pub(super) fn least_wait(&self) -> Option<Duration> {
        match self.retry_after.filter(|wait| !wait.is_zero()) {
            None if self.is_too_many_requests() => Some(UNSAID_WINDOW_WAIT),
            asked => asked,
        }
    }

    pub(super) fn is_too_many_requests(&self) -> bool {
        self.status == Some(StatusCode::TOO_MANY_REQUESTS)
    }

    /// Whether we are not let in any more.
    pub(super) fn is_unauthorized(&self) -> bool {
        self.status == Some(StatusCode::UNAUTHORIZED)
    }

    /// Whether the server gave up on the request, or we on the answer.
    pub(super) fn is_timeout(&self) -> bool {
        self.cut_off || self.status == Some(StatusCode::REQUEST_TIMEOUT)
    }

    /// A broken connection may pass; a response that is too large will not.
    pub(super) fn from_transport(resource: &str, error: TransportError) -> Result<Self, ApiError> {
        match error {
            TransportError::Broken { what, source } => Ok(Self { source, ..Self::new(what) }),
            TransportError::TimedOut => {
                Ok(Self { cut_off: true, ..Self::new("no whole answer within request_timeout_seconds") })
            }
            source @ TransportError::TooLarge { .. } => {
                Err(ApiError::TooLarge { resource: resource.to_owned(), source })
            }
        }
    }
}
