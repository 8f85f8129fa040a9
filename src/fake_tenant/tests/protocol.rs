//! Authentication, version, routes, limits, errors.

use std::time::Duration;

use bytes::Bytes;
use http::Request;
use serde_json::Value;

use super::{Client, FakeTenant, Options, collections, id_of, json, options};

#[test]
fn a_bearer_token_is_needed() {
    let mut client = Client::new(options(5));
    for (token, header) in [("", "Bearer "), ("nonsense", "Bearer "), ("", "Basic Zm9v")] {
        let request = Request::get("/lucca-api/employees/8").header("authorization", format!("{header}{token}"));
        let request = request.header("host", "tenant.test").header("api-version", "2024-11-01");
        let response = client.tenant.handle(&request.body(Bytes::new()).unwrap(), client.now);
        assert_eq!(response.status(), 401);
        assert_eq!(response.headers()["content-type"], "application/problem+json; charset=utf-8");
        assert_eq!(response.headers()["api-version"], "2024-11-01");
        let body = json(&response);
        assert_eq!(body["title"], "Unauthorized");
        assert_eq!(body["status"], 401);
        assert_eq!(body["instance"], "http://tenant.test/lucca-api/employees/8");
        assert!(body["extensions"]["traceId"].as_str().unwrap().starts_with('|'));
        assert!(body.get("errors").is_none());
    }
    client.token.push('x');
    assert_eq!(client.status("employees"), 401);
}

#[test]
fn the_version_is_required_and_resolves_to_the_closest_prior() {
    let client = Client::new(options(5));
    for (version, status) in [
        (None, 400),
        (Some("2024-11-01"), 200),
        (Some("2024-11-02"), 200),
        (Some("2031-01-01"), 200),
        (Some("2024-10-31"), 400),
        (Some("2024-02-30"), 400),
        (Some("latest"), 400),
        (Some(""), 400),
    ] {
        let mut request =
            Request::get("/lucca-api/departments").header("authorization", format!("Bearer {}", client.token));
        if let Some(version) = version {
            request = request.header("Api-Version", version);
        }
        let response = client.tenant.handle(&request.body(Bytes::new()).unwrap(), client.now);
        assert_eq!(response.status(), status, "{version:?}");
        assert_eq!(response.headers()["api-version"], "2024-11-01");
        if status == 400 {
            assert!(json(&response)["errors"]["Api-Version"].is_array());
        }
    }
}

#[test]
fn each_record_is_found_by_its_id_at_its_url() {
    let client = Client::new(options(12));
    for collection in collections() {
        let texts = client.tenant.record_texts(collection, "http://tenant.test");
        for (text, record) in texts.zip(client.records(collection)) {
            let url = record["url"].as_str().unwrap().strip_prefix("https://example.ilucca.net/lucca-api/").unwrap();
            assert_eq!(client.send(url).body(), &text, "{url}");
            assert_eq!(client.get(&format!("{collection}/{}", id_of(&record)))["id"], record["id"]);
        }
    }
}

#[test]
fn what_is_not_there_is_not_found() {
    let client = Client::new(options(5));
    for path in [
        "employees/7",
        "employees/nobody",
        "employees/08",
        "employees/",
        "employees/8/",
        "employees/8/x",
        "nothing",
        "departments/99999",
        "employee-attributes/1",
        "employee-attributes/",
        "employee-attribute",
        "legal-entities/4",
    ] {
        assert_eq!(client.status(path), 404, "{path}");
    }
    for path in ["/", "/lucca-api", "/api/v3/nothing", "/lucca-apix/employees"] {
        let request = Request::get(path).body(Bytes::new()).unwrap();
        assert_eq!(client.tenant.handle(&request, client.now).status(), 404, "{path}");
    }
    for method in ["POST", "PATCH", "DELETE", "PUT", "HEAD"] {
        let request =
            Request::builder().method(method).uri("/lucca-api/departments").header("api-version", "2024-11-01");
        let request = request.header("authorization", format!("Bearer {}", client.token)).body(Bytes::new()).unwrap();
        let response = client.tenant.handle(&request, client.now);
        assert_eq!(response.status(), 405, "{method}");
        assert_eq!(response.headers()["allow"], "GET");
    }
}

#[test]
fn mistakes_are_named_all_at_once() {
    let client = Client::new(options(5));
    let response =
        client.send("employees?include=everything&limit=x&page=!x&status=gone&colour=blue&sort=age&id=8&id=9");
    assert_eq!(response.status(), 400);
    let body = json(&response);
    assert_eq!(body["title"], "One or more validation errors occurred.");
    let mut named: Vec<&String> = body["errors"].as_object().unwrap().keys().collect();
    named.sort();
    assert_eq!(named, ["colour", "id", "include", "limit", "page", "sort", "status"]);
    for path in ["employees/8?limit=1", "employees/8?include=x", "employees/8?colour=blue"] {
        assert_eq!(client.status(path), 400, "{path}");
    }
    assert_eq!(client.status("employees/8?include=links,embedded,totalCount"), 200);
}

#[test]
fn a_request_line_over_8_kilobytes_is_refused() {
    let client = Client::new(options(5));
    let path = |bytes: usize| {
        let fixed = "GET /lucca-api/employees?search= HTTP/1.1\r\n".len();
        format!("employees?search={}", "x".repeat(bytes - fixed))
    };
    assert_eq!(client.status(&path(8192)), 200);
    assert_eq!(client.status(&path(8193)), 431);
}

#[test]
fn the_window_slides() {
    let mut client = Client::new(Options { requests_per_window: 50, ..options(5) });
    for second in 0..50 {
        assert_eq!(client.status("departments?limit=1"), 200, "at {second} s");
        client.later(Duration::from_secs(1));
    }
    // 50 s: the first request leaves the window in 10.
    let refused = client.send("departments");
    assert_eq!(refused.status(), 429);
    assert_eq!(refused.headers()["retry-after"], "10");
    assert_eq!(json(&refused)["title"], "Too Many Requests");
    assert_eq!(client.ask_token("").0, 200, "tokens do not count");
    client.later(Duration::from_millis(9_500));
    assert_eq!(client.send("departments").headers()["retry-after"], "1");
    client.later(Duration::from_millis(500));
    assert_eq!(client.status("departments"), 200, "refused requests did not count");
    assert_eq!(client.status("departments"), 429);
    let served = client.tenant.requests_served();
    assert_eq!(served.refused_429, 3);
    assert_eq!(served.by_status, [(200, 51), (429, 3)].into());
    assert_eq!(served.by_collection, [("departments".to_owned(), 51)].into());
    assert_eq!((served.api_requests(), served.token_requests), (54, 2));
}

#[test]
fn embedded_follows_the_table() {
    let client = Client::new(options(60));
    for (collection, dictionaries) in [
        ("employees", &["employment", "job-position"][..]),
        ("employee-personal-records", &["employee"]),
        ("employments", &["employee"]),
        ("job-positions", &["department", "employee", "employment", "job-qualification"]),
        ("business-establishments", &["legal-entity"]),
        ("employee-attributes", &["employee-attribute-definition", "taxonomy-label"]),
        ("departments", &[]),
        ("legal-entities", &[]),
        ("probationary-periods", &[]),
        ("employee-attribute-definitions", &[]),
    ] {
        let page = client.get(&format!("{collection}?include=embedded&limit=100"));
        let embedded = page["embedded"].as_object().unwrap();
        assert_eq!(embedded.keys().collect::<Vec<_>>(), dictionaries, "{collection}");
        for (kind, records) in embedded {
            assert!(!records.as_object().unwrap().is_empty(), "{collection} embeds {kind}");
            for (id, record) in records.as_object().unwrap() {
                assert_eq!((&record["id"], &record["type"]), (&Value::from(id.as_str()), &Value::from(kind.as_str())));
            }
        }
        let single = client.get(&format!("{collection}/{}?include=embedded", page["items"][0]["id"].as_str().unwrap()));
        assert_eq!(single["embedded"].as_object().unwrap().keys().collect::<Vec<_>>(), dictionaries);
    }
    let page = client.get("employees?include=embedded&limit=3");
    for item in page["items"].as_array().unwrap() {
        let contract = &page["embedded"]["employment"][item["applicableEmployment"]["id"].as_str().unwrap()];
        assert_eq!(contract["employee"]["id"], item["id"]);
    }
}

#[test]
fn the_same_options_serve_the_same_bytes() {
    let pages = |seed| {
        let client = Client::new(Options { seed, ..options(40) });
        let page =
            |collection| client.send(&format!("{collection}?include=links,totalCount,embedded&limit=100")).into_body();
        collections().into_iter().map(page).collect::<Vec<_>>()
    };
    assert_eq!(pages(7), pages(7));
    assert_ne!(pages(7), pages(8));
}

#[test]
fn nothing_secret_is_shown_by_debug() {
    let tenant = FakeTenant::new(options(1));
    assert!(!format!("{tenant:?}").contains("fake-secret"));
}

#[test]
fn files_are_told_of_by_the_token_of_a_link_alone() {
    let client = Client::new(options(30));
    let record = client.get("employees/8?include=links");
    let link = record["links"]["portrait"]["href"].as_str().unwrap();
    let file = client.get(link);
    assert_eq!((file["type"].as_str(), file["contentType"].as_str()), (Some("file"), Some("image/jpeg")));
    assert_eq!(file["id"], record["portrait"]["id"]);
    let (path, _) = link.split_once('?').unwrap();
    assert_eq!(client.status(path), 400);
    assert_eq!(client.status(&format!("{path}?token=eyJhbGciOi0")), 404);
    assert_eq!(client.status("files"), 404);
    let client = client.with_scope("employees.readonly");
    assert_eq!(client.status(link), 403);
}
