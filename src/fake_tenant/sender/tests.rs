//! What is sent over a real socket, and what comes of it.

use std::sync::Mutex;

use axum::Router;
use axum::extract::State;
use http::StatusCode;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use super::*;
use crate::fake_tenant::Options;
use crate::fake_tenant::tests::options;

/// An address that answers with these statuses, one after another and then 200, and tells what it was sent.
async fn receiver(statuses: Vec<u16>) -> (String, mpsc::UnboundedReceiver<(http::HeaderMap, Value)>) {
    let (tell, told) = mpsc::unbounded_channel();
    let statuses = Arc::new(Mutex::new(statuses));
    let answer = async |State((statuses, tell)): State<(Arc<Mutex<Vec<u16>>>, mpsc::UnboundedSender<_>)>,
                        request: axum::extract::Request| {
        if request.method() == http::Method::GET {
            let query = request.uri().query().unwrap_or_default().to_owned();
            return (StatusCode::OK, query.trim_start_matches("x=1&echo=").to_owned());
        }
        let (head, body) = request.into_parts();
        let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
        tell.send((head.headers, serde_json::from_slice(&body).unwrap())).unwrap();
        let next = statuses.lock().unwrap().pop().unwrap_or(200);
        (StatusCode::from_u16(next).unwrap(), String::new())
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let router = Router::new().fallback(answer).with_state((statuses, tell));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, told)
}

fn tenant() -> Arc<FakeTenant> {
    let retry_delays = [Duration::from_millis(1); 4];
    Arc::new(FakeTenant::new(Options { retry_delays, ..options(60) }))
}

fn sends(tenant: &Arc<FakeTenant>, change_every: Option<Duration>) -> Arc<Sender> {
    let sender = Arc::new(Sender::new(Arc::clone(tenant)).unwrap());
    tokio::spawn(Arc::clone(&sender).run(change_every));
    sender
}

fn endpoint(tenant: &FakeTenant) -> Value {
    tenant.records("webhook-endpoints").last().unwrap()
}

#[tokio::test]
async fn what_changes_is_sent_signed_until_it_is_taken() {
    let tenant = tenant();
    let (url, mut told) = receiver(vec![503, 401]).await;
    let secret = tenant.declare_endpoint(&url, Instant::now()).unwrap();
    let _sends = sends(&tenant, Some(Duration::from_millis(20)));
    let (mut topics, mut ids) = (Vec::new(), Vec::new());
    while ids.len() < 7 {
        let (headers, event) = told.recv().await.unwrap();
        assert_eq!(
            (headers["content-type"].to_str().unwrap(), headers["lucca-signature"].len()),
            ("application/json", 44)
        );
        topics.push(event["topic"].as_str().unwrap().to_owned());
        ids.push(event["id"].as_str().unwrap().to_owned());
        ids.sort();
        ids.dedup();
    }
    for topic in
        ["employee.created", "employment.created", "job-position.created", "employment.updated", "job-position.updated"]
    {
        assert!(topics.iter().any(|told| told == topic), "{topic}: {topics:?}");
    }
    assert!(topics.len() > ids.len(), "what was not taken came again");
    assert_eq!(secret.len(), 64);
}

#[tokio::test]
async fn an_address_that_is_gone_is_suspended() {
    let tenant = tenant();
    let (url, mut told) = receiver(vec![410]).await;
    tenant.declare_endpoint(&url, Instant::now()).unwrap();
    tenant.change(1, Instant::now());
    let sender = sends(&tenant, None);
    sender.look();
    told.recv().await.unwrap();
    while endpoint(&tenant)["status"] != "suspended" {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn an_address_proves_that_it_listens() {
    let tenant = tenant();
    let sender = Sender::new(Arc::clone(&tenant)).unwrap();
    let (url, _told) = receiver(Vec::new()).await;
    let proves = async |address: String| sender.proves(here(&address).unwrap()).await;
    assert_eq!(proves(format!("{url}?x=1")).await, Some(true));
    assert_eq!(proves(url).await, Some(false), "it answers with another text");
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    assert_eq!(proves(format!("http://{closed}/")).await, None);
    for elsewhere in ["https://hooks.example.com/", "http://192.0.2.1/", "ftp://127.0.0.1/", "nothing"] {
        assert_eq!(here(elsewhere), None, "{elsewhere}");
        assert_eq!(tenant.declare_endpoint(elsewhere, Instant::now()), None, "{elsewhere}");
    }
}

#[test]
fn a_change_is_a_function_of_its_number() {
    let of = |number: u64| {
        let (tenant, now) = (tenant(), Instant::now());
        tenant.declare_endpoint("http://127.0.0.1/", now).unwrap();
        tenant.change(number, now);
        let body = |due: Due| serde_json::from_slice::<Value>(&due.body).unwrap();
        tenant.due_deliveries(now).into_iter().map(body).collect::<Vec<_>>()
    };
    let topics = |number: u64| of(number).iter().map(|event| event["topic"].clone()).collect::<Vec<_>>();
    for number in 0..30 {
        assert_eq!(of(number), of(number));
        let expected = match number % 3 {
            0 => json!(["employee.created", "employment.created", "job-position.created"]),
            1 => json!(["employment.updated"]),
            _ => json!(["job-position.updated"]),
        };
        assert_eq!(json!(topics(number)), expected);
    }
    let joiner = of(3);
    assert_eq!(joiner[0]["data"]["id"], joiner[1]["data"]["employee"]["id"]);
    assert_eq!(of(1)[0]["previousAttributes"], json!({"end": null}));
}
