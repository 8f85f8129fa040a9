//! `{id, type, url}`: how the API refers from one record to another.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize,
    de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::value::RawValue;

/// The id of a reference, and whatever it holds beyond the documented three properties.
pub(super) struct Reference<'de> {
    /// `None` when there is no `id`, or it is no text.
    pub(super) id: Option<Cow<'de, str>>,
    /// Name and JSON text.
    pub(super) unknown: Vec<(String, &'de str)>,
}

impl<'de> Reference<'de> {
    /// Reads the properties of an object already entered.
    pub(super) fn of<A: MapAccess<'de>>(map: &mut A) -> Result<Self, A::Error> {
        let mut found = Self { id: None, unknown: Vec::new() };
        while let Some(property) = map.next_key_seed(PropertySeed)? {
            match property {
                Property::Id => found.id = map.next_value_seed(IdSeed)?,
                Property::Transport => map.next_value::<IgnoredAny>().map(|_| ())?,
                Property::Unknown(name) => found.unknown.push((name, map.next_value::<&RawValue>()?.get())),
            }
        }
        Ok(found)
    }
}

impl<'de> Deserialize<'de> for Reference<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ReferenceVisitor;
        impl<'de> Visitor<'de> for ReferenceVisitor {
            type Value = Reference<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a reference")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                Reference::of(&mut map)
            }
        }
        deserializer.deserialize_map(ReferenceVisitor)
    }
}

/// What a property of a reference is, found without copying its name.
enum Property {
    Id,
    Transport,
    Unknown(String),
}

struct PropertySeed;

impl<'de> DeserializeSeed<'de> for PropertySeed {
    type Value = Property;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Property, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for PropertySeed {
    type Value = Property;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a property name")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Property, E> {
        Ok(match name {
            "id" => Property::Id,
            "type" | "url" | "links" | "embedded" => Property::Transport,
            _ => Property::Unknown(name.to_owned()),
        })
    }
}

/// An id: a text, borrowed from the page where it has no escapes. Anything else is walked over.
struct IdSeed;

impl<'de> DeserializeSeed<'de> for IdSeed {
    type Value = Option<Cow<'de, str>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for IdSeed {
    type Value = Option<Cow<'de, str>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an id")
    }
    fn visit_borrowed_str<E: Error>(self, id: &'de str) -> Result<Self::Value, E> {
        Ok(Some(Cow::Borrowed(id)))
    }
    fn visit_str<E: Error>(self, id: &str) -> Result<Self::Value, E> {
        Ok(Some(Cow::Owned(id.to_owned())))
    }
    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
    fn visit_bool<E: Error>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }
    fn visit_i64<E: Error>(self, _: i64) -> Result<Self::Value, E> {
        Ok(None)
    }
    fn visit_u64<E: Error>(self, _: u64) -> Result<Self::Value, E> {
        Ok(None)
    }
    fn visit_f64<E: Error>(self, _: f64) -> Result<Self::Value, E> {
        Ok(None)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
        IgnoredAny.visit_seq(list).map(|_| None)
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        IgnoredAny.visit_map(map).map(|_| None)
    }
}
