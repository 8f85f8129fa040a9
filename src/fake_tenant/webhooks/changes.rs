//! Changes that go on while the tenant serves: somebody joins, somebody leaves, somebody moves to another department.
//!
//! They are told as events and nowhere else: the lists stay a function of the options.

use chrono::{DateTime, Utc};
use rand::Rng as _;
use serde_json::{Map, Value, json};
use tokio::time::Instant;

use super::body::is_here;
use super::endpoint::{Endpoint, Status};
use super::{News, written};
use crate::fake_tenant::FakeTenant;
use crate::fake_tenant::http::API_VERSION;
use crate::fake_tenant::people::dice::{Dice, Stream, shift};

/// What joins begins with this number: records of the lists have smaller ones.
const FIRST_JOINER: u64 = 1_000_000;
/// What there are events about.
const TOPICS: [&str; 5] =
    ["employee.created", "employment.created", "employment.updated", "job-position.created", "job-position.updated"];
/// Positions that are looked at for one that goes on.
const LOOKED_AT: usize = 50;

type Record = Map<String, Value>;

/// A position that goes on, with its contract and its person.
struct Career {
    employee: Record,
    employment: Record,
    position: Record,
}

impl FakeTenant {
    /// Declares an active endpoint for all that [`FakeTenant::change`] tells, and takes it for proved. Its secret; `None` when
    /// the address is not one of this machine.
    pub fn declare_endpoint(&self, url: &str, now: Instant) -> Option<String> {
        url::Url::parse(url).ok().filter(is_here)?;
        let at = self.wall_clock(now);
        let mut webhooks = self.webhooks();
        let secret = webhooks.new_secret(webhooks.endpoints.len());
        webhooks.endpoints.push(Endpoint {
            name: "Declared at the start".to_owned(),
            api_version: API_VERSION.to_owned(),
            url: url.to_owned(),
            topics: TOPICS.map(str::to_owned).to_vec(),
            sites: None,
            status: Status::Active,
            secret: secret.clone(),
            created_at: at,
            last_updated_at: at,
            failures: 0,
            deleted: false,
        });
        Some(secret)
    }

    /// Lets the `number`-th change happen: a joiner, a leaver and a move in turn. The ids of its events.
    pub fn change(&self, number: u64, now: Instant) -> Vec<String> {
        let at = self.wall_clock(now);
        let base = self.webhooks().base.clone();
        let mut dice = Dice::new(self.options.seed, Stream::Change, number);
        let Some(career) = self.somebody(&mut dice, &base) else { return Vec::new() };
        let news = match number % 3 {
            0 => joins(career, FIRST_JOINER + number, at, &base),
            1 => vec![leaves(career, at)],
            _ => self.moves(career, &mut dice, at, &base).into_iter().collect(),
        };
        news.into_iter().map(|news| self.publish(news, now)).collect()
    }

    /// Somebody whose position goes on.
    fn somebody(&self, dice: &mut Dice, base: &str) -> Option<Career> {
        let positions = self.count("job-positions").max(1);
        let first = dice.random_range(0..positions);
        for step in 0..LOOKED_AT {
            let position = self.record_at("job-positions", (first + step) % positions, base)?;
            if position.get("status")? != "active" || !position.get("endsOn")?.is_null() {
                continue;
            }
            let of = |name: &str| position.get(name)?.get("id")?.as_str();
            let employment = self.record_with("employments", of("employment")?, base)?;
            let employee = self.record_with("employees", of("employee")?, base)?;
            return Some(Career { employee, employment, position });
        }
        None
    }

    fn moves(
        &self,
        Career { mut position, .. }: Career,
        dice: &mut Dice,
        at: DateTime<Utc>,
        base: &str,
    ) -> Option<News> {
        let departments = self.count("departments").max(1);
        let department = self.record_at("departments", dice.random_range(0..departments), base)?;
        let before = position.insert("department".to_owned(), reference(&department))?;
        position.insert("lastUpdatedAt".to_owned(), written(at).into());
        Some(news("job-position.updated", &position, Some(json!({ "department": before })), &position))
    }
}

/// A copy of somebody who is there, under ids of their own.
fn joins(career: Career, id: u64, at: DateTime<Utc>, base: &str) -> Vec<News> {
    let Career { mut employee, mut employment, mut position } = career;
    let begins = shift(at.date_naive(), 30);
    let new = |record: &mut Record, path: &str, item: &str| {
        let url = format!("{base}/lucca-api/{path}/{id}");
        for (name, value) in [("id", id.to_string()), ("url", url.clone()), ("status", "upcoming".to_owned())] {
            record.insert(name.to_owned(), value.into());
        }
        for name in ["createdAt", "lastUpdatedAt"] {
            record.insert(name.to_owned(), written(at).into());
        }
        json!({ "id": id.to_string(), "type": item, "url": url })
    };
    let person = new(&mut employee, "employees", "employee");
    let contract = new(&mut employment, "employments", "employment");
    let post = new(&mut position, "job-positions", "job-position");
    employee.extend([
        ("givenName".to_owned(), format!("Joiner {id}").into()),
        ("employeeNumber".to_owned(), id.to_string().into()),
        ("email".to_owned(), format!("joiner.{id}@example.com").into()),
        ("portrait".to_owned(), Value::Null),
        ("applicableEmployment".to_owned(), contract.clone()),
        ("applicableJobPosition".to_owned(), post),
    ]);
    employment.extend([
        ("employee".to_owned(), person.clone()),
        ("start".to_owned(), json!({ "date": begins.to_string() })),
        ("end".to_owned(), Value::Null),
    ]);
    position.extend([
        ("employee".to_owned(), person),
        ("employment".to_owned(), contract),
        ("startsOn".to_owned(), begins.to_string().into()),
    ]);
    let of =
        [("employee.created", &employee), ("employment.created", &employment), ("job-position.created", &position)];
    of.into_iter().map(|(topic, record)| news(topic, record, None, &position)).collect()
}

/// The contract gets an end.
fn leaves(Career { mut employment, position, .. }: Career, at: DateTime<Utc>) -> News {
    let ends = shift(at.date_naive(), 60);
    let before = employment.insert("end".to_owned(), json!({ "date": ends.to_string() }));
    employment.insert("lastUpdatedAt".to_owned(), written(at).into());
    news("employment.updated", &employment, Some(json!({ "end": before })), &position)
}

/// That something happened to somebody in a position.
fn news(topic: &str, data: &Record, previous_attributes: Option<Value>, position: &Record) -> News {
    let site = position.get("businessEstablishment").and_then(|site| site.get("id")?.as_str());
    News {
        topic: topic.to_owned(),
        data: data.clone().into(),
        previous_attributes,
        business_establishment: site.map(str::to_owned),
    }
}

/// `{id, type, url}` of a record.
fn reference(record: &Record) -> Value {
    let field = |name: &str| Some((name.to_owned(), record.get(name)?.clone()));
    Value::Object(["id", "type", "url"].into_iter().filter_map(field).collect())
}
