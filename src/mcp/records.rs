//! What is left of a record below the ceiling: the properties of columns that may be seen, and nothing that no column knows.

use serde_json::{Map, Value, value::RawValue};

use super::{answer::ToolError, ceiling::tells};
use crate::catalog::{Catalog, Column, Privacy, Resource, Shape};

/// Whether tools for the records of a resource are offered: where that there is a record tells no more than the ceiling
/// lets through, and where more than its identifiers is left of it.
pub(super) fn is_visible(catalog: &Catalog, resource: &Resource, ceiling: Privacy) -> bool {
    let rows = resource.tables().iter().map(|table| catalog.privacy_of_rows(table)).max();
    rows.is_some_and(|rows| rows <= ceiling)
        && resource.columns.iter().any(|c| may_be_seen(resource, c, ceiling) && tells(&c.name))
}

/// A property is as private as the most private column that is read from it.
fn may_be_seen(resource: &Resource, column: &Column, ceiling: Privacy) -> bool {
    resource.columns.iter().filter(|other| other.json == column.json).all(|other| other.privacy <= ceiling)
}

/// What the API sent.
pub(super) fn parsed(raw: &RawValue) -> Result<Value, ToolError> {
    serde_json::from_str(raw.get()).map_err(|_| ToolError::new("the API gave JSON that cannot be read"))
}

/// What is left of a record. With the most private ceiling all of it is, properties that no column knows included, but its
/// links: some let in whoever has them.
pub(super) fn below(resource: &Resource, record: &Value, ceiling: Privacy) -> Value {
    if ceiling == Privacy::Sensitive {
        let mut all = record.clone();
        if let Value::Object(properties) = &mut all {
            properties.remove("links");
        }
        return all;
    }
    let mut left = Map::new();
    if record.get("type").and_then(Value::as_str) == Some(resource.item_type.as_str()) {
        left.insert("type".to_owned(), Value::from(resource.item_type.clone()));
    }
    for column in resource.columns.iter().filter(|column| may_be_seen(resource, column, ceiling)) {
        for path in std::iter::once(&column.json).chain(&column.aliases) {
            let found = path.split('.').try_fold(record, |value, name| value.get(name));
            if let Some(value) = found.and_then(|value| of_shape(column.shape, value)) {
                put(&mut left, path, value);
            }
        }
    }
    Value::Object(left)
}

/// A value of the shape that its column declares; another may hold what the column's class does not speak of.
fn of_shape(shape: Shape, value: &Value) -> Option<Value> {
    let plain = |value: &Value| !value.is_object() && !value.is_array();
    match shape {
        _ if value.is_null() => Some(Value::Null),
        Shape::Json { .. } => Some(value.clone()),
        Shape::Reference => reference(value),
        Shape::References => Some(Value::Array(value.as_array()?.iter().map(reference).collect::<Option<_>>()?)),
        Shape::Strings => {
            value.as_array().filter(|values| values.iter().all(plain)).map(|values| values.clone().into())
        }
        Shape::String
        | Shape::Boolean
        | Shape::Int32
        | Shape::Int64
        | Shape::Double
        | Shape::Date
        | Shape::Timestamp
        | Shape::Id
        | Shape::LocalDate
        | Shape::LocalTimestamp => Some(value.clone()).filter(plain),
        // Read from the same property as a column of any JSON, which gives it.
        Shape::Reading(_) => None,
    }
}

fn reference(value: &Value) -> Option<Value> {
    let part = |name: &str| Some((name.to_owned(), Value::from(value.get(name)?.as_str()?)));
    let parts: Map<String, Value> = ["id", "type", "url"].into_iter().filter_map(part).collect();
    parts.contains_key("id").then_some(Value::Object(parts))
}

fn put(into: &mut Map<String, Value>, path: &str, value: Value) {
    match path.split_once('.') {
        None => drop(into.insert(path.to_owned(), value)),
        Some((name, rest)) => {
            let inner = into.entry(name).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(inner) = inner {
                put(inner, rest, value);
            }
        }
    }
}

/// What is left of records that came with others, by type and id.
pub(super) fn embedded_below(catalog: &Catalog, embedded: &Value, ceiling: Privacy) -> Value {
    let mut left = Map::new();
    for (item_type, records) in embedded.as_object().into_iter().flatten() {
        let Some(resource) = catalog.resources.iter().find(|resource| resource.item_type == *item_type) else {
            if ceiling == Privacy::Sensitive {
                left.insert(item_type.clone(), records.clone());
            }
            continue;
        };
        if is_visible(catalog, resource, ceiling) {
            let records = records.as_object().into_iter().flatten();
            let below = records.map(|(id, record)| (id.clone(), below(resource, record, ceiling)));
            left.insert(item_type.clone(), Value::Object(below.collect()));
        }
    }
    Value::Object(left)
}

#[cfg(test)]
mod tests;
