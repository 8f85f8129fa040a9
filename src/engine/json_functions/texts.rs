//! What the functions compute, of one text: members keep their order and their exact JSON.

use std::fmt;

use arrow::{
    array::{Array, ArrayRef, AsArray as _},
    datatypes::{DataType, Field, Fields, TimeUnit},
    util::display::{ArrayFormatter, FormatOptions},
};
use datafusion::{common::exec_datafusion_err, error::Result};
use serde::{
    Deserialize,
    de::{Deserializer, MapAccess, Visitor},
};
use serde_json::value::RawValue;

const NULL: &str = "null";
/// The member of the struct that marks a text as JSON.
const MARK: &str = "json";

pub(super) fn marked() -> Fields {
    Fields::from(vec![Field::new(MARK, DataType::Utf8, true)])
}

/// The members of an object.
pub(super) fn entries(text: &str) -> Vec<(String, String)> {
    serde_json::from_str(text).map(|Members(members)| members).unwrap_or_default()
}

/// The items of a list; any other value but null is one item.
pub(super) fn items(text: &str) -> Vec<String> {
    if let Ok(items) = serde_json::from_str::<Vec<&RawValue>>(text) {
        return items.into_iter().map(|item| item.get().to_owned()).collect();
    }
    let one = serde_json::from_str::<&RawValue>(text).ok().map(RawValue::get);
    one.filter(|one| *one != NULL).map(str::to_owned).into_iter().collect()
}

/// The member of that name in any case, but for nulls; the one that is written so before others.
pub(super) fn member(text: &str, name: &str) -> Option<String> {
    let mut found: Vec<(String, String)> = entries(text)
        .into_iter()
        .filter(|(key, value)| key.to_lowercase() == name.to_lowercase() && value != NULL)
        .collect();
    let exact = found.iter().position(|(key, _)| key == name).unwrap_or(0);
    (exact < found.len()).then(|| found.swap_remove(exact).1)
}

/// A scalar as plain text.
pub(super) fn plain(text: &str) -> Option<String> {
    let raw = serde_json::from_str::<&RawValue>(text).ok()?.get();
    match raw.as_bytes().first()? {
        b'"' => serde_json::from_str(raw).ok(),
        b'{' | b'[' | b'n' => None,
        _ => Some(raw.to_owned()),
    }
}

/// An object of these members; none when there are none.
pub(super) fn object(members: &[(String, String)]) -> Option<String> {
    let members = members.iter().map(|(key, value)| format!("{}:{value}", quoted(key)));
    let members = members.collect::<Vec<_>>().join(",");
    (!members.is_empty()).then(|| format!("{{{members}}}"))
}

/// The type as which a value is written.
pub(super) fn coerce(data_type: &DataType) -> Option<DataType> {
    match data_type {
        DataType::Boolean | DataType::Date32 | DataType::Float64 => Some(data_type.clone()),
        DataType::Struct(fields) if *fields == marked() => Some(data_type.clone()),
        DataType::List(item) if item.data_type().is_string() => Some(data_type.clone()),
        _ if data_type.is_integer() => Some(DataType::Int64),
        DataType::Timestamp(..) => Some(DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))),
        _ => None,
    }
}

/// A value as JSON; `None` where it is null.
pub(super) fn written(values: &ArrayRef, row: usize) -> Option<Result<String>> {
    if values.is_null(row) {
        return None;
    }
    match values.data_type() {
        DataType::Utf8 => Some(Ok(quoted(values.as_string::<i32>().value(row)))),
        DataType::Struct(_) => {
            let texts = values.as_struct().column_by_name(MARK)?.as_string_opt::<i32>()?;
            // A mark on what is no JSON would break the object.
            let is_json = texts.is_valid(row) && serde_json::from_str::<&RawValue>(texts.value(row)).is_ok();
            (is_json && texts.value(row) != NULL).then(|| Ok(texts.value(row).to_owned()))
        }
        DataType::List(_) => {
            let items = values.as_list::<i32>().value(row);
            let items = items.as_string_opt::<i32>()?.iter().map(|item| item.map_or(NULL.to_owned(), quoted));
            Some(Ok(format!("[{}]", items.collect::<Vec<_>>().join(","))))
        }
        data_type => {
            let is_quoted = matches!(data_type, DataType::Date32 | DataType::Timestamp(..));
            let options = FormatOptions::default();
            let shown = ArrayFormatter::try_new(values.as_ref(), &options).map(|f| f.value(row).to_string());
            let shown = shown.map_err(|_| exec_datafusion_err!("a value cannot be written as JSON"));
            Some(shown.map(|shown| if is_quoted { quoted(&shown) } else { shown }))
        }
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// The members of an object in their order.
struct Members(Vec<(String, String)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some((key, value)) = map.next_entry::<String, &RawValue>()? {
                    members.push((key, value.get().to_owned()));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Entries)
    }
}
