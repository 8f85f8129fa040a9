//! The envelope around the records of a page: `items`, `links.next`, `totalCount`. Walked in the same pass.

use std::fmt;

use serde::{
    Deserialize,
    de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::value::RawValue;

use super::{labels::Labels, plan::ObjectPlan, rows::Rows, walk::Record};
use crate::page::Next;

/// Reads a whole page.
pub(super) struct Envelope<'w, 'p> {
    pub(super) rows: &'w mut Rows<'p>,
    pub(super) plan: &'p ObjectPlan,
    /// Type of the embedded records whose names are wanted.
    pub(super) labels: Option<&'p str>,
}

/// What the envelope said.
#[derive(Debug, PartialEq)]
pub(super) struct Facts {
    pub(super) next: Next,
    pub(super) total_count: Option<u64>,
    pub(super) has_items: bool,
    pub(super) labels: Labels,
}

#[derive(Deserialize)]
struct Href {
    href: Option<String>,
}

impl<'de> DeserializeSeed<'de> for Envelope<'_, '_> {
    type Value = Facts;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Facts, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Envelope<'_, '_> {
    type Value = Facts;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the envelope of a page")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Facts, A::Error> {
        let mut facts = Facts { next: Next::Unsaid, total_count: None, has_items: false, labels: Labels::default() };
        while let Some(name) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            match name.as_ref() {
                "items" if facts.has_items => return Err(A::Error::custom("`items` twice")),
                "items" => {
                    map.next_value_seed(Items { rows: &mut *self.rows, plan: self.plan })?;
                    facts.has_items = true;
                }
                "links" => facts.next = next(map.next_value::<&RawValue>()?.get()),
                "embedded" if self.labels.is_some() => {
                    let embedded = map.next_value::<&RawValue>()?.get();
                    facts.labels = Labels::of(embedded, self.labels.unwrap_or_default());
                }
                "totalCount" => facts.total_count = count(map.next_value::<&RawValue>()?.get()),
                _ => map.next_value::<IgnoredAny>().map(|_| ())?,
            }
        }
        Ok(facts)
    }
}

/// `links.next`: documented as an object with `href` or null; a bare address is borne too. A missing `next` says nothing.
fn next(links: &str) -> Next {
    #[derive(Deserialize)]
    struct Links<'a> {
        #[serde(borrow, default, deserialize_with = "present")]
        next: Option<&'a RawValue>,
    }
    fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'de RawValue>, D::Error> {
        <&RawValue>::deserialize(deserializer).map(Some)
    }
    let Some(next) = serde_json::from_str::<Links<'_>>(links).ok().and_then(|l| l.next).map(RawValue::get) else {
        return Next::Unsaid;
    };
    if next == "null" {
        return Next::End;
    }
    if let Ok(address) = serde_json::from_str::<String>(next) {
        return Next::Link(address);
    }
    match serde_json::from_str::<Href>(next) {
        Ok(Href { href: Some(address) }) => Next::Link(address),
        Ok(Href { href: None }) if next.contains("href") => Next::End,
        _ => Next::Unsaid,
    }
}

/// `totalCount`: documented as a whole number or null; `3.0` and `"3"` are borne.
fn count(raw: &str) -> Option<u64> {
    let digits = raw.trim_matches('"');
    digits.strip_suffix(".0").unwrap_or(digits).parse().ok()
}

/// The list of records.
struct Items<'w, 'p> {
    rows: &'w mut Rows<'p>,
    plan: &'p ObjectPlan,
}

impl<'de> DeserializeSeed<'de> for Items<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Items<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of records")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element_seed(Record { rows: &mut *self.rows, plan: self.plan })?.is_some() {}
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_explicit_null_ends_a_collection() {
        let link = |address: &str| Next::Link(address.into());
        assert_eq!(next(r#"{"prev":null,"next":{"href":"https://a/b?c"}}"#), link("https://a/b?c"));
        assert_eq!(next(r#"{"next":"https://a/b"}"#), link("https://a/b"));
        assert_eq!(next(r#"{"prev":null,"next":null}"#), Next::End);
        assert_eq!(
            [count("647"), count("\"647\""), count("3.0"), count("null"), count("3.5")],
            [Some(647), Some(647), Some(3), None, None]
        );
        assert_eq!(next(r#"{"next":{"href":null}}"#), Next::End);
        for unsaid in ["null", "{}", r#"{"prev":null}"#, "[]", "3", r#"{"next":{}}"#, r#"{"next":7}"#] {
            assert_eq!(next(unsaid), Next::Unsaid, "{unsaid}");
        }
    }
}
