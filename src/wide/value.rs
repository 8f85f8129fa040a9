//! One JSON value as the cells of its columns.

use std::cmp::Ordering;

use serde_json::Value;

use super::{choices::EnumeratedValue, kind::Kind};
use crate::decode::lenient_date;

/// What a column takes for one row.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell {
    Null,
    Text(String),
    Boolean(bool),
    Int32(i32),
    Int64(i64),
    Double(f64),
    Date(i32),
    Texts(Vec<Option<String>>),
}

/// A value of a shape that its definition does not announce.
#[derive(Debug, PartialEq)]
pub(super) struct Other;

/// Reads `value`, whose exact text is `raw`, as its kind says.
pub(super) fn cell(kind: &Kind, value: &Value, raw: &str) -> Result<Cell, Other> {
    Ok(match (kind, value) {
        (Kind::Json | Kind::Object(_), Value::Null) | (_, Value::Null) => Cell::Null,
        (Kind::Text | Kind::Choice(_), Value::String(text)) => Cell::Text(text.clone()),
        (Kind::Boolean, Value::Bool(flag)) => Cell::Boolean(*flag),
        (Kind::Int32, Value::Number(number)) => {
            Cell::Int32(number.as_i64().and_then(|n| i32::try_from(n).ok()).ok_or(Other)?)
        }
        (Kind::Int64, Value::Number(number)) => Cell::Int64(number.as_i64().ok_or(Other)?),
        (Kind::Double, Value::Number(number)) => Cell::Double(number.as_f64().ok_or(Other)?),
        (Kind::Date, value) => Cell::Date(date(value).ok_or(Other)?),
        (Kind::Texts, Value::Array(items)) => Cell::Texts(
            items
                .iter()
                .map(|item| item.as_str().map(|text| Some(text.to_owned())).ok_or(Other))
                .collect::<Result<_, _>>()?,
        ),
        (Kind::Json, _) => Cell::Text(raw.to_owned()),
        _ => return Err(Other),
    })
}

fn date(value: &Value) -> Option<i32> {
    match value {
        Value::String(text) => lenient_date(text),
        Value::Object(object) if object.len() == 1 => object.get("date")?.as_str().and_then(lenient_date),
        _ => None,
    }
}

/// The id of a reference; `Ok(None)` for null.
pub(super) fn id(value: &Value) -> Result<Option<&str>, Other> {
    match value {
        Value::Null => Ok(None),
        Value::Object(object) => object.get("id").and_then(Value::as_str).map(Some).ok_or(Other),
        _ => Err(Other),
    }
}

/// What the schema calls one of the values that it enumerates; `Ok(None)` where it has no name, and for null.
pub(super) fn title(of: &[EnumeratedValue], value: &Value) -> Result<Option<String>, Other> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(of.iter().find(|known| known.value == *text).and_then(|known| known.label.clone())),
        _ => Err(Other),
    }
}

/// One of several values as a text of a list: a text as it is, a day as `YYYY-MM-DD`, anything else as its JSON.
pub(super) fn item(kind: &Kind, value: &Value, raw: &str) -> Result<Option<String>, Other> {
    Ok(match (kind, cell(kind, value, raw)) {
        (Kind::Object(_), _) if value.is_object() => Some(raw.to_owned()),
        (_, Err(other)) => return Err(other),
        (_, Ok(Cell::Null)) => None,
        (_, Ok(Cell::Text(text))) => Some(text),
        (_, Ok(Cell::Date(days))) => chrono::NaiveDate::from_epoch_days(days).map(|day| day.to_string()),
        (_, Ok(_)) => Some(raw.to_owned()),
    })
}

/// How two values of one definition are sorted: nulls last, numbers by size, anything else by its text.
pub(super) fn compare(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Null, Value::Null) => Ordering::Equal,
        (Value::Null, _) => Ordering::Greater,
        (_, Value::Null) => Ordering::Less,
        (Value::Number(a), Value::Number(b)) => {
            a.as_f64().unwrap_or_default().total_cmp(&b.as_f64().unwrap_or_default())
        }
        (Value::String(a), Value::String(b)) => a.cmp(b),
        (a, b) => a.to_string().cmp(&b.to_string()),
    }
}
