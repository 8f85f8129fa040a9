//! What tests of single requests share: a client whose tenant does one thing after another.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response, header};

use super::{Application, Client, ClientOptions, Credentials, OnWait, RetryPolicy, Tenant, Transport, TransportError};
use crate::clock::SystemClock;

/// What the tenant does with one request.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Does {
    /// Answers with this status and body.
    Answers(u16, &'static str),
    /// Loses it on the way.
    Breaks,
}

/// Gives tokens, and does one thing after another with everything else.
#[derive(Debug)]
pub(crate) struct Scripted {
    script: Mutex<VecDeque<Does>>,
    seen: Mutex<Seen>,
}

/// Requests that were sent.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// Bodies of the requests for tokens.
    pub(crate) tokens: Vec<String>,
    /// Those that reached the tenant.
    pub(crate) requests: Vec<Request<Bytes>>,
}

impl Scripted {
    /// What was sent since the last time.
    pub(crate) fn seen(&self) -> Seen {
        std::mem::take(&mut *self.seen.lock().unwrap())
    }
}

#[async_trait]
impl Transport for Scripted {
    async fn send(&self, request: Request<Bytes>, _: u64) -> Result<Response<Bytes>, TransportError> {
        if request.uri().path() == "/token" {
            self.seen.lock().unwrap().tokens.push(String::from_utf8(request.into_body().to_vec()).unwrap());
            let token = r#"{"access_token":"t","token_type":"Bearer","expires_in":3600}"#;
            return Ok(Response::new(Bytes::from_static(token.as_bytes())));
        }
        self.seen.lock().unwrap().requests.push(request);
        match self.script.lock().unwrap().pop_front().unwrap() {
            Does::Answers(status, body) => {
                let response = Response::builder().status(status).header(header::ETAG, "\"2\"");
                Ok(response.body(Bytes::from_static(body.as_bytes())).unwrap())
            }
            Does::Breaks => Err(TransportError::Broken { what: "the response ended early", source: None }),
        }
    }
}

/// The tenant of the client.
pub(crate) fn tenant() -> Tenant {
    Tenant::new("http://localhost:1").unwrap()
}

/// Nothing waits for the budget, and the clock is the machine's.
pub(crate) fn client_with(credentials: Credentials, transport: Arc<dyn Transport>) -> Client {
    let options = ClientOptions {
        tenant: tenant(),
        credentials,
        requests_per_minute: 1000,
        retry: RetryPolicy::default(),
        seed: 1,
        request_timeout: Duration::from_secs(60),
        max_page_bytes: 1 << 20,
        sent_log: None,
        on_wait: OnWait::new(drop),
    };
    Client::new(options, transport, Arc::new(SystemClock))
}

/// A client that asks for `scope`, and its transport.
pub(crate) fn client(scope: &str, script: impl IntoIterator<Item = Does>) -> (Client, Arc<Scripted>) {
    let transport = Arc::new(Scripted { script: Mutex::new(script.into_iter().collect()), seen: Mutex::default() });
    let credentials = Credentials::OAuth(Application {
        token_url: "http://localhost:1/token".parse().unwrap(),
        client_id: "id".into(),
        client_secret: "secret".into(),
        scopes: vec![scope.into()],
    });
    let client = client_with(credentials, Arc::<Scripted>::clone(&transport));
    (client, transport)
}
