//! The network, behind a trait: one request out, one whole response back.

use std::time::Duration;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use futures::TryStreamExt as _;

use crate::page::BoxError;

/// Time to set up a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(20);
/// Time without a byte of the response. Lucca itself gives up after 5 s.
const READ_TIMEOUT: Duration = Duration::from_secs(60);

/// Fewest bytes reserved for a body: one that holds a token fits, so that it leaves no copy behind by growing.
const LEAST_RESERVED: u64 = 16 << 10;
/// Most bytes reserved for a body before it comes.
const MOST_RESERVED: u64 = 4 << 20;

/// Sends requests. Implemented by [`HttpTransport`] for the network and by tests for a fake tenant in the same process.
#[async_trait]
pub(crate) trait Transport: Send + Sync {
    /// Sends one request and reads the whole response, decompressed, up to `max_body_bytes`.
    ///
    /// # Errors
    /// When no whole response came back.
    async fn send(
        &self,
        request: http::Request<Bytes>,
        max_body_bytes: u64,
    ) -> Result<http::Response<Bytes>, TransportError>;
}

/// Why no whole response came back.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TransportError {
    /// The connection failed, timed out, or ended early. Asking again may help.
    #[error("{what}")]
    Broken {
        /// In one phrase, without the address: its query may hold ids.
        what: &'static str,
        /// What the HTTP client said.
        #[source]
        source: Option<BoxError>,
    },
    /// The whole response did not come within the limit of one request. Asking again may help, for less at once in particular.
    #[error("no whole answer within request_timeout_seconds")]
    TimedOut,
    /// The response is larger than anything the API is known to send. Asking again will not help.
    #[error("the response is larger than {max_body_bytes} bytes after decompression")]
    TooLarge {
        /// The cap.
        max_body_bytes: u64,
    },
}

/// HTTP over the network: HTTP/1.1 and 2, TLS by rustls with the system's roots, gzip and br, no redirects.
#[derive(Debug, Clone)]
pub(crate) struct HttpTransport {
    client: reqwest::Client,
    /// For this machine: a proxy would see secrets in clear text, and could not reach it anyway.
    direct: reqwest::Client,
}

impl HttpTransport {
    /// A client with its own connection pool.
    ///
    /// # Errors
    /// When the system's certificates cannot be read.
    pub(crate) fn new() -> Result<Self, TransportError> {
        let builder = || {
            reqwest::Client::builder()
                .user_agent(concat!("lucca-lake/", env!("CARGO_PKG_VERSION")))
                .connect_timeout(CONNECT_TIMEOUT)
                .read_timeout(READ_TIMEOUT)
                .redirect(reqwest::redirect::Policy::none())
                .referer(false)
        };
        let build = |builder: reqwest::ClientBuilder| {
            builder.build().map_err(|e| TransportError::Broken {
                what: "the HTTP client could not be set up",
                source: Some(clean(e)),
            })
        };
        Ok(Self { client: build(builder())?, direct: build(builder().no_proxy())? })
    }
}

#[async_trait]
impl Transport for HttpTransport {
    async fn send(
        &self,
        request: http::Request<Bytes>,
        max_body_bytes: u64,
    ) -> Result<http::Response<Bytes>, TransportError> {
        let request = reqwest::Request::try_from(request).map_err(|e| broken(e, "the request could not be built"))?;
        let client = if request.url().scheme() == "http" { &self.direct } else { &self.client };
        let response = client.execute(request).await.map_err(|e| {
            let what = if e.is_timeout() { "the server did not answer in time" } else { "the connection failed" };
            broken(e, what)
        })?;
        let mut parts = http::Response::new(()).into_parts().0;
        parts.status = response.status();
        parts.headers = response.headers().clone();
        // What the header announces may be untrue, and is the compressed length: it only saves a few copies.
        let announced =
            response.content_length().unwrap_or_default().clamp(LEAST_RESERVED, MOST_RESERVED).min(max_body_bytes);
        let mut body = BytesMut::with_capacity(usize::try_from(announced).unwrap_or_default());
        let mut chunks = response.bytes_stream();
        while let Some(chunk) = chunks.try_next().await.map_err(|e| broken(e, "the response ended early"))? {
            if (body.len() + chunk.len()) as u64 > max_body_bytes {
                return Err(TransportError::TooLarge { max_body_bytes });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(http::Response::from_parts(parts, body.freeze()))
    }
}

fn broken(error: reqwest::Error, what: &'static str) -> TransportError {
    TransportError::Broken { what, source: Some(clean(error)) }
}

/// reqwest's errors print the address; its query may hold ids, and pagination links may hold tokens.
fn clean(error: reqwest::Error) -> BoxError {
    Box::new(error.without_url())
}
