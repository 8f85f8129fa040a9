//! The tenant over HTTP/1.1 on a listener of the caller's choice.

use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, HeaderMap, HeaderValue, VARY};
use tokio::net::TcpListener;
use tokio::time::Instant;

use super::FakeTenant;
use super::sender::Sender;

/// Largest request body read, in bytes; no documented request needs more.
const MAX_BODY_BYTES: usize = 1024 * 1024;
/// Bodies below this size, in bytes, are sent as they are.
const MIN_GZIP_BYTES: usize = 1024;

/// A tenant, and who sends its webhooks.
#[derive(Clone)]
struct Served {
    tenant: Arc<FakeTenant>,
    sender: Option<Arc<Sender>>,
}

/// Serves the tenant until `shutdown` completes and the open requests are answered. Its webhooks are not sent.
///
/// # Errors
/// What the listener fails with.
pub async fn serve(
    tenant: Arc<FakeTenant>,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let router = Router::new().fallback(answer).with_state(Served { tenant, sender: None });
    axum::serve(listener, router).with_graceful_shutdown(shutdown).await
}

/// The same, and sends its webhooks to endpoints on this machine: an address is asked for proof before it is active, deliveries
/// are tried again as the API does it. With `change_every`, people join, leave and move meanwhile, see
/// [`FakeTenant::change`].
///
/// # Errors
/// What the listener fails with, and when nothing can be sent.
pub async fn serve_and_send(
    tenant: Arc<FakeTenant>,
    listener: TcpListener,
    change_every: Option<Duration>,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let sender = Arc::new(Sender::new(Arc::clone(&tenant)).map_err(io::Error::other)?);
    let router = Router::new().fallback(answer).with_state(Served { tenant, sender: Some(Arc::clone(&sender)) });
    tokio::select! {
        served = axum::serve(listener, router).with_graceful_shutdown(shutdown) => served,
        () = sender.run(change_every) => Ok(()),
    }
}

async fn answer(State(Served { tenant, sender }): State<Served>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, MAX_BODY_BYTES).await else {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = http::StatusCode::PAYLOAD_TOO_LARGE;
        return response;
    };
    let request = http::Request::from_parts(parts, body);
    if tenant.options().latency > Duration::ZERO && request.uri().path() != "/connect/token" {
        tokio::time::sleep(tenant.options().latency).await;
    }
    if let Some(sender) = &sender {
        sender.challenge(&request).await;
    }
    let (mut parts, body) = tenant.handle(&request, Instant::now()).into_parts();
    if let Some(sender) = sender.filter(|_| request.method() != http::Method::GET) {
        sender.look();
    }
    let gzip = if accepts_gzip(request.headers()) { compressed(&body) } else { None };
    let body = match gzip {
        Some(smaller) => {
            parts.headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            smaller
        }
        None => body,
    };
    parts.headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
    Response::from_parts(parts, Body::from(body))
}

/// Whether `gzip` is among the accepted encodings and not refused by `q=0`.
fn accepts_gzip(headers: &HeaderMap) -> bool {
    let values = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|encoding| {
        let (name, weight) = encoding.split_once(';').unwrap_or((encoding, ""));
        let refused = weight.trim().strip_prefix("q=").and_then(|q| q.parse::<f32>().ok()).is_some_and(|q| q <= 0.0);
        matches!(name.trim(), "gzip" | "x-gzip") && !refused
    })
}

/// The body in gzip, if that is worth it.
fn compressed(body: &[u8]) -> Option<Bytes> {
    if body.len() < MIN_GZIP_BYTES {
        return None;
    }
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 4), Compression::fast());
    encoder.write_all(body).ok()?;
    encoder.finish().ok().map(Bytes::from)
}
