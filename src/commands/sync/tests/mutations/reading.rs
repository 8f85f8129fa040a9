//! A second reading of pages, by other code than the program's: what their records are as rows.
//!
//! Of a property that comes twice the first counts, of the `id` of a reference the last, as in the program.

use std::fmt;

use arrow::{
    array::{Array as _, ArrayRef, AsArray as _},
    datatypes::{DataType, Date32Type, Float64Type, Int32Type, TimestampMicrosecondType},
    record_batch::RecordBatch,
};
use chrono::{DateTime, NaiveDate};
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

use super::*;
use crate::catalog::{Column, Resource, Shape};

/// Values as text, by column.
pub(super) type Row = BTreeMap<String, Option<String>>;

/// The members of a JSON object, in their order, those that come twice too.
struct Members(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct All;
        impl<'de> Visitor<'de> for All {
            type Value = Members;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(All)
    }
}

/// The rows of a page; `None` when it is none, or a record has not the properties that it must have.
pub(super) fn rows(resource: &Resource, body: &[u8]) -> Option<Vec<Row>> {
    let Members(page) = serde_json::from_slice(body).ok()?;
    let (_, items) = page.iter().find(|(name, _)| name == "items")?;
    let items: Vec<Box<RawValue>> = serde_json::from_str(items.get()).ok()?;
    items.iter().map(|item| row(resource, item.get())).collect()
}

fn row(resource: &Resource, item: &str) -> Option<Row> {
    let columns = resource.columns.iter().filter(|column| !matches!(column.shape, Shape::Reading(_)));
    columns.map(|column| Some((column.name.clone(), value(column, item)?))).collect()
}

fn value(column: &Column, item: &str) -> Option<Option<String>> {
    let path: Vec<&str> = column.json.split('.').collect();
    let keeps_null = column.shape == Shape::Json { keeps_null: true };
    let read = match leaf(item, &path) {
        Some(json) if json != "null" || keeps_null => read(column.shape, &json).map(Some),
        _ if column.nullable => Some(None),
        _ => None,
    };
    if column.undocumented { read.or(Some(None)) } else { read }
}

fn leaf(object: &str, path: &[&str]) -> Option<String> {
    let Members(members) = serde_json::from_str(object).ok()?;
    let (head, rest) = path.split_first()?;
    let mut named = members.iter().filter(|(name, _)| name == head).map(|(_, value)| value.get());
    if rest.is_empty() { named.next().map(str::to_owned) } else { named.find_map(|value| leaf(value, rest)) }
}

fn read(shape: Shape, json: &str) -> Option<String> {
    let text = || serde_json::from_str::<String>(json).ok();
    match shape {
        Shape::String => text(),
        Shape::Boolean => Some(serde_json::from_str::<bool>(json).ok()?.to_string()),
        Shape::Int32 => Some(serde_json::from_str::<i32>(json).ok()?.to_string()),
        Shape::Double => Some(format!("{:?}", serde_json::from_str::<f64>(json).ok()?)),
        Shape::Date => text().filter(|text| NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok()),
        Shape::Timestamp => Some(DateTime::parse_from_rfc3339(&text()?).ok()?.timestamp_micros().to_string()),
        Shape::Json { .. } => Some(json.to_owned()),
        Shape::Reference => id(json),
        Shape::References => {
            let items: Vec<Box<RawValue>> = serde_json::from_str(json).ok()?;
            list(&items.iter().map(|item| id(item.get())).collect::<Option<Vec<_>>>()?)
        }
        Shape::Strings => list(&serde_json::from_str::<Vec<String>>(json).ok()?),
        Shape::Int64 | Shape::Id | Shape::LocalDate | Shape::LocalTimestamp | Shape::Reading(_) => None,
    }
}

fn id(reference: &str) -> Option<String> {
    let Members(members) = serde_json::from_str(reference).ok()?;
    let (_, id) = members.iter().rfind(|(name, _)| name == "id")?;
    serde_json::from_str(id.get()).ok()
}

fn list(texts: &[String]) -> Option<String> {
    serde_json::to_string(texts).ok()
}

/// The rows of a table as it is published.
pub(super) fn published(resource: &Resource, table: &RecordBatch) -> Vec<Row> {
    let names = resource.columns.iter().filter(|c| !matches!(c.shape, Shape::Reading(_))).map(|c| &c.name);
    let columns: Vec<(&String, &ArrayRef)> = names.map(|name| (name, table.column_by_name(name).unwrap())).collect();
    let row = |at| columns.iter().map(|(name, column)| ((*name).clone(), text(column, at))).collect();
    (0..table.num_rows()).map(row).collect()
}

fn text(column: &ArrayRef, at: usize) -> Option<String> {
    if column.is_null(at) {
        return None;
    }
    Some(match column.data_type() {
        DataType::Utf8 => column.as_string::<i32>().value(at).to_owned(),
        DataType::Boolean => column.as_boolean().value(at).to_string(),
        DataType::Int32 => column.as_primitive::<Int32Type>().value(at).to_string(),
        DataType::Float64 => format!("{:?}", column.as_primitive::<Float64Type>().value(at)),
        DataType::Date32 => {
            NaiveDate::from_epoch_days(column.as_primitive::<Date32Type>().value(at)).unwrap().to_string()
        }
        DataType::Timestamp(..) => column.as_primitive::<TimestampMicrosecondType>().value(at).to_string(),
        DataType::List(_) => {
            let items = column.as_list::<i32>().value(at);
            let texts: Vec<String> = items.as_string::<i32>().iter().map(|text| text.unwrap().to_owned()).collect();
            list(&texts).unwrap()
        }
        other => panic!("no API table has a column of {other}"),
    })
}
