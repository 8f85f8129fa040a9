//! Typed readings of an attribute's value, whose shape depends on its definition.

use std::borrow::Cow;

use super::{
    column::ColumnBuilder,
    json::{Json, Kind, NotJson},
    time::lenient_date,
};
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
struct ReferenceValue<'a> {
    id: Cow<'a, str>,
    kind: Option<Cow<'a, str>>,
}

impl<'a> Readings<'a> {
    /// Reads the value here.
    pub(super) fn read(json: &mut Json<'a>) -> Result<Self, NotJson> {
        let mut readings = Self::default();
        match json.kind() {
            Kind::Text => {
                readings.text = Some(json.string()?);
                readings.date = readings.text.as_deref().and_then(lenient_date);
            }
            Kind::Boolean => readings.boolean = Some(json.boolean()?),
            Kind::Number => readings.number = json.raw()?.parse().ok().filter(|n: &f64| n.is_finite()),
            Kind::Object => readings.object(json)?,
            Kind::Null | Kind::List => json.skip()?,
        }
        Ok(readings)
    }

    fn object(&mut self, json: &mut Json<'a>) -> Result<(), NotJson> {
        let start = *json;
        if let Some(ReferenceValue { id, kind }) = reference(json)? {
            (self.reference_id, self.reference_type) = (Some(id), kind);
            return Ok(());
        }
        *json = start;
        if let Some(day) = date(json)? {
            self.date = lenient_date(&day);
            return Ok(());
        }
        *json = start;
        json.skip()
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

fn reference<'a>(json: &mut Json<'a>) -> Result<Option<ReferenceValue<'a>>, NotJson> {
    let (mut id, mut kind, mut url) = (None, None, None);
    let mut object = json.object()?;
    while object.next(json)? {
        match (json.name()?.as_ref(), json.kind()) {
            ("id", Kind::Text) if id.is_none() => id = Some(json.string()?),
            ("type", Kind::Text) if kind.is_none() => kind = Some(Some(json.string()?)),
            ("type", Kind::Null) if kind.is_none() => {
                json.skip()?;
                kind = Some(None);
            }
            ("url", _) if url.is_none() => {
                json.skip()?;
                url = Some(());
            }
            _ => return Ok(None),
        }
    }
    Ok(id.map(|id| ReferenceValue { id, kind: kind.flatten() }))
}

/// `{date}`: how contract dates come.
fn date<'a>(json: &mut Json<'a>) -> Result<Option<Cow<'a, str>>, NotJson> {
    let mut date = None;
    let mut object = json.object()?;
    while object.next(json)? {
        match (json.name()?.as_ref(), json.kind()) {
            ("date", Kind::Text) if date.is_none() => date = Some(json.string()?),
            _ => return Ok(None),
        }
    }
    Ok(date)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(value: &str) -> Readings<'_> {
        Readings::read(&mut Json::of(value)).unwrap()
    }

    #[test]
    fn each_shape_has_its_reading_and_no_other() {
        let text = |t: &'static str| Readings { text: Some(t.into()), ..Default::default() };
        assert_eq!(of("\"12\""), text("12"));
        assert_eq!(of(r#""a\u00e9\n""#), text("aé\n"));
        assert_eq!(of("\"true\""), text("true"));
        assert_eq!(of("\"1970-01-03\""), Readings { date: Some(2), ..text("1970-01-03") });
        assert_eq!(of("\"1970-01-03T00:00:00\""), Readings { date: Some(2), ..text("1970-01-03T00:00:00") });
        assert_eq!(of("-1.5e1"), Readings { number: Some(-15.0), ..Default::default() });
        assert_eq!(of("false"), Readings { boolean: Some(false), ..Default::default() });
        assert_eq!(of(r#"{"date": "1970-01-02"}"#), Readings { date: Some(1), ..Default::default() });
        assert_eq!(
            of(r#"{"id":"5","type":"department","url":"about:blank"}"#),
            Readings {
                reference_id: Some("5".into()),
                reference_type: Some("department".into()),
                ..Default::default()
            }
        );
        for shapeless in
            ["null", "[]", "{}", "[\"a\"]", r#"{"id":"5","name":"x"}"#, r#"{"id":5}"#, "1e999", r#"{"date":null}"#]
        {
            assert_eq!(of(shapeless), Readings::default(), "{shapeless}");
        }
    }
}
