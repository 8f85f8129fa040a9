//! What a Parquet file says of itself beyond its columns, for whoever finds it without the lake: what the table and its
//! columns mean, how private they are, whose data it is, of which day, and which run wrote it.
//!
//! Readers show descriptions of columns by keys of their own, and none of them is Parquet's: the `metadata` of fields in an
//! embedded Arrow schema (PyArrow and all that is built on Arrow), and the comments in Spark's own schema, which `DESCRIBE`
//! prints. Everything else is key and value, which every reader of Parquet can list. None of it is compressed, so that it is
//! said briefly.

#[cfg(test)]
mod tests;

use std::collections::HashMap;

use arrow::datatypes::{Field, Schema};
use chrono::NaiveDate;
use parquet::{
    arrow::{ARROW_SCHEMA_META_KEY, encode_arrow_schema},
    file::metadata::KeyValue,
};
use serde_json::{Value, json};

use super::described::DescribedColumn;
use crate::{
    catalog::{LakeType, Privacy, Table, TableColumn},
    run_id::RunId,
};

/// Where Spark keeps the schema of its own files, with comments, and looks for it.
const SPARK_SCHEMA: &str = "org.apache.spark.sql.parquet.row.metadata";

/// Whose data a file holds, and of which day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Provenance {
    /// The tenant's host.
    pub tenant: Option<String>,
    /// The day that the data describes; `None` where one reading serves several, and only the folder tells.
    pub as_of: Option<NaiveDate>,
}

/// What a file of `table` says of itself.
pub(super) fn key_values(table: &Table, provenance: &Provenance, run_id: &RunId) -> Vec<KeyValue> {
    let privacy = table.columns.iter().map(|column| column.privacy).max().unwrap_or(Privacy::None);
    let Provenance { tenant, as_of } = provenance;
    let ours = [
        ("table", Some(table.name.clone())),
        ("zone", Some(table.zone.to_string())),
        ("description", Some(table.meaning.clone())),
        ("privacy", Some(privacy.to_string())),
        ("tenant", tenant.clone()),
        ("as_of", as_of.map(|day| day.to_string())),
        ("run_id", Some(run_id.to_string())),
        ("version", Some(env!("CARGO_PKG_VERSION").to_owned())),
    ];
    let ours = ours.into_iter().filter_map(|(key, value)| Some(KeyValue::new(format!("lucca-lake.{key}"), value?)));
    let schemas = [
        KeyValue::new(ARROW_SCHEMA_META_KEY.to_owned(), encode_arrow_schema(&arrow_schema(table))),
        KeyValue::new(SPARK_SCHEMA.to_owned(), spark_schema(table).to_string()),
    ];
    ours.chain(schemas).collect()
}

/// The table's own schema, with words for each column.
fn arrow_schema(table: &Table) -> Schema {
    let field = |column: &TableColumn| {
        let definition = column.definition.as_ref().map(|definition| ("definition", definition.path()));
        let words = [("description", column.meaning.clone()), ("privacy", column.privacy.to_string())];
        let words = words.into_iter().chain(definition).map(|(key, value)| (key.to_owned(), value));
        Field::new(&column.name, column.lake_type.arrow(), column.nullable)
            .with_metadata(words.collect::<HashMap<String, String>>())
    };
    Schema::new(table.columns.iter().map(field).collect::<Vec<_>>())
}

/// The same as Spark writes it.
fn spark_schema(table: &Table) -> Value {
    let fields = table.columns.iter().map(|column| {
        json!({
            "name": column.name,
            "type": spark_type(column.lake_type),
            "nullable": column.nullable,
            "metadata": { "comment": DescribedColumn::from(column).in_words() },
        })
    });
    json!({ "type": "struct", "fields": fields.collect::<Vec<_>>() })
}

fn spark_type(lake_type: LakeType) -> Value {
    match lake_type {
        LakeType::String => json!("string"),
        LakeType::Boolean => json!("boolean"),
        LakeType::Int32 => json!("integer"),
        LakeType::Int64 => json!("long"),
        LakeType::Double => json!("double"),
        LakeType::Date => json!("date"),
        LakeType::Timestamp => json!("timestamp"),
        LakeType::StringList => json!({ "type": "array", "elementType": "string", "containsNull": true }),
        LakeType::Binary => json!("binary"),
    }
}
