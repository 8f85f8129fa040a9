//! What can go wrong between us and the API, by what there is to do about it.

use std::time::Duration;

use http::StatusCode;

use super::{
    problem,
    purpose::{About, Purpose},
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
            Self::TokenRefused { .. } => ExitCode::Permission,
            Self::Refused { status, purpose, .. } => match (status.as_u16(), purpose) {
                (401 | 403, _) | (404, Purpose::Page) => ExitCode::Permission,
                (300..=399, _) | (400..=499, Purpose::Change) => ExitCode::Usage,
                _ => ExitCode::Contract,
            },
            Self::Exhausted { .. } => ExitCode::Temporary,
            // Not temporary: whoever runs it again without looking may make the change twice.
            Self::Unsure { .. } => ExitCode::Contract,
            Self::Breach(_) | Self::Paging { .. } | Self::Unforeseen { .. } | Self::TooLarge { .. } => {
                ExitCode::Contract
            }
            Self::Request { .. } | Self::Setup(_) => ExitCode::Usage,
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
        matches!(self, Self::Refused { status, .. } if matches!(status.as_u16(), 403 | 404))
    }

    pub(super) fn exhausted(resource: &str, attempts: u32, temporary: Temporary) -> Self {
        let asked = temporary.retry_after.filter(|wait| *wait > Duration::from_secs(60));
        Self::Exhausted {
            resource: resource.to_owned(),
            what: temporary.what.to_owned(),
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

    pub(super) fn refused(about: About<'_>, status: StatusCode, body: &[u8]) -> Self {
        let About { resource, scope, purpose } = about;
        let remedy = match (status.as_u16(), purpose) {
            (401, _) => "a fresh token was refused: check that the application belongs to this tenant".to_owned(),
            (403, Purpose::Page) => format!(
                "grant the scope {scope} to the application, leave the table out with --tables, or allow its absence with \
                 --optional-tables"
            ),
            (403, _) => format!("grant the scope {scope} to the application"),
            (404, Purpose::Page) => {
                "the collection is not accessible: check the tenant's address and that its module is active".to_owned()
            }
            (404, _) => "there is no such record, or the application may not see it".to_owned(),
            (300..=399, _) => {
                "a redirect is not followed: check that LUCCA_BASE_URL is the tenant's own address".to_owned()
            }
            (_, Purpose::Page) => "the API does not take this request: please report it".to_owned(),
            (_, Purpose::Record) => "check what was asked for".to_owned(),
            (_, Purpose::Change) => "nothing was changed; correct what it names".to_owned(),
        };
        let said = problem::problem(body);
        let said = if said.is_empty() { "no explanation".to_owned() } else { said };
        let limit_refused = status == StatusCode::BAD_REQUEST && problem::names_limit(body);
        Self::Refused { resource: resource.to_owned(), status, said, remedy, purpose, limit_refused }
    }

    /// Whether it is one record that was asked for, and it is not there.
    pub(crate) fn is_unknown_record(&self) -> bool {
        matches!(self, Self::Refused { status: StatusCode::NOT_FOUND, purpose, .. } if *purpose != Purpose::Page)
    }
}

/// Something that may pass.
#[derive(Debug)]
pub(super) struct Temporary {
    pub(super) what: &'static str,
    pub(super) status: Option<StatusCode>,
    /// The answer did not come whole within the limit of one request.
    pub(super) cut_off: bool,
    /// The least wait the server asked for.
    pub(super) retry_after: Option<Duration>,
    pub(super) source: Option<BoxError>,
}

impl Temporary {
    pub(super) fn new(what: &'static str) -> Self {
        Self { what, status: None, cut_off: false, retry_after: None, source: None }
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
