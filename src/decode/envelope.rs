//! The envelope around the records of a page, walked in the same pass: `items`, `links.next` and `totalCount` here; those of
//! the older APIs in `legacy`.

mod facts;
mod legacy;

use serde::{Deserialize, de::Deserializer};
use serde_json::value::RawValue;

use self::facts::count;
pub(super) use self::facts::{Facts, NotAPage};
use super::{
    json::{Json, Kind},
    labels::Labels,
    plan::ObjectPlan,
    rows::Rows,
    walk,
};
use crate::{
    catalog::{Resource, Style},
    page::Next,
};

/// Which envelope the records of a resource come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Envelope {
    /// `{"items": […], "links": {"next": …}, "totalCount": N}`.
    V5,
    /// Of the older APIs.
    Legacy(Style),
}

impl Envelope {
    pub(super) fn of(resource: &Resource) -> Self {
        match resource.route.as_ref().map(|route| route.style) {
            None => Self::V5,
            Some(style) => Self::Legacy(style),
        }
    }

    /// What a page counts, whatever its records are; `None` for pages that must be read.
    pub(super) fn counted(self, text: &str) -> Option<Result<Option<u64>, NotAPage>> {
        match self {
            Self::V5 => None,
            Self::Legacy(style) => Some(legacy::counted(text, style)),
        }
    }

    /// The records of a page, found by a second look at it: for what is only asked of few pages.
    pub(super) fn records(self, text: &str) -> Option<Vec<&RawValue>> {
        match self {
            Self::V5 => {
                #[derive(Deserialize)]
                struct Bare<'a> {
                    #[serde(borrow)]
                    items: Vec<&'a RawValue>,
                }
                serde_json::from_str::<Bare<'_>>(text).ok().map(|page| page.items)
            }
            Self::Legacy(style) => legacy::records(text, style),
        }
    }
}

#[derive(Deserialize)]
struct Href {
    href: Option<String>,
}

/// Reads a whole page into `rows`. The names of the embedded records of type `labels` are wanted.
pub(super) fn read<'p>(
    text: &str,
    envelope: Envelope,
    rows: &mut Rows<'p>,
    plan: &'p ObjectPlan,
    labels: Option<&str>,
) -> Result<Facts, NotAPage> {
    let json = &mut Json::of(text);
    if let Envelope::Legacy(style) = envelope {
        return legacy::read(json, style, rows, plan);
    }
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
