//! An S3 endpoint in this process, on loopback, that fails as it is told: real HTTP, real signatures, no second program.
//!
//! With `LUCCA_TEST_BUCKET` the cases that need no faults of the server's own run in the bucket that it names instead, opened as the
//! program opens a lake: an S3 that is not ours, Azure storage, or Google's. `tests/acceptance/other_stores.py` does that.

mod backend;

use std::{
    fmt,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use http::{Method, Request, Response, StatusCode};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use object_store::{
    BackoffConfig, ClientOptions, ObjectStore, RetryConfig,
    aws::{AmazonS3Builder, S3ConditionalPut},
    path::Path,
    prefix::PrefixStore,
};
use s3s::{
    Body, HttpError,
    auth::SimpleAuth,
    service::{S3Service, S3ServiceBuilder},
};
use tokio::net::TcpListener;

pub(super) use backend::Bucket;

use crate::lake::Lake;

/// The one bucket, and the key that opens it.
const BUCKET: &str = "lake";
const KEY_ID: &str = "test";
const SECRET: &str = "canary-s3-secret";

/// A request, as the rule of a server sees it.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) method: Method,
    /// Lake-relative; empty for a listing or a deletion of many.
    pub(super) path: String,
    pub(super) query: String,
    /// Whether it must succeed only if the object is absent or unchanged.
    pub(super) conditional: bool,
}

impl Asked {
    fn of(request: &Request<Incoming>) -> Self {
        let path = request.uri().path().trim_start_matches('/');
        let path = path.strip_prefix(BUCKET).unwrap_or(path).trim_start_matches('/');
        let path = path.split_once('/').map_or("", |(_prefix, path)| path).replace("%3D", "=");
        let has = |name: http::HeaderName| request.headers().contains_key(name);
        Self {
            method: request.method().clone(),
            path,
            query: request.uri().query().unwrap_or_default().to_owned(),
            conditional: has(http::header::IF_NONE_MATCH) || has(http::header::IF_MATCH),
        }
    }

    /// Whether it changes the bucket.
    pub(super) fn is_change(&self) -> bool {
        !matches!(self.method, Method::GET | Method::HEAD)
    }
}

/// What becomes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Served {
    /// As S3 does.
    Well,
    /// 503 SlowDown; nothing happens.
    SlowDown,
    /// 500 after it happened.
    FailedLate,
    /// The connection ends without an answer; nothing happens.
    Closed,
    /// The connection ends without an answer after it happened.
    ClosedLate,
    /// It does not happen, and no answer ever comes.
    Dead,
}

type Rule = dyn Fn(&Asked) -> Served + Send + Sync;

/// A running endpoint. It ends with the test's runtime.
#[derive(Clone)]
pub(super) struct Server {
    pub(super) bucket: Bucket,
    rule: Arc<Mutex<Arc<Rule>>>,
    requests: Arc<AtomicUsize>,
    under_way: Arc<AtomicUsize>,
    endpoint: String,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

impl Server {
    /// Starts one on a free port.
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let bucket = Bucket::default();
        let mut service = S3ServiceBuilder::new(bucket.clone());
        service.set_auth(SimpleAuth::from_single(KEY_ID, SECRET));
        let server = Self {
            bucket,
            rule: Arc::new(Mutex::new(Arc::new(|_| Served::Well))),
            requests: Arc::default(),
            under_way: Arc::default(),
            endpoint,
        };
        tokio::spawn(server.clone().listen(listener, service.build()));
        server
    }

    /// From now on requests are served as `rule` says.
    pub(super) fn serve(&self, rule: impl Fn(&Asked) -> Served + Send + Sync + 'static) {
        *self.rule.lock().unwrap() = Arc::new(rule);
    }

    /// From now on nothing fails.
    pub(super) fn heal(&self) {
        self.serve(|_| Served::Well);
    }

    /// Requests so far.
    pub(super) fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }

    /// Requests that are being carried out.
    pub(super) fn under_way(&self) -> usize {
        self.under_way.load(Ordering::SeqCst)
    }

    /// A client that gives up at the first failure.
    pub(super) fn client(&self, prefix: &str) -> Arc<dyn ObjectStore> {
        client(&self.endpoint, SECRET, prefix, 0)
    }

    /// A client that tries again, as the program's does, without waiting long.
    pub(super) fn patient_client(&self, prefix: &str) -> Arc<dyn ObjectStore> {
        client(&self.endpoint, SECRET, prefix, 3)
    }

    /// A client with another secret.
    pub(super) fn stranger(&self, prefix: &str) -> Arc<dyn ObjectStore> {
        client(&self.endpoint, "guessed", prefix, 0)
    }

    /// The environment that leads the program to this endpoint.
    pub(super) fn env(&self) -> impl Fn(&str) -> Option<String> + use<> {
        let endpoint = self.endpoint.clone();
        move |name| match name {
            "AWS_ENDPOINT_URL" => Some(endpoint.clone()),
            "AWS_ACCESS_KEY_ID" => Some(KEY_ID.to_owned()),
            "AWS_SECRET_ACCESS_KEY" => Some(SECRET.to_owned()),
            _ => None,
        }
    }

    async fn listen(self, listener: TcpListener, service: S3Service) {
        while let Ok((stream, _)) = listener.accept().await {
            let (server, service) = (self.clone(), service.clone());
            let answer = service_fn(move |request| server.clone().answer(service.clone(), request));
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), answer));
        }
    }

    async fn answer(self, service: S3Service, request: Request<Incoming>) -> Result<Response<Body>, HttpError> {
        self.requests.fetch_add(1, Ordering::SeqCst);
        let rule = Arc::clone(&*self.rule.lock().unwrap());
        let served = rule(&Asked::of(&request));
        if request.uri().path().trim_start_matches('/').split('/').next() != Some(BUCKET) {
            return Ok(refusal(StatusCode::NOT_FOUND, "NoSuchBucket"));
        }
        if matches!(served, Served::Well | Served::FailedLate | Served::ClosedLate) {
            self.under_way.fetch_add(1, Ordering::SeqCst);
            let response = service.call(request.map(Body::from)).await;
            self.under_way.fetch_sub(1, Ordering::SeqCst);
            let response = response?;
            match served {
                Served::Well => return Ok(response),
                Served::FailedLate => return Ok(refusal(StatusCode::INTERNAL_SERVER_ERROR, "InternalError")),
                _ => {}
            }
        }
        match served {
            Served::SlowDown => Ok(refusal(StatusCode::SERVICE_UNAVAILABLE, "SlowDown")),
            Served::Dead => std::future::pending().await,
            _ => Err(HttpError::new("closed as the test wants".into())),
        }
    }
}

fn refusal(status: StatusCode, code: &str) -> Response<Body> {
    let body = format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>as the test wants</Message></Error>");
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response
}

fn client(endpoint: &str, secret: &str, prefix: &str, max_retries: usize) -> Arc<dyn ObjectStore> {
    let (init_backoff, max_backoff) = (Duration::from_millis(1), Duration::from_millis(2));
    let backoff = BackoffConfig { init_backoff, max_backoff, base: 2. };
    let store = AmazonS3Builder::new()
        .with_bucket_name(BUCKET)
        .with_endpoint(endpoint)
        .with_region("eu-west-3")
        .with_access_key_id(KEY_ID)
        .with_secret_access_key(secret)
        .with_client_options(ClientOptions::new().with_allow_http(true).with_timeout(Duration::from_secs(20)))
        .with_conditional_put(S3ConditionalPut::ETagMatch)
        .with_retry(RetryConfig { backoff, max_retries, retry_timeout: Duration::from_secs(20) })
        .build()
        .unwrap();
    Arc::new(PrefixStore::new(store, Path::from(prefix)))
}

/// A place of its own in the bucket that the suite is run on: the one named by `LUCCA_TEST_BUCKET`, or else a new S3.
pub(super) async fn place() -> Arc<dyn ObjectStore> {
    match std::env::var("LUCCA_TEST_BUCKET") {
        Ok(bucket) => {
            static PLACES: AtomicUsize = AtomicUsize::new(0);
            let number = PLACES.fetch_add(1, Ordering::SeqCst);
            let place = format!("{bucket}/test-{}-{number}", std::process::id());
            Lake::open(&place, &|name| std::env::var(name).ok()).unwrap().store()
        }
        Err(_) => Server::start().await.patient_client("test"),
    }
}
