//! One request in, one answer out, whatever it came over.
//!
//! A signature is looked for before the body is read, and the answer is given within three seconds, after which the sender
//! would not hear it. Only writing comes before it: everything else is done afterwards, by others.

use std::time::Duration;

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use futures::StreamExt as _;
use http::{
    HeaderName, HeaderValue, Method, Request, Response, StatusCode,
    header::{
        ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS,
    },
};
use tokio::time::{self, Instant};
use url::form_urlencoded;

use super::{
    counts::Counting,
    event,
    keeper::Keeper,
    refused::Refused,
    signature::{Signatures, Signed},
    spool::Fate,
};
use crate::clock::SharedClock;

/// Largest body, in bytes.
const LARGEST_BODY: usize = 1 << 20;
/// Longest challenge, in bytes.
const LONGEST_CHALLENGE: usize = 1024;
/// Within this time a body must have come.
const BODY_WITHIN: Duration = Duration::from_secs(2);
/// Within this time every request is answered: the sender waits three seconds, and the way takes some of them.
const ANSWER_WITHIN: Duration = Duration::from_millis(2500);

/// What a proxy may ask to see whether the receiver is there.
const HEALTH: &str = "/health";

/// Takes requests.
#[derive(Debug)]
pub(super) struct Receiver {
    /// `None` takes what is not signed.
    pub(super) signatures: Option<Signatures>,
    pub(super) keeper: Keeper,
    pub(super) clock: SharedClock,
    pub(super) counting: std::sync::Arc<Counting>,
}

impl Receiver {
    /// Answers a request.
    pub(super) async fn answer(&self, request: Request<Body>) -> Response<Body> {
        let method = request.method().clone();
        let taken = match method {
            Method::POST => self.event(request).await,
            Method::GET | Method::HEAD => self.challenge(&request),
            _ => Err(Refused::Method),
        };
        match taken {
            Ok(text) => respond(StatusCode::OK, text),
            Err(refused) => self.refuse(refused),
        }
    }

    /// Answers what is not taken, and counts it.
    pub(super) fn refuse(&self, refused: Refused) -> Response<Body> {
        self.counting.refused(refused);
        let mut response = respond(refused.status(), format!("{}\n", refused.why()));
        let headers = response.headers_mut();
        if refused == Refused::Method {
            headers.insert(ALLOW, HeaderValue::from_static("GET, HEAD, POST"));
        }
        // The rest of its body is not waited for.
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
        response
    }

    /// Who registers an endpoint is asked for proof that it is theirs: the same text again.
    fn challenge(&self, request: &Request<Body>) -> Result<String, Refused> {
        let query = request.uri().query().unwrap_or_default();
        let value = |name: &str| form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name);
        let challenge = value("echo").or_else(|| value("challenge"));
        match challenge {
            Some((_, text)) if text.len() > LONGEST_CHALLENGE => Err(Refused::LongChallenge),
            Some((_, text)) => {
                self.counting.challenged();
                Ok(text.into_owned())
            }
            None if request.uri().path() == HEALTH => Ok("listening\n".to_owned()),
            None => Err(Refused::NoChallenge),
        }
    }

    /// Keeps what is signed.
    async fn event(&self, request: Request<Body>) -> Result<String, Refused> {
        let begun = Instant::now();
        let (head, body) = request.into_parts();
        let signed = match &self.signatures {
            Some(signatures) => Some((signatures, Signed::read(&head.headers, self.clock.now())?)),
            None => None,
        };
        let told = head.headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
        if told.is_some_and(|length| length > LARGEST_BODY as u64) {
            return Err(Refused::TooLarge);
        }
        let body = time::timeout_at(begun + BODY_WITHIN, whole(body)).await.map_err(|_| Refused::Slow)??;
        if let Some((signatures, signed)) = &signed {
            signatures.check(signed, &body)?;
        }
        let events = event::events(&body).ok_or(Refused::NotJson)?;
        let fates = self.keeper.keep(events, begun + ANSWER_WITHIN).await.ok_or(Refused::NotKept)?;
        self.counting.answered(&fates);
        Ok(if fates.contains(&Fate::Kept) { "kept\n" } else { "known\n" }.to_owned())
    }
}

/// A body to its end.
async fn whole(body: Body) -> Result<Bytes, Refused> {
    let mut chunks = body.into_data_stream();
    let mut whole = BytesMut::new();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| Refused::Broken)?;
        if whole.len() + chunk.len() > LARGEST_BODY {
            return Err(Refused::TooLarge);
        }
        whole.extend_from_slice(&chunk);
    }
    Ok(whole.freeze())
}

/// A text that no browser takes for anything else: a challenge is somebody else's.
fn respond(status: StatusCode, text: impl Into<Body>) -> Response<Body> {
    const HEADERS: [(HeaderName, &str); 4] = [
        (CONTENT_TYPE, "text/plain; charset=utf-8"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (CONTENT_SECURITY_POLICY, "default-src 'none'"),
        (CACHE_CONTROL, "no-store"),
    ];
    let mut response = Response::new(text.into());
    *response.status_mut() = status;
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests;
