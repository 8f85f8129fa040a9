//! Bytes IN: token, request budget, retries, and following pages. Knows HTTP; nothing of Arrow or storage.

mod access;
mod attempts;
mod authorization;
mod budget;
mod caller;
mod client;
mod credentials;
mod deadline;
mod error;
mod gate;
mod page_limits;
mod pages;
mod problem;
mod purpose;
mod remedy;
mod retry;
mod sent_log;
mod single;
mod stats;
mod tenant;
#[cfg(test)]
pub(crate) mod testing;
mod token;
mod transport;
mod waits;

pub(crate) use access::Access;
pub(crate) use attempts::Answer;
pub(crate) use authorization::API_VERSION;
pub(crate) use budget::{Budget, REQUESTS_PER_WINDOW};
pub(crate) use client::{Client, ClientOptions};
pub(crate) use credentials::{Application, Credentials, Key, NotAKey, is_legacy_key};
pub(crate) use error::ApiError;
pub(crate) use page_limits::PageLimits;
pub(crate) use pages::{PagesRead, Ways};
pub(crate) use retry::RetryPolicy;
pub(crate) use sent_log::{SentAt, SentLog};
pub(crate) use single::Single;
pub(crate) use stats::RequestCounts;
pub(crate) use tenant::{AddressError, Tenant, is_secure, secure_url};
#[cfg(test)]
pub(crate) use transport::TransportError;
pub(crate) use transport::{HttpTransport, Transport};
pub(crate) use waits::OnWait;
