//! Each request and what it gets, without a network.

use std::{path::Path, sync::Arc};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use futures::stream;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::*;
use crate::{
    clock::Clock,
    listen::{
        keeper::{Heard, keeper},
        spool::{self, Spool},
    },
};

const NOW: &str = "2026-03-15T06:00:00Z";

#[derive(Debug)]
struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> chrono::DateTime<chrono::Utc> {
        NOW.parse().unwrap()
    }
}

/// A receiver with the secrets `old` and `new`, and the task that writes.
fn receiver(folder: &Path) -> (Receiver, tokio::task::JoinHandle<Result<(), crate::error::Error>>) {
    let heard = Heard { kept: Box::new(|_| {}), sealed: Box::new(|| {}) };
    let (keeper, writer) = keeper(Arc::new(Stopped), heard);
    let spool = Spool::open(folder, 0, Stopped.now()).unwrap();
    let signatures = Signatures::of(vec!["old".into(), "new".into()]);
    let receiver = Receiver { signatures, keeper, clock: Arc::new(Stopped), counting: Arc::default() };
    (receiver, tokio::spawn(writer.run(spool)))
}

fn signed(secret: &str, at: &str, body: &str) -> http::request::Builder {
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap().chain_update(format!("{at}.{body}"));
    let signature = STANDARD.encode(mac.finalize().into_bytes());
    Request::post("/any/path").header("Lucca-Timestamp", at).header("Lucca-Signature", signature)
}

fn event(secret: &str, at: &str, body: &str) -> Request<Body> {
    signed(secret, at, body).body(Body::from(body.to_owned())).unwrap()
}

async fn asked(receiver: &Receiver, request: Request<Body>) -> (u16, String) {
    let response = receiver.answer(request).await;
    let status = response.status().as_u16();
    for (name, value) in [("x-content-type-options", "nosniff"), ("content-type", "text/plain; charset=utf-8")] {
        assert_eq!(response.headers()[name], value);
    }
    let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn what_is_signed_is_kept_once_and_acknowledged_each_time() {
    let here = tempfile::tempdir().unwrap();
    let (receiver, writes) = receiver(here.path());
    let one = "{\"id\":\"1\"}";
    for (secret, at, body, answer) in [
        ("new", NOW, one, "kept\n"),
        ("old", NOW, one, "known\n"),
        ("old", "2026-03-15T05:55:00Z", "{\"id\":\"2\"}", "kept\n"),
        ("new", NOW, "[{\"id\":\"2\"},{\"id\":\"3\"}]", "kept\n"),
        ("new", NOW, "[]", "known\n"),
    ] {
        assert_eq!(asked(&receiver, event(secret, at, body)).await, (200, answer.to_owned()), "{body}");
    }
    let counts = receiver.counting.now();
    assert_eq!(counts.to_string(), "3 events kept, 2 known already");
    drop(receiver);
    writes.await.unwrap().unwrap();
    let sealed = spool::sealed(here.path()).unwrap();
    let content = std::fs::read_to_string(here.path().join(sealed[0].to_string())).unwrap();
    let bodies: Vec<&str> = content.lines().skip(1).step_by(2).collect();
    assert_eq!(bodies, [one, "{\"id\":\"2\"}", "{\"id\":\"3\"}"]);
}

#[tokio::test]
async fn what_is_not_is_refused_with_a_status_that_suspends_nothing() {
    let here = tempfile::tempdir().unwrap();
    let (receiver, _writes) = receiver(here.path());
    let (one, large) = ("{\"id\":\"1\"}", format!("\"{}\"", "x".repeat(LARGEST_BODY - 1)));
    let unsigned = |method: &str| Request::builder().method(method).uri("/").body(Body::from(one)).unwrap();
    let body = |body: Body| signed("new", NOW, one).body(body).unwrap();
    let chunks =
        |each: usize| Body::from_stream(stream::iter((0..each).map(|_| Ok::<_, std::io::Error>("x".repeat(1000)))));
    let broken = Body::from_stream(stream::iter([Ok("{"), Err(std::io::Error::other("gone"))]));
    let announced = signed("new", NOW, one)
        .header("content-length", "99999999")
        .body(Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>()));
    for (what, request, status) in [
        ("unsigned", unsigned("POST"), 401),
        ("another secret", event("other", NOW, one), 401),
        ("too old", event("new", "2026-03-15T05:54:59Z", one), 401),
        ("another body", body(Body::from("{\"id\":\"2\"}")), 401),
        ("no JSON", event("new", NOW, "<event/>"), 400),
        ("no object", event("new", NOW, "7"), 400),
        ("nothing", event("new", NOW, ""), 400),
        ("too large", event("new", NOW, &large), 413),
        ("too large, in pieces", body(chunks(1100)), 413),
        ("too large, by its head", announced.unwrap(), 413),
        ("an end too early", body(broken), 400),
        ("PUT", unsigned("PUT"), 405),
        ("DELETE", unsigned("DELETE"), 405),
        ("no challenge", unsigned("GET"), 400),
    ] {
        let (found, said) = asked(&receiver, request).await;
        assert_eq!(found, status, "{what}: {said}");
        assert!(said.ends_with('\n') && !said.contains("id"), "{said}");
    }
    assert_eq!(receiver.counting.now().to_string(), "0 events kept; 14 refused (400: 5, 401: 4, 405: 2, 413: 3)");
}

#[tokio::test]
async fn a_challenge_is_answered_with_itself_and_nothing_else() {
    let here = tempfile::tempdir().unwrap();
    let (receiver, _writes) = receiver(here.path());
    let get = |target: &str| Request::get(target).body(Body::empty()).unwrap();
    let longest = "x".repeat(LONGEST_CHALLENGE);
    for (target, answer) in [
        ("/?echo=abc-123", "abc-123"),
        ("/hook?x=1&challenge=a%2Bb%3D%C3%A9", "a+b=é"),
        ("/?challenge=b&echo=a", "a"),
        ("/?echo=%3Cscript%3E", "<script>"),
        ("/?echo=", ""),
        (&format!("/?echo={longest}"), longest.as_str()),
        ("/health", "listening\n"),
    ] {
        assert_eq!(asked(&receiver, get(target)).await, (200, answer.to_owned()), "{target}");
    }
    assert_eq!(asked(&receiver, get(&format!("/?echo={longest}x"))).await.0, 400);
    assert_eq!(asked(&receiver, get("/?other=x")).await.0, 400);
}

/// A body that stops coming, and a disk that does not answer: the sender is told in time. The time is turned by hand.
#[tokio::test(start_paused = true)]
async fn it_is_answered_in_time_whatever_is_slow() {
    let (keeper, writer) = keeper(Arc::new(Stopped), Heard { kept: Box::new(|_| {}), sealed: Box::new(|| {}) });
    let signatures = Signatures::of(vec!["new".into()]);
    let receiver = Receiver { signatures, keeper, clock: Arc::new(Stopped), counting: Arc::default() };
    let begun = Instant::now();
    let never = Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>());
    let slow = signed("new", NOW, "{}").body(never).unwrap();
    assert_eq!(asked(&receiver, slow).await, (503, "a body that takes longer than two seconds\n".to_owned()));
    assert_eq!(begun.elapsed(), BODY_WITHIN);
    // Nobody drives the writer.
    let begun = Instant::now();
    assert_eq!(asked(&receiver, event("new", NOW, "{}")).await, (503, "could not be written\n".to_owned()));
    assert_eq!(begun.elapsed(), ANSWER_WITHIN);
    drop(writer);
    assert_eq!(asked(&receiver, event("new", NOW, "{}")).await.0, 503);
}

#[tokio::test]
async fn without_a_secret_everything_that_is_json_is_kept() {
    let here = tempfile::tempdir().unwrap();
    let (receiver, _writes) = receiver(here.path());
    let receiver = Receiver { signatures: None, ..receiver };
    let post = |body: &'static str| Request::post("/").body(Body::from(body)).unwrap();
    assert_eq!(asked(&receiver, post("{\"id\":\"1\"}")).await.0, 200);
    assert_eq!(asked(&receiver, post("")).await.0, 400);
}
