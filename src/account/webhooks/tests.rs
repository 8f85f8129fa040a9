//! What is sent, and what becomes of a secret and of answers that were lost.

use std::sync::Arc;

use secrecy::ExposeSecret as _;

use super::*;
use crate::{
    api::testing::{
        Does::{self, Answers, Breaks},
        Scripted, client, tenant,
    },
    catalog::Catalog,
};

fn account(script: impl IntoIterator<Item = Does>) -> (Account, Arc<Scripted>) {
    let (client, transport) = client("webhook-endpoints.readwrite", script);
    (Account::new(client), transport)
}

fn fields() -> EndpointFields {
    EndpointFields {
        name: Some("Test".into()),
        webhook_url: Some("https://hooks.example.com/1".into()),
        api_version: Some("2024-11-01".into()),
        topics: Some(vec!["leave.created".into(), "leave.updated".into()]),
        business_establishments: Some(Establishments::All),
        status: Some("active".into()),
    }
}

#[test]
fn what_is_sent_is_as_documented() {
    let sent = |change: &Change| {
        let body = change.body().unwrap_or_default();
        format!("{} {} {} {body}", change.method(), change.url(&tenant()).path(), change.scope())
    };
    assert_eq!(
        sent(&Change::create(&fields()).unwrap()),
        "POST /lucca-api/webhook-endpoints webhook-endpoints.readwrite \
         {\"name\":\"Test\",\"webhookUrl\":\"https://hooks.example.com/1\",\"apiVersion\":\"2024-11-01\",\
         \"topics\":[\"leave.created\",\"leave.updated\"],\"businessEstablishments\":null,\"status\":\"active\"}"
    );
    let some = Establishments::Only(vec!["12".into(), "13".into()]);
    let fields = EndpointFields { business_establishments: Some(some), ..EndpointFields::default() };
    assert_eq!(
        sent(&Change::update("12", &fields).unwrap()),
        "PATCH /lucca-api/webhook-endpoints/12 webhook-endpoints.readwrite \
         {\"businessEstablishments\":[{\"id\":\"12\"},{\"id\":\"13\"}]}"
    );
    assert_eq!(
        sent(&Change::delete("a/b").unwrap()),
        "DELETE /lucca-api/webhook-endpoints/a%2Fb webhook-endpoints.readwrite "
    );
    assert_eq!(
        sent(&Change::send("12", None).unwrap()),
        "POST /lucca-api/webhook-deliveries webhook-deliveries.readwrite {\"webhookEndpoint\":{\"id\":\"12\"}}"
    );
    assert_eq!(
        Change::send("12", Some("123")).unwrap().body(),
        Some(r#"{"webhookEndpoint":{"id":"12"},"event":{"id":"123"}}"#)
    );
}

#[test]
fn what_cannot_be_meant_is_not_sent() {
    let no = |change: fn(&mut EndpointFields)| {
        let mut fields = fields();
        change(&mut fields);
        (Change::create(&fields).is_err(), Change::update("12", &fields).is_err())
    };
    for url in ["http://hooks.example.com/", "ftp://127.0.0.1/", "hooks", "", "https://"] {
        let fields = EndpointFields { webhook_url: Some(url.into()), ..fields() };
        assert!(Change::create(&fields).is_err() && Change::update("12", &fields).is_err(), "{url}");
    }
    assert_eq!(no(|fields| fields.webhook_url = Some("http://127.0.0.1:8787/hook".into())), (false, false));
    assert_eq!(no(|fields| fields.name = Some(" ".into())), (true, true));
    assert_eq!(no(|fields| fields.topics = Some(Vec::new())), (true, true));
    assert_eq!(no(|fields| fields.business_establishments = Some(Establishments::Only(Vec::new()))), (true, true));
    assert_eq!(no(|fields| fields.name = None), (true, false));
    assert_eq!(no(|fields| fields.topics = None), (true, false));
    assert_eq!(no(|fields| fields.api_version = None), (true, false));
    assert!(Change::update("12", &EndpointFields::default()).is_err());
    // A path that ends so would be that of all endpoints.
    for id in ["", " ", ".", ".."] {
        assert!(Change::delete(id).is_err() && Change::update(id, &fields()).is_err(), "{id:?}");
        assert!(Change::send(id, None).is_err() && Change::send("12", Some(id)).is_err(), "{id:?}");
    }
}

#[test]
fn schemas_are_read_with_scopes_that_only_read() {
    for resource in Catalog::embedded().unwrap().resources {
        assert!(resource.scope.ends_with(".readonly"), "{} is read with {}", resource.name, resource.scope);
    }
}

#[tokio::test]
async fn a_secret_is_apart_from_its_endpoint() {
    let answer = r#"{"id":"7", "secret" : "s3cr3t", "name":"secret","links":{},"secret":"other"}"#;
    let (account, transport) = account([Answers(201, answer)]);
    let created = account.create_endpoint(&Change::create(&fields()).unwrap()).await.unwrap();
    assert_eq!(created.record.get(), r#"{"id":"7","name":"secret","links":{}}"#);
    assert_eq!(created.secret.as_ref().unwrap().expose_secret(), "s3cr3t");
    assert_eq!(created.sent.expose_secret(), answer);
    assert!(!format!("{created:?}").contains("s3cr3t"));
    let seen = transport.seen();
    assert!(seen.tokens[0].contains("scope=webhook-endpoints.readwrite"), "{seen:?}");
    assert_eq!(seen.requests[0].method(), http::Method::POST);
}

#[tokio::test(start_paused = true)]
async fn what_was_perhaps_made_is_not_made_again() {
    for lost in [Breaks, Answers(503, ""), Answers(201, "<html>")] {
        let (account, transport) = account([lost]);
        let error = account.create_endpoint(&Change::create(&fields()).unwrap()).await.unwrap_err();
        assert!(matches!(error, ApiError::Unsure { .. }), "{error}");
        let seen = transport.seen();
        assert_eq!((seen.tokens.len(), seen.requests.len()), (1, 1), "a token and one POST");
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_deleted_unheard_was_deleted() {
    let gone = r#"{"title":"Not Found","status":404}"#;
    for (answers, is_deleted) in [
        (vec![Answers(204, "")], true),
        (vec![Answers(404, gone)], false),
        (vec![Breaks, Answers(404, gone)], true),
        (vec![Answers(503, ""), Answers(200, "{}")], true),
    ] {
        let (account, _) = account(answers.clone());
        let deleted = account.delete_endpoint(&Change::delete("7").unwrap()).await.unwrap();
        assert_eq!(deleted, is_deleted, "{answers:?}");
    }
}
