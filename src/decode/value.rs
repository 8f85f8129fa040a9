//! Typed readings of an attribute's value, whose shape depends on its definition.

use std::borrow::Cow;

use serde::{Deserialize, de::IgnoredAny};

use super::{column::ColumnBuilder, time::lenient_date};
use crate::catalog::Reading;

/// What one JSON value can be read as. All empty for lists, composite objects and null.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Readings<'a> {
    text: Option<Cow<'a, str>>,
    number: Option<f64>,
    boolean: Option<bool>,
    date: Option<i32>,
    reference_id: Option<Cow<'a, str>>,
    reference_type: Option<Cow<'a, str>>,
}

/// `{id, type, url}` and nothing else: composite custom values may have an `id` too.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReferenceValue<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow, default, rename = "type")]
    kind: Option<Cow<'a, str>>,
    #[serde(default, rename = "url")]
    _url: IgnoredAny,
}

/// `{date}`: how contract dates come.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DateValue<'a> {
    #[serde(borrow)]
    date: Cow<'a, str>,
}

impl<'a> Readings<'a> {
    /// Reads the text of one valid JSON value.
    pub(super) fn of(raw: &'a str) -> Self {
        let mut readings = Self::default();
        match raw.as_bytes() {
            [b'"', ..] => {
                readings.text = string(raw);
                readings.date = readings.text.as_deref().and_then(lenient_date);
            }
            [b't', ..] => readings.boolean = Some(true),
            [b'f', ..] => readings.boolean = Some(false),
            [b'-' | b'0'..=b'9', ..] => readings.number = raw.parse().ok().filter(|n: &f64| n.is_finite()),
            [b'{', ..] => readings.object(raw),
            _ => {}
        }
        readings
    }

    fn object(&mut self, raw: &'a str) {
        if let Ok(reference) = serde_json::from_str::<ReferenceValue<'a>>(raw) {
            self.reference_id = Some(reference.id);
            self.reference_type = reference.kind;
        } else if let Ok(value) = serde_json::from_str::<DateValue<'a>>(raw) {
            self.date = lenient_date(&value.date);
        }
    }

    /// Appends one of the readings to its column.
    pub(super) fn append(&self, reading: Reading, builder: &mut ColumnBuilder) {
        match (reading, builder) {
            (Reading::Text, ColumnBuilder::String(b)) => b.append_option(self.text.as_deref()),
            (Reading::Number, ColumnBuilder::Double(b)) => b.append_option(self.number),
            (Reading::Boolean, ColumnBuilder::Boolean(b)) => b.append_option(self.boolean),
            (Reading::Date, ColumnBuilder::Date(b)) => b.append_option(self.date),
            (Reading::ReferenceId, ColumnBuilder::String(b)) => b.append_option(self.reference_id.as_deref()),
            (Reading::ReferenceType, ColumnBuilder::String(b)) => b.append_option(self.reference_type.as_deref()),
            (_, builder) => builder.append_null(),
        }
    }
}

fn string(raw: &str) -> Option<Cow<'_, str>> {
    let inner = raw.strip_prefix('"')?.strip_suffix('"')?;
    if inner.contains('\\') { serde_json::from_str(raw).ok().map(Cow::Owned) } else { Some(Cow::Borrowed(inner)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_shape_has_its_reading_and_no_other() {
        let text = |t: &'static str| Readings { text: Some(t.into()), ..Default::default() };
        assert_eq!(Readings::of("\"12\""), text("12"));
        assert_eq!(Readings::of(r#""a\u00e9\n""#), text("aé\n"));
        assert_eq!(Readings::of("\"true\""), text("true"));
        assert_eq!(Readings::of("\"1970-01-03\""), Readings { date: Some(2), ..text("1970-01-03") });
        assert_eq!(Readings::of("\"1970-01-03T00:00:00\""), Readings { date: Some(2), ..text("1970-01-03T00:00:00") });
        assert_eq!(Readings::of("-1.5e1"), Readings { number: Some(-15.0), ..Default::default() });
        assert_eq!(Readings::of("false"), Readings { boolean: Some(false), ..Default::default() });
        assert_eq!(Readings::of(r#"{"date": "1970-01-02"}"#), Readings { date: Some(1), ..Default::default() });
        assert_eq!(
            Readings::of(r#"{"id":"5","type":"department","url":"about:blank"}"#),
            Readings {
                reference_id: Some("5".into()),
                reference_type: Some("department".into()),
                ..Default::default()
            }
        );
        for shapeless in
            ["null", "[]", "{}", "[\"a\"]", r#"{"id":"5","name":"x"}"#, r#"{"id":5}"#, "1e999", r#"{"date":null}"#]
        {
            assert_eq!(Readings::of(shapeless), Readings::default(), "{shapeless}");
        }
    }
}
