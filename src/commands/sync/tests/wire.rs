//! Requests and pages as a fault sees them. Records stay the bytes they are: their numbers must not be rewritten.

use bytes::Bytes;
use http::{Request, Uri};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use url::form_urlencoded;

/// What one chain of cursors reads: a collection, of all owners or of some.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct ChainKey {
    pub(super) path: String,
    pub(super) owners: String,
}

/// The parts of a request for a page.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) chain: ChainKey,
    pub(super) cursor: Option<String>,
    pub(super) limit: usize,
}

impl Asked {
    pub(super) fn of(uri: &Uri) -> Self {
        let (mut owners, mut cursor, mut limit) = (String::new(), None, 25);
        for (name, value) in form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()) {
            match name.as_ref() {
                "employee.id" => owners = value.into_owned(),
                "page" => cursor = Some(value.into_owned()),
                "limit" => limit = value.parse().unwrap(),
                _ => {}
            }
        }
        Self { chain: ChainKey { path: uri.path().to_owned(), owners }, cursor, limit }
    }

    /// Whether it asks for records, from the first one on.
    pub(super) fn begins_a_chain(&self) -> bool {
        self.cursor.is_none() && self.limit > 0
    }
}

/// The same request for pages of another size.
pub(super) fn with_limit(request: &Request<Bytes>, limit: usize) -> Request<Bytes> {
    let mut smaller = request.clone();
    *smaller.uri_mut() = address_with_limit(&request.uri().to_string(), limit).parse().unwrap();
    smaller
}

pub(super) fn address_with_limit(address: &str, limit: usize) -> String {
    let (head, query) = address.split_once('?').unwrap();
    let mut rest = form_urlencoded::Serializer::new(String::new());
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let value = if name == "limit" { limit.to_string() } else { value.into_owned() };
        rest.append_pair(&name, &value);
    }
    format!("{head}?{}", rest.finish())
}

/// A page, to be changed.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Page {
    r#type: String,
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) total_count: Option<u64>,
    pub(super) items: Vec<Box<RawValue>>,
    pub(super) links: Links,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    embedded: Option<Box<RawValue>>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Links {
    prev: Option<Href>,
    pub(super) next: Option<Href>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Href {
    pub(super) href: String,
}

impl Page {
    pub(super) fn parse(body: &[u8]) -> Self {
        serde_json::from_slice(body).unwrap()
    }

    pub(super) fn bytes(&self) -> Bytes {
        serde_json::to_vec(self).unwrap().into()
    }
}
