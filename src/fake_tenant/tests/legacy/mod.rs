//! The legacy routes as a client with a key meets them.

mod absences;
mod permissions;
mod same_facts;
mod shifting;
mod v3;
mod v4;

use bytes::Bytes;
use http::{Request, Response};
use serde_json::Value;
use tokio::time::Instant;

use super::super::{FakeTenant, Legacy, Options, Quirks};
use super::{json, options};

const KEY: &str = "s3cr3t-key";

/// A tenant with a key, and who holds it.
struct Holder {
    tenant: FakeTenant,
    now: Instant,
}

impl Holder {
    fn new(options: Options) -> Self {
        let options = Options { legacy_key: Some(KEY.to_owned()), ..options };
        Self { tenant: FakeTenant::new(options), now: Instant::now() }
    }

    fn of(employees: usize, legacy: Legacy) -> Self {
        Self::new(Options { legacy, ..options(employees) })
    }

    fn send_as(&self, target: &str, authorization: &str) -> Response<Bytes> {
        let request = Request::get(target).header("host", "tenant.test").header("authorization", authorization);
        self.tenant.handle(&request.body(Bytes::new()).unwrap(), self.now)
    }

    fn send(&self, target: &str) -> Response<Bytes> {
        self.send_as(target, &format!("lucca application={KEY}"))
    }

    fn status(&self, target: &str) -> u16 {
        self.send(target).status().as_u16()
    }

    fn get(&self, target: &str) -> Value {
        let response = self.send(target);
        assert_eq!(response.status(), 200, "{target}: {}", String::from_utf8_lossy(response.body()));
        json(&response)
    }

    /// The items of a v3 page.
    fn v3(&self, target: &str) -> Vec<Value> {
        self.get(target)["data"]["items"].as_array().unwrap().clone()
    }

    /// All items of a v4 list.
    fn v4(&self, path: &str) -> Vec<Value> {
        let mark = if path.contains('?') { '&' } else { '?' };
        let mut all = Vec::new();
        for page in 1.. {
            let items = self.get(&format!("{path}{mark}page={page}&limit=100"))["items"].as_array().unwrap().clone();
            let is_last = items.len() < 100;
            all.extend(items);
            if is_last {
                break;
            }
        }
        all
    }
}

/// As it is documented.
fn plain() -> Holder {
    Holder::of(60, Legacy::default())
}

/// The other way in everything.
fn quirky() -> Holder {
    Holder::of(60, Legacy { quirks: Quirks::ALL, ..Legacy::default() })
}

/// A member, whatever the case of its name.
fn member<'v>(record: &'v Value, name: &str) -> &'v Value {
    let found = record.as_object().unwrap().iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
    found.map_or(&Value::Null, |(_, value)| value)
}

fn ids(items: &[Value]) -> Vec<i64> {
    items.iter().map(|item| member(item, "id").as_i64().unwrap()).collect()
}

/// The day of a date-time.
fn day_of(text: &str) -> &str {
    text.get(..10).unwrap()
}
