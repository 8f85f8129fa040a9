//! The envelopes of the older APIs. Names are compared without regard to case, and both forms of each are borne.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::facts::{Facts, NotAPage, count};
use crate::{
    catalog::Style,
    decode::{
        json::{Json, Kind},
        labels::Labels,
        plan::ObjectPlan,
        rows::Rows,
        walk,
    },
    page::Next,
};

/// The first status that is an error.
const FIRST_ERROR: u64 = 400;

/// Reads the page here into `rows`.
pub(super) fn read<'p>(
    json: &mut Json<'_>,
    style: Style,
    rows: &mut Rows<'p>,
    plan: &'p ObjectPlan,
) -> Result<Facts, NotAPage> {
    let mut facts = Facts { next: Next::Unsaid, total_count: None, labels: Labels::default() };
    match (style, json.kind()) {
        (Style::V4, Kind::List) => items(json, rows, plan)?,
        (Style::V4, Kind::Object) => collection(json, rows, plan, &mut facts, true)?,
        (Style::V3, Kind::Object) => {
            let mut has_data = false;
            let mut page = json.object()?;
            while page.next(json)? {
                match json.name()? {
                    name if is(&name, "data") && has_data => return Err(NotAPage::Shape),
                    name if is(&name, "data") => {
                        data(json, rows, plan, &mut facts)?;
                        has_data = true;
                    }
                    name if is(&name, "count") => facts.total_count = facts.total_count.or(count(json.raw()?)),
                    name => other(json, &name)?,
                }
            }
            if !has_data {
                return Err(NotAPage::NoItems);
            }
        }
        _ => return Err(NotAPage::Shape),
    }
    json.end()?;
    Ok(facts)
}

/// What a page counts. Its records are passed over: who asks for the count alone is given what the API likes.
pub(super) fn counted(text: &str, style: Style) -> Result<Option<u64>, NotAPage> {
    let json = &mut Json::of(text);
    let (mut counted, mut is_page) = (None, false);
    if json.kind() != Kind::Object {
        return Err(NotAPage::Shape);
    }
    let mut page = json.object()?;
    while page.next(json)? {
        let name = json.name()?;
        if is(&name, "count") {
            (counted, is_page) = (counted.or(count(json.raw()?)), true);
        } else if is(&name, "items") && style == Style::V4 {
            json.skip()?;
            is_page = true;
        } else if is(&name, "data") && style == Style::V3 && json.kind() == Kind::Object {
            let mut data = json.object()?;
            while data.next(json)? {
                match is(&json.name()?, "count") {
                    true => counted = count(json.raw()?),
                    false => json.skip()?,
                }
            }
            is_page = true;
        } else if is(&name, "data") && style == Style::V3 {
            json.skip()?;
            is_page = true;
        } else {
            other(json, &name)?;
        }
    }
    json.end()?;
    if is_page { Ok(counted) } else { Err(NotAPage::NoItems) }
}

/// What is under `data`: a collection, a bare list, or one record.
fn data<'p>(json: &mut Json<'_>, rows: &mut Rows<'p>, plan: &'p ObjectPlan, facts: &mut Facts) -> Result<(), NotAPage> {
    let start = *json;
    match json.kind() {
        Kind::List => items(json, rows, plan),
        Kind::Object => match collection(json, rows, plan, facts, false) {
            Err(NotAPage::NoItems) => {
                *json = start;
                facts.next = Next::End;
                Ok(walk::record(rows, plan, json)?)
            }
            read => read,
        },
        _ => Err(NotAPage::Shape),
    }
}

/// An object with `items`, and what else it says of them; the whole body or a part of it.
fn collection<'p>(
    json: &mut Json<'_>,
    rows: &mut Rows<'p>,
    plan: &'p ObjectPlan,
    facts: &mut Facts,
    is_body: bool,
) -> Result<(), NotAPage> {
    let mut has_items = false;
    let mut page = json.object()?;
    while page.next(json)? {
        let name = json.name()?;
        if is(&name, "items") {
            if has_items || json.kind() != Kind::List {
                return Err(NotAPage::Shape);
            }
            items(json, rows, plan)?;
            has_items = true;
        } else if is(&name, "count") {
            facts.total_count = count(json.raw()?);
        } else if is(&name, "next") {
            facts.next = next(json.raw()?);
        } else if is_body {
            other(json, &name)?;
        } else {
            json.skip()?;
        }
    }
    if has_items { Ok(()) } else { Err(NotAPage::NoItems) }
}

fn items<'p>(json: &mut Json<'_>, rows: &mut Rows<'p>, plan: &'p ObjectPlan) -> Result<(), NotAPage> {
    let mut items = json.list()?;
    while items.next(json)? {
        walk::record(rows, plan, json)?;
    }
    Ok(())
}

/// `next` of v4: a cursor, or null after the last page. Addresses and numbers of pages are borne.
fn next(raw: &str) -> Next {
    if raw == "null" {
        return Next::End;
    }
    match serde_json::from_str::<Cow<'_, str>>(raw) {
        Ok(text) if text.is_empty() => Next::Unsaid,
        Ok(address) if address.starts_with('/') || address.contains("://") => Next::Link(address.into_owned()),
        Ok(cursor) => Next::Cursor(cursor.into_owned()),
        Err(_) if raw.bytes().all(|b| b.is_ascii_digit()) => Next::Cursor(raw.to_owned()),
        Err(_) => Next::Unsaid,
    }
}

/// What else is in a body. The older APIs were seen to answer errors with status 200: those say so themselves.
fn other(json: &mut Json<'_>, name: &str) -> Result<(), NotAPage> {
    let raw = json.raw()?;
    let says_why = is(name, "message") && raw.len() > 2 && raw.starts_with('"');
    let is_refused = is(name, "status") && count(raw).is_some_and(|status| status >= FIRST_ERROR);
    if says_why || is_refused { Err(NotAPage::ErrorBody) } else { Ok(()) }
}

/// The records of a page.
pub(super) fn records(text: &str, style: Style) -> Option<Vec<&RawValue>> {
    let json = &mut Json::of(text);
    if style == Style::V3 {
        property(json, "data")?;
    }
    let start = *json;
    if json.kind() == Kind::Object && property(json, "items").is_none() {
        *json = start;
        return Some(vec![serde_json::from_str(json.raw().ok()?).ok()?]);
    }
    serde_json::from_str(json.raw().ok()?).ok()
}

/// Goes to the value of a property of the object here.
fn property(json: &mut Json<'_>, wanted: &str) -> Option<()> {
    let mut object = json.object().ok()?;
    while object.next(json).ok()? {
        if is(&json.name().ok()?, wanted) {
            return Some(());
        }
        json.skip().ok()?;
    }
    None
}

fn is(name: &str, wanted: &str) -> bool {
    name.eq_ignore_ascii_case(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_read_whatever_records_come_with_it() {
        let counted = |text: &str, style| counted(text, style).ok();
        for text in [
            r#"{"data":{"count":7}}"#,
            r#"{"data":{"items":[{}],"count":7}}"#,
            r#"{"Data":{"Items":[{"name":"x"}],"Count":"7"}}"#,
            r#"{"data":[{}],"count":7}"#,
        ] {
            assert_eq!(counted(text, Style::V3), Some(Some(7)), "{text}");
        }
        assert_eq!(counted(r#"{"count":7}"#, Style::V4), Some(Some(7)));
        assert_eq!(counted(r#"{"items":[],"count":7,"next":null}"#, Style::V4), Some(Some(7)));
        assert_eq!(counted(r#"{"items":[{"id":1}]}"#, Style::V4), Some(None));
        assert_eq!(counted(r#"{"data":[]}"#, Style::V3), Some(None));
        for text in ["{}", "[]", "<html>", "", r#"{"data":{"count":7}"#, r#"{"Message":"No.","data":{"count":7}}"#] {
            assert_eq!(counted(text, Style::V3), None, "{text}");
        }
    }

    #[test]
    fn a_cursor_is_a_text_and_only_an_explicit_null_ends_a_collection() {
        let cursor = |text: &str| Next::Cursor(text.into());
        assert_eq!(next("\"eyJpZCI6N30=\""), cursor("eyJpZCI6N30="));
        assert_eq!(next("\"2\""), cursor("2"));
        assert_eq!(next("2"), cursor("2"));
        assert_eq!(next("\"https://a/b?page=2\""), Next::Link("https://a/b?page=2".into()));
        assert_eq!(next("\"/b?page=2\""), Next::Link("/b?page=2".into()));
        assert_eq!(next("null"), Next::End);
        for unsaid in ["\"\"", "{}", "[]", "true", "1.5", "-1"] {
            assert_eq!(next(unsaid), Next::Unsaid, "{unsaid}");
        }
    }
}
