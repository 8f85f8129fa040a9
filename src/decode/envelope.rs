//! The envelope around the records of a page: `items`, `links.next`, `totalCount`. Walked in the same pass.

use serde::{Deserialize, de::Deserializer};
use serde_json::value::RawValue;

use super::{
    json::{Json, Kind, NotJson},
    labels::Labels,
    plan::ObjectPlan,
    rows::{Faulty, Rows},
    walk,
};
use crate::page::Next;

/// What the envelope said.
#[derive(Debug, PartialEq)]
pub(super) struct Facts {
    pub(super) next: Next,
    pub(super) total_count: Option<u64>,
    pub(super) labels: Labels,
}

#[derive(Deserialize)]
struct Href {
    href: Option<String>,
}

/// Why a text is not the page of a collection.
#[derive(Debug)]
pub(super) enum NotAPage {
    /// It breaks off being JSON, or [`Rows::fault`] says what is wrong with a record.
    Faulty,
    /// It is JSON of another shape.
    Shape,
    /// It has no list of records.
    NoItems,
}

impl From<Faulty> for NotAPage {
    fn from(_: Faulty) -> Self {
        Self::Faulty
    }
}

impl From<NotJson> for NotAPage {
    fn from(_: NotJson) -> Self {
        Self::Faulty
    }
}

/// Reads a whole page into `rows`. The names of the embedded records of type `labels` are wanted.
pub(super) fn read<'p>(
    text: &str,
    rows: &mut Rows<'p>,
    plan: &'p ObjectPlan,
    labels: Option<&str>,
) -> Result<Facts, NotAPage> {
    let json = &mut Json::of(text);
    if json.kind() != Kind::Object {
        return Err(NotAPage::Shape);
    }
    let mut has_items = false;
    let mut facts = Facts { next: Next::Unsaid, total_count: None, labels: Labels::default() };
    let mut page = json.object()?;
    while page.next(json)? {
        match (json.name()?.as_ref(), labels) {
            ("items", _) if has_items || json.kind() != Kind::List => return Err(NotAPage::Shape),
            ("items", _) => {
                let mut items = json.list()?;
                while items.next(json)? {
                    walk::record(rows, plan, json)?;
                }
                has_items = true;
            }
            ("links", _) => facts.next = next(json.raw()?),
            ("embedded", Some(labels)) => facts.labels = Labels::of(json.raw()?, labels),
            ("totalCount", _) => facts.total_count = count(json.raw()?),
            _ => json.skip()?,
        }
    }
    json.end()?;
    if has_items { Ok(facts) } else { Err(NotAPage::NoItems) }
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
