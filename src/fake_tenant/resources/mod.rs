//! Records as the API writes them: serialised straight from borrowed structs, properties in the documented order.

mod attributes;
pub(super) mod careers;
mod catalogue;
mod employees;
mod recorded;
mod structure;
pub(super) mod values;

use std::fmt;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::people::People;
use super::people::definitions::DEFINITIONS;
use super::people::kinds::{self, Kind};

/// What a record is written for.
#[derive(Debug, Clone, Copy)]
pub(super) struct View<'a> {
    pub(super) people: &'a People,
    /// Scheme and host of absolute URLs, without a slash at the end.
    pub(super) base: &'a str,
    /// Whether `links` were asked for.
    pub(super) links: bool,
}

/// The id of a record; always a string in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Id {
    Number(u64),
    Text(&'static str),
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(text),
        }
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Where a record is.
#[derive(Debug, Clone, Copy)]
enum Url<'a> {
    Of {
        base: &'a str,
        path: &'static str,
        id: Id,
    },
    /// For resources without a public path.
    Blank,
}

impl Serialize for Url<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Of { base, path, id } => serializer.collect_str(&format_args!("{base}/lucca-api/{path}/{id}")),
            Self::Blank => serializer.serialize_str("about:blank"),
        }
    }
}

/// `{id, type, url}`: a reference to a record, and what every record begins with.
#[derive(Debug, Clone, Copy, Serialize)]
struct Reference<'a> {
    id: Id,
    r#type: &'static str,
    url: Url<'a>,
}

/// The `links` of a record: name to URL, or to null where it leads nowhere.
#[derive(Debug, Default)]
struct Links(Vec<(&'static str, Option<String>)>);

#[derive(Serialize)]
struct Link<'a> {
    href: &'a str,
}

impl Serialize for Links {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, href) in &self.0 {
            map.serialize_entry(name, &href.as_deref().map(|href| Link { href }))?;
        }
        map.end()
    }
}

/// `t9n` of a record with one translatable property.
#[derive(Debug, Clone, Copy)]
struct Translated {
    property: &'static str,
    french: Option<&'static str>,
}

impl Serialize for Translated {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some(french) = self.french {
            map.serialize_entry(self.property, &French { text: french })?;
        }
        map.end()
    }
}

#[derive(Serialize)]
struct French {
    #[serde(rename = "fr-FR")]
    text: &'static str,
}

/// JSON text as it is.
#[derive(Debug, Clone)]
struct Json(String);

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw: &serde_json::value::RawValue = serde_json::from_str(&self.0).map_err(serde::ser::Error::custom)?;
        raw.serialize(serializer)
    }
}

impl<'a> View<'a> {
    fn url(&self, kind: &Kind, id: Id) -> Url<'a> {
        Url::Of { base: self.base, path: kind.path, id }
    }

    /// A reference by id.
    fn refer(&self, kind: &Kind, id: u64) -> Reference<'a> {
        Reference { id: Id::Number(id), r#type: kind.item, url: self.url(kind, Id::Number(id)) }
    }

    /// A reference to the record at an index.
    fn refer_at(&self, kind: &Kind, index: impl TryInto<u64>) -> Reference<'a> {
        self.refer(kind, kind.ids.id(index.try_into().unwrap_or(0)))
    }

    /// The id of the record at an index, as text.
    pub(super) fn id_at(&self, kind: &Kind, index: usize) -> String {
        match DEFINITIONS.get(index) {
            Some(definition) if *kind == kinds::DEFINITION => definition.id.to_owned(),
            _ => kind.ids.id(index as u64).to_string(),
        }
    }

    fn employee_ref(&self, index: u32) -> Reference<'a> {
        self.refer_at(&kinds::EMPLOYEE, index)
    }

    /// The links of a record, if they were asked for. A URL starts after `/lucca-api/`.
    fn links<const N: usize>(&self, make: impl FnOnce() -> [(&'static str, Option<String>); N]) -> Option<Links> {
        if !self.links {
            return None;
        }
        let absolute = |path: String| format!("{}/lucca-api/{path}", self.base);
        Some(Links(make().into_iter().map(|(name, path)| (name, path.map(absolute))).collect()))
    }
}

/// Appends a record; `None` if there is none.
fn write<T: Serialize>(record: Option<T>, out: &mut Vec<u8>) -> Option<()> {
    serde_json::to_writer(out, &record?).ok()
}
