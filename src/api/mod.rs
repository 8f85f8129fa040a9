//! Bytes IN: token, request budget, retries, and following pages. Knows HTTP; nothing of Arrow or storage.

mod access;
mod budget;
mod client;
mod deadline;
mod error;
mod gate;
mod page_limits;
mod pages;
mod problem;
mod retry;
mod sent_log;
mod stats;
mod tenant;
mod token;
mod transport;
mod waits;

pub use access::Access;
pub use budget::{Budget, Place, REQUESTS_PER_WINDOW};
pub use client::{API_VERSION, Client, ClientOptions};
pub use error::ApiError;
pub use page_limits::PageLimits;
pub use pages::{Pages, PagesRead, Ways};
pub use retry::RetryPolicy;
pub use sent_log::{SentAt, SentLog};
pub use stats::{RequestCounts, Stats};
pub use tenant::{AddressError, Tenant, secure_url};
pub use token::{Credentials, is_legacy_key};
pub use transport::{HttpTransport, Transport, TransportError};
pub use waits::{OnWait, Wait};
