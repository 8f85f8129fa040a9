//! Webhooks as a client and a sender meet them.

use std::collections::BTreeSet;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::signature::sign;
use super::{Due, News, Outcome};
use crate::fake_tenant::tests::{Client, ids, json, options};
use crate::fake_tenant::{EventOrder, Options};

const LISTS: [&str; 4] = ["webhook-endpoints", "webhook-deliveries", "webhook-delivery-attempts", "events"];

impl Client {
    fn ask(&self, method: &str, path: &str, body: impl ToString) -> Response<Bytes> {
        let request = self.asking(method, path, body);
        self.tenant.handle(&request, self.now)
    }

    fn asking(&self, method: &str, path: &str, body: impl ToString) -> Request<Bytes> {
        Request::builder()
            .method(method)
            .uri(format!("/lucca-api/{path}"))
            .header("host", "tenant.test")
            .header("authorization", format!("Bearer {}", self.token))
            .header("api-version", "2024-11-01")
            .body(Bytes::from(body.to_string()))
            .unwrap()
    }

    /// A new active endpoint for employees' updates: its id and secret.
    fn endpoint(&self) -> (String, String) {
        let answer = json(&self.ask("POST", "webhook-endpoints", endpoint()));
        let text = |name: &str| answer[name].as_str().unwrap().to_owned();
        (text("id"), text("secret"))
    }

    fn status_of(&self, endpoint: &str) -> Value {
        self.get(&format!("webhook-endpoints/{endpoint}"))["status"].clone()
    }

    fn due(&self) -> Vec<Due> {
        self.tenant.due_deliveries(self.now)
    }

    fn attempted(&self, due: &Due, status: u16) {
        self.tenant.attempted(due, &Outcome::Answered { status, body: "why".to_owned() }, self.now);
    }
}

fn endpoint() -> Value {
    json!({
        "name": "Test",
        "webhookUrl": "https://hooks.example.com/1",
        "apiVersion": "2024-11-01",
        "topics": ["employee.updated"],
        "status": "active",
    })
}

fn news(topic: &str) -> News {
    News {
        topic: topic.to_owned(),
        data: json!({"id": "8", "type": "employee"}),
        previous_attributes: Some(json!({"email": null})),
        business_establishment: Some("2".to_owned()),
    }
}

#[test]
fn each_collection_is_paged_and_each_record_found() {
    let client = Client::new(options(250));
    for list in LISTS {
        let walked = client.walk(&format!("{list}?include=links&limit=7"));
        let records = client.records(list);
        let all: Vec<String> = records.iter().map(|record| record["id"].as_str().unwrap().to_owned()).collect();
        assert_eq!(walked, all, "{list}");
        assert!(all.len() > if list == "webhook-endpoints" { 1 } else { 30 }, "{list}: {}", all.len());
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
        for (id, record) in all.iter().zip(&records).take(20) {
            let url = record["url"].as_str().unwrap();
            assert!(url.ends_with(&format!("/lucca-api/{list}/{id}")), "{url}");
            let mut single = client.get(&format!("{list}/{id}"));
            single["url"] = record["url"].clone();
            assert_eq!(single["id"], record["id"]);
            assert!(single.get("secret").is_none());
        }
        for path in [format!("{list}/0"), format!("{list}/x"), format!("{list}/"), format!("{list}/1/2")] {
            assert_eq!(client.status(&path), 404, "{path}");
        }
        assert_eq!(client.status(&format!("{list}?colour=blue")), 400);
        assert_eq!(client.status(&format!("{list}?limit=101")), 400);
    }
}

#[test]
fn events_tell_what_changed_in_two_months() {
    let client = Client::new(options(250));
    let events = client.records("events");
    let topics: BTreeSet<&str> = events.iter().map(|event| event["topic"].as_str().unwrap()).collect();
    for topic in ["employee.created", "employee.updated", "employment.created", "job-position.updated"] {
        assert!(topics.contains(topic), "{topic} in {topics:?}");
    }
    let mut before = String::new();
    for event in &events {
        let (at, topic) = (event["occurredAt"].as_str().unwrap(), event["topic"].as_str().unwrap());
        assert!((before.as_str()..="2026-03-15").contains(&at) && at >= "2026-01-15", "{at}");
        before = at.to_owned();
        let (resource, change) = topic.split_once('.').unwrap();
        assert_eq!(event["data"]["type"], resource);
        assert_eq!(event.get("previousAttributes").is_some(), {
            change == "updated" && ["employee", "employment", "job-position"].contains(&resource)
        });
        if change == "created" && event["data"].get("createdAt").is_some() {
            assert_eq!(event["data"]["createdAt"], event["data"]["lastUpdatedAt"], "just after it was made");
        }
    }
    let newest = Client::new(Options { event_order: EventOrder::NewestFirst, ..options(250) });
    let mut backwards = newest.walk("events?include=links&limit=30");
    backwards.reverse();
    assert_eq!(backwards, client.walk("events?include=links&limit=30"));
    let statuses = ["scheduled", "delivered", "failed"]
        .map(|status| ids(&client.get(&format!("events?status={status}&limit=100"))).len());
    assert!(statuses.iter().all(|some| *some > 0), "{statuses:?}");
}

#[test]
fn embedded_holds_what_is_referred_to() {
    let client = Client::new(options(250));
    let page = client.get("webhook-delivery-attempts?include=embedded&limit=3");
    for attempt in page["items"].as_array().unwrap() {
        let delivery = &page["embedded"]["webhook-delivery"][attempt["webhookDelivery"]["id"].as_str().unwrap()];
        let event = &page["embedded"]["event"][delivery["event"]["id"].as_str().unwrap()];
        assert_eq!((&delivery["type"], &event["type"]), (&json!("webhook-delivery"), &json!("event")));
        let single =
            client.get(&format!("webhook-deliveries/{}?include=embedded,links", delivery["id"].as_str().unwrap()));
        assert_eq!(&single["embedded"]["event"][event["id"].as_str().unwrap()], event);
        let attempts = single["links"]["attempts"]["href"].as_str().unwrap();
        assert!(client.ids(attempts).contains(&attempt["id"].as_str().unwrap().to_owned()));
        assert_eq!(client.ids(attempts).len() as u64, single["attemptsCount"].as_u64().unwrap());
    }
    assert_eq!(client.get("events?include=embedded&limit=1")["embedded"], json!({}));
}

#[test]
fn an_endpoint_is_made_changed_and_deleted() {
    let client = Client::new(options(10));
    let made = client.ask("POST", "webhook-endpoints", endpoint());
    assert_eq!(made.status(), 201);
    let record = json(&made);
    assert_eq!(made.headers()["location"], record["url"].as_str().unwrap());
    let secret = record["secret"].as_str().unwrap();
    assert!(secret.len() == 64 && secret.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
    assert_eq!(record["businessEstablishments"], Value::Null);
    assert_eq!(record["createdAt"], "2026-03-15T09:00:00.000Z");
    let path = format!("webhook-endpoints/{}", record["id"].as_str().unwrap());
    let mut shown = client.get(&format!("{path}?include=links"));
    shown["secret"] = record["secret"].clone();
    assert_eq!(shown, record, "only the answer to POST has the secret");

    let change = json!({"name": "Other", "businessEstablishments": [{"id": "2"}], "status": "inactive"});
    let changed = client.ask("PATCH", &path, change);
    assert_eq!(changed.status(), 200);
    let changed = json(&changed);
    assert_eq!((&changed["name"], &changed["status"]), (&json!("Other"), &json!("inactive")));
    assert_eq!(changed["businessEstablishments"][0]["type"], "business-establishment");
    assert_eq!(changed["topics"], record["topics"]);
    assert!(changed.get("secret").is_none());
    assert!(client.ids("webhook-endpoints?status=inactive").contains(&record["id"].as_str().unwrap().to_owned()));
    let back = json(&client.ask("PATCH", &path, json!({"businessEstablishments": null})));
    assert_eq!(back["businessEstablishments"], Value::Null);

    let deleted = client.ask("DELETE", &path, "");
    assert_eq!((deleted.status().as_u16(), deleted.body().len()), (204, 0));
    for method in ["GET", "PATCH", "DELETE"] {
        assert_eq!(client.ask(method, &path, "{}").status(), 404, "{method}");
    }
    assert_ne!(client.endpoint().0, record["id"], "an id is not used again");
}

#[test]
fn what_is_wrong_with_a_body_is_named() {
    let client = Client::new(options(10));
    let named = |method: &str, path: &str, body: &str| {
        let answer = client.ask(method, path, body);
        assert_eq!(answer.status(), 400, "{body}");
        assert_eq!(answer.headers()["content-type"], "application/problem+json; charset=utf-8");
        json(&answer)["errors"].as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ")
    };
    let post = |body: &str| named("POST", "webhook-endpoints", body);
    assert_eq!(post("{}"), "apiVersion name topics webhookUrl");
    for nonsense in ["", "[]", "null", "{\"name\":", "\u{0}"] {
        assert_eq!(post(nonsense), "body");
    }
    for (field, value) in [
        ("name", json!(" ")),
        ("webhookUrl", json!("http://hooks.example.com")),
        ("webhookUrl", json!("ftp://127.0.0.1/")),
        ("webhookUrl", json!("hooks")),
        ("apiVersion", json!("2024-13-01")),
        ("apiVersion", json!("2024-1-1")),
        ("topics", json!([])),
        ("topics", json!(["employee.vanished"])),
        ("topics", json!([7])),
        ("businessEstablishments", json!([])),
        ("businessEstablishments", json!([{"id": "4000"}])),
        ("status", json!("on")),
        ("secret", json!("mine")),
    ] {
        let mut body = endpoint();
        body[field] = value;
        assert_eq!(post(&body.to_string()), field);
        assert_eq!(named("PATCH", "webhook-endpoints/12", &json!({field: body[field]}).to_string()), field);
    }
    let send = |body: &str| named("POST", "webhook-deliveries", body);
    assert_eq!(send("{}"), "webhookEndpoint");
    assert_eq!(send(r#"{"webhookEndpoint":{"id":"1"}}"#), "webhookEndpoint");
    assert_eq!(send(r#"{"webhookEndpoint":{"id":"12"},"event":{"id":"1"}}"#), "event");
    assert_eq!(send(r#"{"webhookEndpoint":{"id":"12"},"topic":"ping"}"#), "topic");
    let mut local = endpoint();
    local["webhookUrl"] = json!("http://127.0.0.1:8787/hook");
    assert_eq!(client.ask("POST", "webhook-endpoints", local).status(), 201, "for those who try things");
}

#[test]
fn writing_needs_a_scope_of_its_own() {
    let reader = "webhook-endpoints.readonly webhook-deliveries.readonly events.readonly";
    let client = Client::new(options(10)).with_scope(reader);
    for list in LISTS {
        assert_eq!(client.status(list), 200, "{list}");
    }
    for (method, path) in [
        ("POST", "webhook-endpoints"),
        ("PATCH", "webhook-endpoints/12"),
        ("DELETE", "webhook-endpoints/12"),
        ("POST", "webhook-deliveries"),
    ] {
        let answer = client.ask(method, path, "{}");
        assert_eq!(answer.status(), 403, "{method} {path}");
        assert!(json(&answer)["detail"].as_str().unwrap().contains(".readwrite."));
    }
    let client = client.with_scope("webhook-endpoints.readwrite");
    assert_eq!(client.status("webhook-endpoints"), 200, "writing includes reading");
    assert_eq!(client.status("webhook-deliveries"), 403);
    assert_eq!(client.status("events"), 403);
    for (method, path, allow) in [
        ("PUT", "webhook-endpoints", "GET, POST"),
        ("POST", "webhook-endpoints/12", "GET, PATCH, DELETE"),
        ("PATCH", "webhook-deliveries", "GET, POST"),
        ("DELETE", "events/2455601", "GET"),
    ] {
        let answer = client.ask(method, path, "{}");
        assert_eq!((answer.status().as_u16(), answer.headers()["allow"].to_str().unwrap()), (405, allow));
    }
}

#[test]
fn what_happens_is_sent_signed_to_who_wants_it() {
    let mut client = Client::new(options(10));
    let (endpoint, secret) = client.endpoint();
    assert_eq!(client.due(), [], "nothing before something happens");
    assert_eq!(client.tenant.next_delivery(client.now), None);
    client.later(Duration::from_secs(90));
    let event = client.tenant.publish(news("employee.updated"), client.now);
    client.tenant.publish(news("employee.created"), client.now);
    let due = client.due();
    assert_eq!(due.len(), 1, "the other topic is not wanted");
    assert_eq!(due[0].url, "https://hooks.example.com/1");
    assert_eq!(due[0].timestamp, "2026-03-15T09:01:30Z");
    assert_eq!(due[0].signature, sign(&secret, "2026-03-15T09:01:30Z", &due[0].body));
    let body: Value = serde_json::from_slice(&due[0].body).unwrap();
    assert_eq!(body, client.get(&format!("events/{event}?include=links")));
    assert_eq!(body["previousAttributes"], json!({"email": null}));
    assert_eq!(body["businessEstablishment"]["id"], "2");
    assert_eq!(client.due(), [], "it is under way");
    client.attempted(&due[0], 202);
    let delivery = client.get(&format!("webhook-deliveries/{}", due[0].delivery));
    assert_eq!((&delivery["status"], &delivery["attemptsCount"]), (&json!("delivered"), &json!(1)));
    assert_eq!(delivery["webhookEndpoint"]["id"], endpoint);
    let attempts = client.get(&format!("webhook-delivery-attempts?webhookDelivery.id={}", due[0].delivery));
    let attempt = &attempts["items"][0];
    assert_eq!(attempt["signature"], due[0].signature);
    assert_eq!((&attempt["isSuccessful"], &attempt["responseStatusCode"]), (&json!(true), &json!(202)));
    assert_eq!(attempt["errorResponseBody"], "");
    assert!(client.ids("events?status=delivered&limit=100").contains(&event));
}

#[test]
fn a_signature_is_as_documented() {
    // echo -n '2025-01-01T08:34:23Z.{"id":"1"}' | openssl dgst -sha256 -hmac secret -binary | base64
    assert_eq!(
        sign("secret", "2025-01-01T08:34:23Z", b"{\"id\":\"1\"}"),
        "uK7bdHh2FBkhdnhPiQIfDHzcotUDJ4HmIYk/BNcF/qI="
    );
}

#[test]
fn the_table_of_answers_is_followed() {
    let retried = [400, 401, 403, 429, 500, 503, 301].map(|status| Some((status, "undelivered", "active")));
    let delivered = [200, 201, 204, 299].map(|status| Some((status, "delivered", "active")));
    let suspended = [404, 410].map(|status| Some((status, "failed", "suspended")));
    for case in retried.into_iter().chain(delivered).chain(suspended).chain([None]) {
        let client = Client::new(options(10));
        let (endpoint, _) = client.endpoint();
        client.tenant.publish(news("employee.updated"), client.now);
        let due = client.due().remove(0);
        let (status, delivery, then) = case.unwrap_or((0, "undelivered", "active"));
        match case {
            Some(_) => client.attempted(&due, status),
            None => client.tenant.attempted(&due, &Outcome::Unanswered, client.now),
        }
        assert_eq!(client.get(&format!("webhook-deliveries/{}", due.delivery))["status"], delivery, "{status}");
        assert_eq!(client.status_of(&endpoint), then, "{status}");
        let attempt =
            &client.get(&format!("webhook-delivery-attempts?webhookDelivery.id={}", due.delivery))["items"][0];
        assert_eq!(attempt["responseStatusCode"], case.map_or(Value::Null, |(status, ..)| status.into()));
    }
}

#[test]
fn five_attempts_are_made_within_a_day_and_then_no_more() {
    let mut client = Client::new(Options { token_lifetime_secs: 100_000, ..options(10) });
    let (endpoint, _) = client.endpoint();
    client.tenant.publish(news("employee.updated"), client.now);
    let began = client.now;
    for attempt in 1..=5 {
        client.now = client.tenant.next_delivery(client.now).unwrap();
        let due = client.due().remove(0);
        client.attempted(&due, 503);
        let delivery = client.get(&format!("webhook-deliveries/{}", due.delivery));
        assert_eq!(delivery["attemptsCount"], attempt);
        assert_eq!(delivery["status"], if attempt < 5 { "undelivered" } else { "failed" });
        assert_eq!(client.due(), [], "not before its time");
    }
    assert_eq!(client.tenant.next_delivery(client.now), None);
    assert!((Duration::from_secs(20 * 3600)..Duration::from_secs(24 * 3600)).contains(&(client.now - began)));
    assert_eq!(client.status_of(&endpoint), "active", "one failure suspends nothing");
}

#[test]
fn failures_suspend_and_activation_sends_what_waited() {
    let retry_delays = [Duration::from_secs(1); 4];
    let mut client = Client::new(Options { retry_delays, ..options(10) });
    let (endpoint, _) = client.endpoint();
    for _ in 0..11 {
        client.tenant.publish(news("employee.updated"), client.now);
    }
    for due in client.due() {
        client.attempted(&due, 503);
    }
    for _ in 0..4 {
        client.later(Duration::from_secs(1));
        client.due().iter().take(10).for_each(|due| client.attempted(due, 500));
    }
    assert_eq!(client.status_of(&endpoint), "suspended");
    client.later(Duration::from_secs(60));
    assert_eq!(client.due(), [], "nothing is sent while it is suspended");
    client.tenant.publish(news("employee.updated"), client.now);
    assert_eq!(client.due(), [], "nor kept for it");

    let path = format!("webhook-endpoints/{endpoint}");
    let activate = client.asking("PATCH", &path, json!({"status": "active"}));
    assert_eq!(client.tenant.to_challenge(&activate).as_deref(), Some("https://hooks.example.com/1"));
    client.tenant.challenged("https://hooks.example.com/1", false);
    assert_eq!(client.tenant.handle(&activate, client.now).status(), 400);
    client.tenant.challenged("https://hooks.example.com/1", true);
    assert_eq!(client.tenant.handle(&activate, client.now).status(), 200);
    assert_eq!(client.tenant.to_challenge(&activate), None, "it has proved itself");
    let new = client.asking("POST", "webhook-endpoints", endpoint_inactive());
    assert_eq!(client.tenant.to_challenge(&new), None);
}

fn endpoint_inactive() -> Value {
    let mut endpoint = endpoint();
    endpoint["status"] = json!("inactive");
    endpoint
}

#[test]
fn a_test_delivery_goes_to_any_endpoint_and_an_event_can_be_sent_again() {
    let client = Client::new(options(250));
    let sent = client.ask("POST", "webhook-deliveries", json!({"webhookEndpoint": {"id": "13"}}));
    assert_eq!(sent.status(), 201);
    let delivery = json(&sent);
    assert_eq!(sent.headers()["location"], delivery["url"].as_str().unwrap());
    assert_eq!((&delivery["status"], &delivery["attemptsCount"]), (&json!("undelivered"), &json!(0)));
    let event = client.get(&format!("events/{}", delivery["event"]["id"].as_str().unwrap()));
    assert_eq!((&event["topic"], &event["businessEstablishment"]), (&json!("ping"), &Value::Null));
    let due = client.due();
    assert_eq!(due.len(), 1, "also while the endpoint is inactive");
    assert_eq!(due[0].url, "https://badges.example.com/hooks/lucca");

    let (endpoint, _) = client.endpoint();
    let old = client.ids("events?limit=1").remove(0);
    let again = json!({"webhookEndpoint": {"id": endpoint}, "event": {"id": old}});
    assert_eq!(json(&client.ask("POST", "webhook-deliveries", again))["event"]["id"], old);
    assert_eq!(client.ask("DELETE", &format!("webhook-endpoints/{endpoint}"), "").status(), 204);
    assert_eq!(client.due(), [], "nothing is sent to who is gone");
}

#[test]
fn the_same_requests_get_the_same_bytes() {
    let told = |seed| {
        let client = Client::new(Options { seed, ..options(60) });
        client.endpoint();
        client.ask("POST", "webhook-deliveries", json!({"webhookEndpoint": {"id": "12"}}));
        LISTS.map(|list| client.send(&format!("{list}?include=links,totalCount,embedded&limit=100")).into_body())
    };
    assert_eq!(told(7), told(7));
    assert_ne!(told(7), told(8));
    assert!(!format!("{:?}", Client::new(options(1)).tenant).contains("secret"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_body_gets_one_well_formed_answer(
        body in prop_oneof![".{0,40}", r#"\{"(name|topics|status|webhookUrl|webhookEndpoint|event|businessEstablishments)":(null|\[\]|\{\}|"x"|\[null\]|\[\{"id":"2"\}\]|\{"id":7\}|[0-9]{1,30})\}"#],
        request in prop::sample::select(&[
            ("POST", "webhook-endpoints"),
            ("PATCH", "webhook-endpoints/12"),
            ("POST", "webhook-deliveries"),
        ][..]),
    ) {
        let client = Client::new(options(3));
        let asking = client.asking(request.0, request.1, &body);
        client.tenant.to_challenge(&asking);
        let answer = client.tenant.handle(&asking, client.now);
        prop_assert!([200, 201, 400].contains(&answer.status().as_u16()), "{} for {}", answer.status(), body);
        json(&answer);
    }
}
