//! What is asked of Google Cloud Storage when a file is copied: the library's client has the two kinds the wrong way round.

use http::{Request, Response};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use std::sync::Mutex;
use tokio::net::TcpListener;

use super::*;

/// The key of an account that asks for no token.
pub(super) const NO_TOKEN: &str =
    r#"{"client_email": "", "private_key": "", "private_key_id": "", "disable_oauth": true}"#;

/// Starts a server that grants every request, and returns its address and what it was asked for: whether only if nothing is there.
async fn server() -> (String, Arc<Mutex<Vec<bool>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let seen = Arc::clone(&seen);
            let answer = service_fn(move |request: Request<Incoming>| {
                assert_eq!(request.headers()["x-goog-copy-source"], "lake/test%2Ffrom");
                let absent = request.headers().get("x-goog-if-generation-match").map(|value| value.as_bytes() == b"0");
                seen.lock().unwrap().push(absent.unwrap_or(false));
                std::future::ready(Ok::<_, std::convert::Infallible>(Response::new(String::new())))
            });
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), answer));
        }
    });
    (address, asked)
}

#[tokio::test]
async fn a_copy_overwrites_only_where_it_may() {
    let (address, asked) = server().await;
    let env = |name: &str| match name {
        "GOOGLE_BASE_URL" => Some(address.clone()),
        "GOOGLE_SERVICE_ACCOUNT_KEY" => Some(NO_TOKEN.to_owned()),
        _ => None,
    };
    let store = Lake::open("gs://lake/test", &env).unwrap().store();
    let (from, to) = (Path::from("from"), Path::from("to"));
    store.copy(&from, &to).await.unwrap();
    assert_eq!(*asked.lock().unwrap(), [false], "a run that publishes again copies over its own file");
    store.copy_if_not_exists(&from, &to).await.unwrap();
    assert_eq!(*asked.lock().unwrap(), [false, true]);
}
