//! One request until it is answered: budget, token, retries.

use std::{sync::atomic::Ordering, time::Duration};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::{HeaderMap, Method, StatusCode, header};
use serde::de::DeserializeOwned;
use tokio::time::Instant;
use url::Url;

use super::{
    budget::Place,
    client::{API_VERSION, Client, Shared},
    error::{ApiError, Temporary},
    problem,
    purpose::About,
    retry,
    token::Token,
};
use crate::page::Unreadable;

/// Time-outs, of the server (408) or ours, after which a simpler request is made, where there is one.
const TIMEOUTS_THAT_TELL: u32 = 3;
/// Refusals of one request after which its own wait no longer grows.
const REFUSALS_THAT_COUNT: u32 = 5;
/// What most answers are.
pub(super) const JSON: &str = "application/json";

/// One request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ask<'a> {
    pub(super) about: About<'a>,
    pub(super) message: Message<'a>,
    /// Whether the same records can be asked for in smaller pages.
    pub(super) has_simpler: bool,
}

/// What is sent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Message<'a> {
    pub(super) method: &'a Method,
    pub(super) url: &'a Url,
    pub(super) accept: &'a str,
    /// The `ETag` of what is known already.
    pub(super) if_none_match: Option<&'a str>,
    /// JSON.
    pub(super) body: Option<&'a Bytes>,
}

/// A whole answer that is no refusal.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    /// 200, another 2xx to a change, or 304 where an `ETag` was sent.
    pub(crate) status: StatusCode,
    /// As they came.
    pub(crate) headers: HeaderMap,
    /// Decompressed and otherwise as it came.
    pub(crate) body: Bytes,
    /// When it was received.
    pub(crate) received_at: DateTime<Utc>,
}

impl Answer {
    /// The body, read.
    ///
    /// # Errors
    /// When it is other JSON than `T`.
    pub(crate) fn json<T: DeserializeOwned>(&self, resource: &str) -> Result<T, ApiError> {
        serde_json::from_slice(&self.body).map_err(|source| ApiError::unforeseen(resource, source))
    }
}

impl<'a> Message<'a> {
    /// Asks for JSON.
    pub(super) fn get(url: &'a Url) -> Self {
        Self { method: &Method::GET, url, accept: JSON, if_none_match: None, body: None }
    }

    /// Whether sending it twice does no more than sending it once (RFC 9110, 9.2.2); a PATCH of ours names values, never changes of them.
    fn is_repeatable(self) -> bool {
        *self.method != Method::POST
    }

    /// Whether a status is what was asked for.
    fn expects(self, status: StatusCode) -> bool {
        match *self.method {
            Method::GET => {
                status == StatusCode::OK || (status == StatusCode::NOT_MODIFIED && self.if_none_match.is_some())
            }
            _ => status.is_success(),
        }
    }

    fn request(self, token: &Token) -> Result<http::Request<Bytes>, ApiError> {
        let mut request = http::Request::builder()
            .method(self.method)
            .uri(self.url.as_str())
            .header(header::AUTHORIZATION, token.bearer.clone())
            .header(header::ACCEPT, self.accept)
            .header("Api-Version", API_VERSION);
        if let Some(known) = self.if_none_match {
            request = request.header(header::IF_NONE_MATCH, known);
        }
        if self.body.is_some() {
            request = request.header(header::CONTENT_TYPE, JSON);
        }
        request.body(self.body.cloned().unwrap_or_default()).map_err(|source| ApiError::Request { source })
    }
}

/// What came of one attempt.
enum Outcome<T> {
    Read(T),
    /// 401, and its body: perhaps only the token's age.
    TokenRefused(Bytes),
    Later(Temporary),
}

impl Client {
    /// Asks until the answer is read, or for as long as there is hope.
    pub(super) async fn ask<T>(
        &self,
        ask: Ask<'_>,
        read: impl Fn(Answer) -> Result<T, Unreadable>,
    ) -> Result<T, ApiError> {
        let (mut failures, mut refusals, mut timeouts, mut tokens_refused) = (0, 0, 0, 0);
        let mut newer_than = None;
        loop {
            let turn = self.shared.gate.turn().await;
            let place = self.shared.budget.place().await;
            let sent_at = Instant::now();
            let token = self.shared.tokens.current(newer_than).await?;
            let fresh = token.is_newer_than(sent_at);
            let outcome = self.attempt(ask, &token, &read, place).await;
            drop(turn);
            let temporary = match outcome? {
                Outcome::Read(answer) => {
                    self.shared.answered();
                    return Ok(answer);
                }
                Outcome::TokenRefused(body)
                    if newer_than.is_some() && fresh && !self.shared.accepted.load(Ordering::Relaxed) =>
                {
                    return Err(ApiError::refused(ask.about, StatusCode::UNAUTHORIZED, &body));
                }
                Outcome::TokenRefused(_) => {
                    newer_than = Some(sent_at);
                    tokens_refused += 1;
                    Temporary::no_longer_let_in("401 unauthorized, also with a fresh token,")
                }
                Outcome::Later(temporary) => temporary,
            };
            let undone = temporary.is_too_many_requests() || temporary.is_unauthorized();
            if !undone && !ask.message.is_repeatable() {
                self.shared.stats.gave_up(&temporary);
                return Err(ApiError::unsure(ask.about.resource, temporary));
            }
            // A refusal is about everybody's pace, not about this request: patience with it is measured in time.
            let refused = temporary.is_too_many_requests();
            let retry = &self.shared.retry;
            let wait = if refused {
                refusals += 1;
                self.wait_of_refused(refusals, &temporary)
            } else if temporary.is_unauthorized() {
                retry.wait_with_fresh_token(tokens_refused)
            } else {
                failures += 1;
                retry.wait(failures, temporary.least_wait())
            };
            let attempts = failures + refusals + tokens_refused;
            timeouts += u32::from(temporary.is_timeout());
            let give_up = ask.has_simpler && timeouts >= TIMEOUTS_THAT_TELL;
            let Some(wait) = wait.filter(|_| !give_up) else {
                self.shared.stats.gave_up(&temporary);
                return Err(ApiError::exhausted(ask.about.resource, attempts, temporary));
            };
            self.shared.stats.retried(ask.about.resource, attempts, &temporary, wait);
            if refused {
                self.shared.budget.refused(wait);
            }
            tokio::time::sleep(wait).await;
        }
    }

    /// How long to wait after a refusal; `None` when nothing was answered for too long.
    fn wait_of_refused(&self, refusals: u32, temporary: &Temporary) -> Option<Duration> {
        let retry = &self.shared.retry;
        if self.shared.unanswered_for() > retry.longest_starvation() {
            return None;
        }
        // The budget's own pause grows; beyond a few doublings this wait need not.
        retry.wait(refusals.min(REFUSALS_THAT_COUNT), temporary.least_wait())
    }

    async fn attempt<T>(
        &self,
        ask: Ask<'_>,
        token: &Token,
        read: impl Fn(Answer) -> Result<T, Unreadable>,
        place: Place,
    ) -> Result<Outcome<T>, ApiError> {
        let Shared { transport, gate, retry, stats, max_page_bytes, .. } = &*self.shared;
        let message = ask.message;
        stats.requested(ask.about.resource);
        let sent_at = Instant::now();
        let response = transport.send(message.request(token)?, *max_page_bytes).await;
        // The server counted the request by now, whatever becomes of the answer.
        drop(place);
        let response = match response {
            Ok(response) => response,
            Err(error) => return Ok(Outcome::Later(Temporary::from_transport(ask.about.resource, error)?)),
        };
        gate.answered(sent_at.elapsed());
        let status = response.status();
        if let Some(date) = retry::date(&response) {
            stats.dated(date, retry.now());
        }
        if let Some(temporary) = retry::temporary_status(&response, retry.now()) {
            return Ok(Outcome::Later(temporary));
        }
        if status == StatusCode::UNAUTHORIZED {
            return Ok(Outcome::TokenRefused(response.into_body()));
        }
        if !message.expects(status) {
            let again = message.is_repeatable() && problem::is_cut(response.body());
            return match again {
                true => Ok(Outcome::Later(Temporary::new("a refusal that ends early"))),
                false => Err(ApiError::refused(ask.about, status, response.body())),
            };
        }
        stats.received(response.body().len() as u64);
        let (parts, body) = response.into_parts();
        let answer = Answer { status, headers: parts.headers, body, received_at: retry.now() };
        match read(answer) {
            Ok(read) => Ok(Outcome::Read(read)),
            Err(Unreadable::Breach(source)) => Err(ApiError::Breach(source)),
            Err(Unreadable::NotAPage(source)) => {
                let what = "a response with status 200 that is no page";
                Ok(Outcome::Later(Temporary { source: Some(source), ..Temporary::new(what) }))
            }
        }
    }
}
