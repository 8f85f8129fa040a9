//! Records as the API writes them: a head, own properties in the documented order, links.

use chrono::NaiveDate;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::kind::{ARRANGEMENT, Id, Kind};
use crate::fake_tenant::people::People;
use crate::fake_tenant::people::stamps::Stamps;

/// What a record is written for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) people: &'a People,
    /// Scheme and host of absolute URLs, without a slash at the end.
    pub(crate) base: &'a str,
    /// Whether `links` were asked for.
    pub(crate) links: bool,
}

/// What a record has besides its head.
pub(crate) trait Properties: Serialize {
    /// The `links` of the record with this id: each a name and a path after `/lucca-api/`, or null where it leads nowhere.
    fn links(&self, _: &View<'_>, _: Id) -> Vec<(&'static str, Option<String>)> {
        Vec::new()
    }
}

#[derive(Serialize)]
struct Record<'a, T> {
    #[serde(flatten)]
    head: Reference<'a>,
    #[serde(flatten)]
    properties: &'a T,
    #[serde(skip_serializing_if = "Option::is_none")]
    links: Option<Links<'a>>,
}

/// `{id, type, url}`: a reference to a record, and what every record begins with.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Reference<'a> {
    pub(crate) id: Id,
    r#type: &'static str,
    url: Url<'a>,
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

struct Links<'a> {
    base: &'a str,
    paths: Vec<(&'static str, Option<String>)>,
}

#[derive(Serialize)]
struct Link {
    href: String,
}

impl Serialize for Links<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let link = |path: &String| Link { href: format!("{}/lucca-api/{path}", self.base) };
        serializer.collect_map(self.paths.iter().map(|(name, path)| (name, path.as_ref().map(link))))
    }
}

/// `t9n` of a record with one translatable property.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Translated {
    pub(crate) property: &'static str,
    pub(crate) french: Option<&'static str>,
}

impl Translated {
    pub(crate) const fn title(french: Option<&'static str>) -> Self {
        Self { property: "title", french }
    }

    pub(crate) const fn name(french: Option<&'static str>) -> Self {
        Self { property: "name", french }
    }
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
pub(crate) struct Json(pub(crate) String);

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw: &serde_json::value::RawValue = serde_json::from_str(&self.0).map_err(serde::ser::Error::custom)?;
        raw.serialize(serializer)
    }
}

impl<'a> View<'a> {
    /// Appends the record at an index.
    pub(crate) fn write(
        &self,
        kind: &Kind,
        index: usize,
        properties: &impl Properties,
        out: &mut Vec<u8>,
    ) -> Option<()> {
        self.write_as(self.refer_at(kind, index), properties, out)
    }

    /// Appends the record that a reference is to.
    pub(crate) fn write_as(&self, head: Reference<'_>, properties: &impl Properties, out: &mut Vec<u8>) -> Option<()> {
        let paths = self.links.then(|| properties.links(self, head.id));
        let links = paths.map(|paths| Links { base: self.base, paths });
        serde_json::to_writer(out, &Record { head, properties, links }).ok()
    }

    /// A reference by id.
    pub(crate) fn refer(&self, kind: &Kind, id: impl Into<Id>) -> Reference<'a> {
        let id = id.into();
        Reference { id, r#type: kind.item, url: Url::Of { base: self.base, path: kind.path, id } }
    }

    /// A reference to the record at an index.
    pub(crate) fn refer_at(&self, kind: &Kind, index: impl TryInto<usize>) -> Reference<'a> {
        self.refer(kind, kind.id(index.try_into().unwrap_or(0)))
    }

    /// A reference to a working time arrangement, none of which has a public path.
    pub(crate) fn arrangement(&self, id: u64) -> Reference<'a> {
        Reference { url: Url::Blank, ..self.refer(&ARRANGEMENT, id) }
    }

    /// Where a file is. Such a link carries a secret of its own.
    pub(crate) fn file_path(&self, file: Option<Reference<'_>>) -> Option<String> {
        match file?.id {
            Id::Number(id) => Some(format!("files/{id}?token={}", self.file_token(id))),
            Id::Text(_) => None,
        }
    }

    /// The secret of a file.
    pub(crate) fn file_token(&self, id: u64) -> String {
        format!("eyJhbGciOi{:x}", id ^ self.people.seed)
    }

    /// When the record at an index came to be, on `since` or by then, and last changed. `salt` is another one for each
    /// kind of record.
    pub(crate) fn stamps(&self, salt: u64, index: usize, since: NaiveDate) -> Stamps {
        Stamps::new(self.people, salt, index, since)
    }

    /// As `stamps`, of a record of the organisation.
    pub(crate) fn old_stamps(&self, salt: u64, index: usize) -> Stamps {
        Stamps::old(self.people, salt, index)
    }
}
