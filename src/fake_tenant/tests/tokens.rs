//! The token endpoint, expiry, scopes.

use std::time::Duration;

use bytes::Bytes;
use http::Request;

use super::{Client, Options, collections, form, json, options};

#[test]
fn a_token_is_granted_for_client_credentials() {
    let client = Client::new(options(5));
    let (status, body) = client.ask_token("employees.readonly departments.readonly");
    assert_eq!(status, 200);
    assert_eq!(body["token_type"], "Bearer");
    assert_eq!(body["expires_in"], 1800);
    assert_eq!(body.as_object().unwrap().len(), 3);
    let again = client.ask_token("employees.readonly").1;
    assert_ne!(again["access_token"], body["access_token"], "tokens are not reused");
}

#[test]
fn refusals_speak_rfc_6749() {
    let client = Client::new(options(5));
    let good = [("grant_type", "client_credentials"), ("client_id", "fake-client"), ("client_secret", "fake-secret")];
    let with = |name: &str, value: &'static str| -> Vec<(&str, &str)> {
        good.iter().map(|(key, old)| (*key, if *key == name { value } else { *old })).collect()
    };
    let long = "employees.readonly ".repeat(300);
    let mut scoped = good.to_vec();
    scoped.push(("scope", "employees.readonly nonsense.readonly"));
    let mut lengthy = good.to_vec();
    lengthy.push(("scope", &long));
    let mut twice = good.to_vec();
    twice.push(("client_id", "fake-client"));
    for (fields, error) in [
        (with("client_secret", "wrong"), "invalid_client"),
        (with("client_id", "someone"), "invalid_client"),
        (with("client_secret", ""), "invalid_client"),
        (with("grant_type", "password"), "unsupported_grant_type"),
        (with("grant_type", ""), "invalid_request"),
        (scoped, "invalid_scope"),
        (lengthy, "invalid_scope"),
        (twice, "invalid_request"),
    ] {
        let response = client.tenant.handle(&form(&fields), client.now);
        assert_eq!(response.status(), 400);
        assert_eq!(json(&response), serde_json::json!({ "error": error }), "{fields:?}");
    }
    let mut request = form(&good);
    request.headers_mut().insert("content-type", "application/json".parse().unwrap());
    assert_eq!(json(&client.tenant.handle(&request, client.now))["error"], "invalid_request");
    let get = Request::get("/connect/token").body(Bytes::new()).unwrap();
    assert_eq!(client.tenant.handle(&get, client.now).status(), 405);
}

#[test]
fn a_token_expires() {
    let mut client = Client::new(Options { token_lifetime_secs: 90, ..options(5) });
    client.later(Duration::from_millis(89_999));
    assert_eq!(client.status("employees"), 200);
    client.later(Duration::from_millis(1));
    assert_eq!(client.status("employees"), 401);
    let client = client.with_scope("employees.readonly");
    assert_eq!(client.status("employees"), 200);
}

#[test]
fn each_collection_needs_its_scope() {
    let scope_of = |collection: &'static str| match collection {
        "professions" => "job-qualifications",
        "taxonomy-labels" => "taxonomies",
        own => own,
    };
    for collection in collections() {
        let scope = scope_of(collection);
        for right in ["readonly", "readwrite"] {
            let client = Client::new(options(5)).with_scope(&format!("{scope}.{right}"));
            assert_eq!(client.status(collection), 200, "{scope}.{right} reads {collection}");
            for other in collections() {
                let expected = if scope_of(other) == scope { 200 } else { 403 };
                assert_eq!(client.status(other), expected, "{scope}.{right} and {other}");
            }
        }
    }
}

#[test]
fn filters_on_the_position_need_the_positions_scope_too() {
    let path = "employees?applicableJobPosition.department.id=10&status=active&include=totalCount&limit=0";
    let client = Client::new(options(5)).with_scope("employees.readonly");
    let response = client.send(path);
    assert_eq!(response.status(), 403);
    assert!(json(&response)["detail"].as_str().unwrap().contains("job-positions.readonly"));
    assert_eq!(client.status("employees?-applicableJobPosition.remoteId=null"), 403);
    assert_eq!(client.status("employees?applicableEmployment.endsOn=null"), 200);
    let client = client.with_scope("employees.readonly job-positions.readonly");
    assert_eq!(client.status(path), 200);
}

#[test]
fn an_application_gets_only_what_it_was_declared_with() {
    let granted = Some(vec!["employees.readonly".to_owned(), "departments.readwrite".to_owned()]);
    let client = Client::new(Options { granted_scopes: granted, ..options(5) });
    assert_eq!(client.ask_token("employees.readonly").0, 200);
    assert_eq!(client.ask_token("employments.readonly").1["error"], "invalid_scope");
    // Asking for nothing in particular grants everything declared.
    assert_eq!(
        (client.status("departments"), client.status("employees"), client.status("employments")),
        (200, 200, 403)
    );
}
