//! The bodies of POST and PATCH, and everything that is wrong with them.

use chrono::NaiveDate;
use serde_json::{Map, Value};

use super::endpoint::Status;
use crate::fake_tenant::collections::ESTABLISHMENT;
use crate::fake_tenant::people::organisation::ESTABLISHMENTS;
use crate::fake_tenant::problem::Problem;

/// What an endpoint may want to hear of; `created`, `updated` and `deleted` of each.
const RESOURCES: [&str; 15] = [
    "employee",
    "employment",
    "job-position",
    "department",
    "legal-entity",
    "business-establishment",
    "job-qualification",
    "occupation-category",
    "employee-personal-record",
    "leave",
    "leave-request",
    "leave-request-decision",
    "calendar-event",
    "employee-extension",
    "test",
];

/// What is said of an endpoint; what is not said is `None`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) name: Option<String>,
    pub(super) api_version: Option<String>,
    pub(super) url: Option<String>,
    pub(super) topics: Option<Vec<String>>,
    /// Indexes; all of them for an explicit null.
    pub(super) sites: Option<Option<Vec<usize>>>,
    pub(super) status: Option<Status>,
}

/// What a new endpoint must say.
const REQUIRED: [&str; 4] = ["name", "apiVersion", "webhookUrl", "topics"];

impl Said {
    /// Reads the body of a POST.
    pub(super) fn of_new(body: &[u8]) -> Result<Self, Problem> {
        let (fields, mut problem) = (object(body)?, no_problem());
        for name in REQUIRED.iter().filter(|name| !fields.contains_key(**name)) {
            problem.add(name, format!("The {name} field is required."));
        }
        Self::read(&fields, problem)
    }

    /// Reads the body of a PATCH.
    pub(super) fn of_change(body: &[u8]) -> Result<Self, Problem> {
        Self::read(&object(body)?, no_problem())
    }

    fn read(fields: &Map<String, Value>, mut problem: Problem) -> Result<Self, Problem> {
        let mut said = Self::default();
        for (name, value) in fields {
            let read = match name.as_str() {
                "name" => text(value).map(|name| said.name = Some(name)),
                "apiVersion" => api_version(value).map(|version| said.api_version = Some(version)),
                "webhookUrl" => address(value).map(|url| said.url = Some(url)),
                "topics" => topics(value).map(|topics| said.topics = Some(topics)),
                "businessEstablishments" => sites(value).map(|sites| said.sites = Some(sites)),
                "status" => status(value).map(|status| said.status = Some(status)),
                _ => Err("The field is not known, or not to be set.".to_owned()),
            };
            if let Err(message) = read {
                problem.add(name, message);
            }
        }
        if problem.errors.is_empty() { Ok(said) } else { Err(problem) }
    }
}

/// Which delivery is asked for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    /// The id of the endpoint.
    pub(super) endpoint: String,
    /// The id of an event to send again; without one it is a test event.
    pub(super) event: Option<String>,
}

impl Wanted {
    /// Reads the body of a POST of a delivery.
    pub(super) fn read(body: &[u8]) -> Result<Self, Problem> {
        let (fields, mut problem) = (object(body)?, no_problem());
        let mut id = |name: &str| {
            let id = fields.get(name).map(|reference| reference.get("id").and_then(Value::as_str).map(str::to_owned));
            if id == Some(None) {
                problem.add(name, "A reference with an id is expected.");
            }
            id.flatten()
        };
        let (endpoint, event) = (id("webhookEndpoint"), id("event"));
        if !fields.contains_key("webhookEndpoint") {
            problem.add("webhookEndpoint", "The webhookEndpoint field is required.");
        }
        for name in fields.keys().filter(|name| !matches!(name.as_str(), "webhookEndpoint" | "event")) {
            problem.add(name, "The field is not known.");
        }
        match endpoint {
            Some(endpoint) if problem.errors.is_empty() => Ok(Self { endpoint, event }),
            _ => Err(problem),
        }
    }
}

fn no_problem() -> Problem {
    Problem::new(400, "See the errors for details.")
}

fn object(body: &[u8]) -> Result<Map<String, Value>, Problem> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(fields)) => Ok(fields),
        _ => Err(Problem::invalid("body", "The body is not a JSON object.")),
    }
}

fn text(value: &Value) -> Result<String, String> {
    let text = value.as_str().filter(|text| !text.trim().is_empty());
    text.map(str::to_owned).ok_or_else(|| "A text that is not empty is expected.".to_owned())
}

fn api_version(value: &Value) -> Result<String, String> {
    let version = text(value)?;
    match NaiveDate::parse_from_str(&version, "%Y-%m-%d") {
        Ok(date) if date.to_string() == version => Ok(version),
        _ => Err(format!("The value '{version}' is not a date (YYYY-MM-DD).")),
    }
}

/// Whether an address is http to this machine.
pub(in crate::fake_tenant) fn is_here(url: &url::Url) -> bool {
    let here = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    here && url.scheme() == "http"
}

/// Https, or http to this machine for those who try things.
fn address(value: &Value) -> Result<String, String> {
    let said = text(value)?;
    match url::Url::parse(&said) {
        Ok(url) if url.scheme() == "https" && url.has_host() => Ok(said),
        Ok(url) if is_here(&url) => Ok(said),
        Ok(_) => Err("The URL must begin with https.".to_owned()),
        Err(_) => Err(format!("The value '{said}' is not a URL.")),
    }
}

fn topics(value: &Value) -> Result<Vec<String>, String> {
    let topics = value.as_array().filter(|topics| !topics.is_empty());
    let topics = topics.ok_or("A list of topics that is not empty is expected.")?;
    let topic = |topic: &Value| {
        let topic = topic.as_str().ok_or("A topic is a text.")?;
        let (resource, change) = topic.split_once('.').unwrap_or_default();
        let known = RESOURCES.contains(&resource) && matches!(change, "created" | "updated" | "deleted");
        if known { Ok(topic.to_owned()) } else { Err(format!("The topic '{topic}' is not known.")) }
    };
    topics.iter().map(topic).collect()
}

fn sites(value: &Value) -> Result<Option<Vec<usize>>, String> {
    if value.is_null() {
        return Ok(None);
    }
    let references = value.as_array().filter(|references| !references.is_empty());
    let references = references.ok_or("null or a list that is not empty is expected.")?;
    let index = |reference: &Value| {
        let id = reference.get("id").and_then(Value::as_str).ok_or("A reference with an id is expected.")?;
        let index = ESTABLISHMENT.index_of(id).filter(|index| *index < ESTABLISHMENTS.len());
        index.ok_or_else(|| format!("There is no business establishment '{id}'."))
    };
    references.iter().map(index).collect::<Result<_, _>>().map(Some)
}

fn status(value: &Value) -> Result<Status, String> {
    let status = value.as_str().and_then(Status::parse);
    status.ok_or_else(|| format!("The value {value} is not valid: expected {}.", Status::NAMES.join(", ")))
}
