//! Answers that are no page.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{Request, Response, StatusCode, header};
use rand::Rng as _;
use tokio::time::Instant;

use super::{
    faulty::{Answer, FaultyTransport, State},
    kinds::Kind,
};
use crate::api::TransportError;

/// Time after which the client's side gives up on a silent server.
const SILENCE: Duration = Duration::from_secs(60);

impl FaultyTransport {
    /// The answer of a fault that needs no page.
    pub(super) fn failure(
        &self,
        request: &Request<Bytes>,
        struck: Option<Kind>,
        state: &mut State,
        time: &mut Duration,
    ) -> Option<Answer> {
        let kind = struck?;
        let seconds = state.random.random_range(1..=20);
        let status = |status: u16, retry_after: Option<String>| {
            Ok(problem(StatusCode::from_u16(status).unwrap(), retry_after.as_deref()))
        };
        let handle = || self.tenant.handle(request, Instant::now());
        let answer = match kind {
            Kind::TimedOutThere => {
                *time = Duration::from_secs(5);
                status(408, None)
            }
            Kind::LimitSeconds => status(429, Some(seconds.to_string())),
            Kind::LimitDate => {
                let date = SystemTime::from(self.clock.now()) + Duration::from_secs(seconds);
                status(429, Some(httpdate::fmt_http_date(date)))
            }
            Kind::LimitZero => status(429, Some("0".to_owned())),
            Kind::LimitUnsaid => status(429, None),
            Kind::Internal => status(500, None),
            Kind::BadGateway => status(502, None),
            Kind::Unavailable => status(503, None),
            Kind::Reset => Err(broken("the connection failed")),
            Kind::BodyCut => {
                handle();
                Err(broken("the response ended early"))
            }
            Kind::Silence => {
                handle();
                *time = SILENCE;
                Err(broken("the server did not answer in time"))
            }
            Kind::Html => Ok(Response::new(Bytes::from_static(b"<!DOCTYPE html><html><body>Back soon</body></html>"))),
            Kind::JsonCut => {
                let (parts, body) = handle().into_parts();
                let half = body.slice(..body.len() / 2);
                Ok(Response::from_parts(parts, half))
            }
            Kind::Slow => {
                *time = state.random.random_range(Duration::ZERO..=Duration::from_secs(5));
                state.log.strike(kind);
                return None;
            }
            _ => return None,
        };
        state.log.strike(kind);
        Some(answer)
    }
}

fn broken(what: &'static str) -> TransportError {
    TransportError::Broken { what, source: None }
}

pub(super) fn problem(status: StatusCode, retry_after: Option<&str>) -> Response<Bytes> {
    let body = format!(r#"{{"type":null,"title":"Injected","status":{}}}"#, status.as_u16());
    let mut response = Response::builder().status(status).header(header::CONTENT_TYPE, "application/problem+json");
    if let Some(value) = retry_after {
        response = response.header(header::RETRY_AFTER, value);
    }
    response.body(body.into()).unwrap()
}
