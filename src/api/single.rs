//! One request that is no page: one record, an image, a change.

use bytes::Bytes;
use http::{Method, StatusCode};
use serde::de::IgnoredAny;
use url::Url;

use super::{
    attempts::{Answer, Ask, JSON, Message},
    client::Client,
    error::ApiError,
    purpose::{About, Purpose},
};
use crate::page::Unreadable;

/// One request that is no page.
#[derive(Debug, Clone)]
pub(crate) struct Single<'a> {
    /// Collection, for counts and errors.
    pub(crate) resource: &'a str,
    /// OAuth scope that it needs.
    pub(crate) scope: &'a str,
    /// GET asks; the others change something.
    pub(crate) method: Method,
    /// Of the tenant; see [`super::Tenant::record`].
    pub(crate) url: &'a Url,
    /// `Accept`. What is asked for as JSON is read as JSON: anything else is asked for again.
    pub(crate) accept: &'a str,
    /// `ETag` of what is known already: the answer may be 304 then.
    pub(crate) if_none_match: Option<&'a str>,
    /// JSON to send.
    pub(crate) body: Option<Bytes>,
}

impl<'a> Single<'a> {
    /// Asks for JSON.
    pub(crate) fn get(resource: &'a str, scope: &'a str, url: &'a Url) -> Self {
        Self { resource, scope, method: Method::GET, url, accept: JSON, if_none_match: None, body: None }
    }
}

impl Client {
    /// Sends one request until it is answered, within the budget that all requests share. A POST whose fate is unknown is
    /// not sent again.
    ///
    /// # Errors
    /// When it is refused, or was not answered for too long; see [`ApiError::is_unknown_record`] and [`ApiError::Unsure`].
    pub(crate) async fn single(&self, single: Single<'_>) -> Result<Answer, ApiError> {
        let Single { resource, scope, method, url, accept, if_none_match, body } = &single;
        let purpose = if *method == Method::GET { Purpose::Record } else { Purpose::Change };
        let message = Message { method, url, accept, if_none_match: *if_none_match, body: body.as_ref() };
        let ask = Ask {
            about: About { resource, scope, route: None, purpose },
            message,
            has_simpler: false,
            is_later: false,
        };
        self.ask(ask, |answer| match *accept == JSON && answer.status == StatusCode::OK || purpose == Purpose::Change {
            true => readable(answer),
            false => Ok(answer),
        })
        .await
    }
}

/// An answer that is JSON, or nothing at all.
fn readable(answer: Answer) -> Result<Answer, Unreadable> {
    if !answer.body.is_empty() {
        serde_json::from_slice::<IgnoredAny>(&answer.body).map_err(|error| Unreadable::NotAPage(error.into()))?;
    }
    Ok(answer)
}

#[cfg(test)]
mod tests;
