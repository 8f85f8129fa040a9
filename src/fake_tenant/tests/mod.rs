//! The API as a client meets it.

mod attributes;
mod filters;
mod golden;
mod legacy;
mod paging;
mod portraits;
mod protocol;
mod robustness;
mod server;
mod tokens;

use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use serde_json::Value;
use tokio::time::Instant;

use super::collections::ENDPOINTS;
use super::{FakeTenant, LimitRule, Options};

/// The paths of all collections.
pub(super) fn collections() -> Vec<&'static str> {
    ENDPOINTS.iter().map(|endpoint| endpoint.path()).collect()
}

pub(super) fn options(employees: usize) -> Options {
    let mut options = Options::new("2026-03-15".parse().unwrap());
    options.employees = employees;
    options.requests_per_window = u32::MAX;
    options
}

pub(super) fn form(fields: &[(&str, &str)]) -> Request<Bytes> {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    Request::post("/connect/token")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Bytes::from(body))
        .unwrap()
}

pub(super) fn json(response: &Response<Bytes>) -> Value {
    serde_json::from_slice(response.body()).unwrap()
}

/// A tenant and a client of it at an instant that only tests move.
pub(super) struct Client {
    pub(super) tenant: FakeTenant,
    pub(super) token: String,
    pub(super) now: Instant,
}

impl Client {
    pub(super) fn new(options: Options) -> Self {
        let mut client = Self { tenant: FakeTenant::new(options), token: String::new(), now: Instant::now() };
        client.token = client.ask_token("").1["access_token"].as_str().unwrap().to_owned();
        client
    }

    /// Asks for a token with these scopes; none means all.
    pub(super) fn ask_token(&self, scope: &str) -> (u16, Value) {
        let options = self.tenant.options();
        let mut fields = vec![
            ("grant_type", "client_credentials"),
            ("client_id", &options.client_id),
            ("client_secret", &options.client_secret),
        ];
        if !scope.is_empty() {
            fields.push(("scope", scope));
        }
        let response = self.tenant.handle(&form(&fields), self.now);
        (response.status().as_u16(), json(&response))
    }

    pub(super) fn with_scope(mut self, scope: &str) -> Self {
        self.token = self.ask_token(scope).1["access_token"].as_str().unwrap().to_owned();
        self
    }

    pub(super) fn later(&mut self, duration: Duration) {
        self.now += duration;
    }

    pub(super) fn send(&self, path: &str) -> Response<Bytes> {
        let path = path.strip_prefix("http://tenant.test/lucca-api/").unwrap_or(path);
        let request = request(&format!("/lucca-api/{path}"), &self.token).unwrap();
        self.tenant.handle(&request, self.now)
    }

    pub(super) fn get(&self, path: &str) -> Value {
        let response = self.send(path);
        assert_eq!(response.status(), 200, "{path}: {}", String::from_utf8_lossy(response.body()));
        json(&response)
    }

    pub(super) fn status(&self, path: &str) -> u16 {
        self.send(path).status().as_u16()
    }

    /// The ids on a page.
    pub(super) fn ids(&self, path: &str) -> Vec<String> {
        ids(&self.get(path))
    }

    /// Ids of all pages from a first one on, following `links.next`.
    pub(super) fn walk(&self, first: &str) -> Vec<String> {
        let mut page = self.get(first);
        let mut all = ids(&page);
        while let Some(next) = page["links"]["next"]["href"].as_str().map(str::to_owned) {
            page = self.get(&next);
            assert!(!ids(&page).is_empty(), "no page but the first may be empty");
            all.extend(ids(&page));
        }
        all
    }

    /// All records, straight from the generator.
    pub(super) fn records(&self, collection: &str) -> Vec<Value> {
        self.tenant.records(collection).collect()
    }
}

pub(super) fn ids(page: &Value) -> Vec<String> {
    page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

pub(super) fn id_of(record: &Value) -> String {
    record["id"].as_str().unwrap().to_owned()
}

pub(super) fn request(target: &str, token: &str) -> Option<Request<Bytes>> {
    let request = Request::get(target)
        .header("host", "tenant.test")
        .header("authorization", format!("Bearer {token}"))
        .header("api-version", "2024-11-01");
    request.body(Bytes::new()).ok()
}

pub(super) fn clamping(employees: usize) -> Options {
    Options { limit_rule: LimitRule::Clamp, ..options(employees) }
}
