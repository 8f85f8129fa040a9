//! One request until it is answered: budget, token, retries.

use std::{sync::atomic::Ordering, time::Duration};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::{HeaderMap, Method, StatusCode, header};
use serde::de::DeserializeOwned;
use tokio::time::Instant;
use tracing::Instrument as _;
use url::Url;

use super::{
    authorization::Permit,
    budget::Place,
    client::{Client, Shared},
    error::{ApiError, Refusal, Temporary},
    problem,
    purpose::About,
    retry,
};
use crate::{page::Unreadable, spans};

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
    /// Whether a page before it was given: we may read what is asked for.
    pub(super) is_later: bool,
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

    fn request(self, permit: &Permit) -> Result<http::Request<Bytes>, ApiError> {
        let mut request = http::Request::builder()
            .method(self.method)
            .uri(self.url.as_str())
            .header(header::AUTHORIZATION, permit.header.clone())
            .header(header::ACCEPT, self.accept);
        if let Some(version) = permit.version {
            request = request.header("Api-Version", version);
        }
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
    /// We are not let in: perhaps only the token's age.
    NotLetIn(Refusal),
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
        let (mut newer_than, mut not_let_in) = (None, None);
        let authorization = &self.shared.authorization;
        let caller = authorization.caller();
        if ask.about.route.is_none() && caller.is_key() {
            return Err(ApiError::NotForKeys { resource: ask.about.resource.to_owned() });
        }
        loop {
            let turn = self.shared.gate.turn().await;
            let place = self.shared.budget.place().await;
            let sent_at = Instant::now();
            let permit = authorization.permit(newer_than, sent_at).await?;
            let outcome = self.attempt(ask, &permit, &read, place).await;
            drop(turn);
            let temporary = match outcome? {
                Outcome::Read(answer) => {
                    self.shared.answered();
                    return Ok(answer);
                }
                Outcome::NotLetIn(refusal)
                    if newer_than.is_some() && permit.is_fresh && !self.shared.accepted.load(Ordering::Relaxed) =>
                {
                    return Err(ApiError::refused(ask.about, caller, refusal));
                }
                Outcome::NotLetIn(refusal) => {
                    newer_than = Some(sent_at);
                    tokens_refused += 1;
                    not_let_in = Some(refusal);
                    Temporary::no_longer_let_in(caller.not_let_in())
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
                return Err(match not_let_in.filter(|_| caller.is_key() && temporary.is_unauthorized()) {
                    Some(refusal) => ApiError::revoked(ask.about, refusal, attempts),
                    None => ApiError::exhausted(&ask.about.name(), attempts, temporary),
                });
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
        permit: &Permit,
        read: impl Fn(Answer) -> Result<T, Unreadable>,
        place: Place,
    ) -> Result<Outcome<T>, ApiError> {
        let Shared { transport, gate, retry, stats, max_page_bytes, .. } = &*self.shared;
        let message = ask.message;
        stats.requested(ask.about.resource);
        let sent_at = Instant::now();
        let span = spans::request(message.method, ask.about.resource);
        let response = transport.send(message.request(permit)?, *max_page_bytes).instrument(span.clone()).await;
        spans::answered(&span, response.as_ref().ok().map(http::Response::status));
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
        if !message.expects(status) {
            let temporary = retry::temporary_status(&response, retry.now());
            return self.refusal(ask, status, temporary, response.into_body());
        }
        stats.received(response.body().len() as u64);
        let (parts, body) = response.into_parts();
        let answer = Answer { status, headers: parts.headers, body: body.clone(), received_at: retry.now() };
        match read(answer) {
            Ok(read) => Ok(Outcome::Read(read)),
            Err(Unreadable::Breach(source)) => Err(ApiError::Breach(source)),
            Err(Unreadable::NotAPage(source)) => {
                // The older APIs were seen to refuse with status 200, and the right one in the body.
                if let Some(status) = ask.about.route.and_then(|_| problem::status(&body)) {
                    return self.refusal(ask, status, retry::temporary(status), body);
                }
                let what = "a response with status 200 that is no page";
                Ok(Outcome::Later(Temporary {
                    source: Some(source),
                    said: self.said_on_route(ask, &body),
                    ..Temporary::new(what)
                }))
            }
        }
    }

    /// What to make of an answer that is none; it is `temporary` where its status says so.
    fn refusal<T>(
        &self,
        ask: Ask<'_>,
        status: StatusCode,
        temporary: Option<Temporary>,
        body: Bytes,
    ) -> Result<Outcome<T>, ApiError> {
        let caller = self.shared.authorization.caller();
        // An unknown user is a 500 to v3: asking again does not help.
        let not_there =
            caller.is_key() && status == StatusCode::INTERNAL_SERVER_ERROR && problem::says_not_found(&body);
        if let Some(temporary) = temporary.filter(|_| !not_there) {
            return Ok(Outcome::Later(Temporary { said: self.said_on_route(ask, &body), ..temporary }));
        }
        let limit_refused = status == StatusCode::BAD_REQUEST && problem::names_limit(&body);
        let refusal = Refusal { status, said: self.said(&body), limit_refused };
        // What was read a page ago is not forbidden: the key was changed meanwhile.
        if status == StatusCode::UNAUTHORIZED || (caller.is_key() && ask.is_later && status == StatusCode::FORBIDDEN) {
            return Ok(Outcome::NotLetIn(refusal));
        }
        match ask.message.is_repeatable() && problem::is_cut(&body) {
            true => Ok(Outcome::Later(Temporary::new("a refusal that ends early"))),
            false => Err(ApiError::refused(ask.about, caller, refusal)),
        }
    }

    /// What a body says, without the secret that it may repeat.
    fn said(&self, body: &[u8]) -> String {
        self.shared.authorization.hidden_in(problem::problem(body))
    }

    /// The same of a route of the older APIs: they say more than their status of what may pass.
    fn said_on_route(&self, ask: Ask<'_>, body: &[u8]) -> Option<String> {
        ask.about.route?;
        Some(self.said(body)).filter(|said| !said.is_empty())
    }
}

#[cfg(test)]
mod tests;
