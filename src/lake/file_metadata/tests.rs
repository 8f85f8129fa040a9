use std::collections::BTreeMap;

use parquet::arrow::parquet_to_arrow_schema;

use super::*;
use crate::catalog::{Catalog, ColumnDefinition};

fn table() -> Table {
    let mut table = Catalog::embedded().unwrap().table("employees").unwrap();
    let definition = ColumnDefinition { id: "e_x".into(), ..ColumnDefinition::default() };
    table.columns.truncate(2);
    table.columns[1].meaning = "Its \"x\";\nas 'y'".into();
    table.columns[1].privacy = Privacy::Sensitive;
    table.columns[1].definition = Some(Box::new(definition));
    table
}

fn found(table: &Table, provenance: &Provenance) -> BTreeMap<String, String> {
    let all = key_values(table, provenance, &"run-1".parse().unwrap());
    let count = all.len();
    let found: BTreeMap<String, String> = all.into_iter().filter_map(|kv| Some((kv.key, kv.value?))).collect();
    assert_eq!(found.len(), count, "each key once");
    found
}

#[test]
fn a_file_says_whose_it_is_and_of_which_day() {
    let provenance = Provenance { tenant: Some("example.ilucca.net".into()), as_of: "2026-03-15".parse().ok() };
    let of = |provenance| {
        let found = found(&table(), provenance);
        let ours = found.into_iter().filter_map(|(k, v)| Some((k.strip_prefix("lucca-lake.")?.to_owned(), v)));
        ours.collect::<BTreeMap<_, _>>()
    };
    let said = of(&provenance);
    for (key, value) in [
        ("table", "employees"),
        ("zone", "core"),
        ("privacy", "sensitive"),
        ("tenant", "example.ilucca.net"),
        ("as_of", "2026-03-15"),
        ("run_id", "run-1"),
        ("version", env!("CARGO_PKG_VERSION")),
        ("description", table().meaning.as_str()),
    ] {
        assert_eq!(said.get(key).map(String::as_str), Some(value), "{key}");
    }
    assert_eq!(said.len(), 8);
    assert_eq!(of(&Provenance::default()).len(), 6, "what is not known is not said");
}

#[test]
fn columns_are_described_where_readers_look() {
    let found = found(&table(), &Provenance::default());
    let comments: Value = serde_json::from_str(&found[SPARK_SCHEMA]).unwrap();
    let second = &comments["fields"][1];
    assert_eq!(second["metadata"]["comment"], "Its \"x\", as 'y'. Definition: e_x. Privacy: sensitive.");
    assert_eq!((&second["name"], &second["nullable"]), (&json!(table().columns[1].name), &json!(true)));

    let arrow = KeyValue::new(ARROW_SCHEMA_META_KEY.to_owned(), found[ARROW_SCHEMA_META_KEY].clone());
    let parquet = parquet::arrow::ArrowSchemaConverter::new().convert(&table().arrow_schema()).unwrap();
    let schema = parquet_to_arrow_schema(&parquet, Some(&vec![arrow])).unwrap();
    let words = schema.field(1).metadata();
    assert_eq!(
        (&*words["description"], &*words["privacy"], &*words["definition"]),
        ("Its \"x\";\nas 'y'", "sensitive", "e_x")
    );
}

/// A schema of Spark that disagreed with Parquet's own would make it misread the file, or refuse it.
#[test]
fn spark_is_told_the_types_that_the_files_have() {
    for lake_type in LakeType::ALL {
        let sql = lake_type.spark().to_lowercase();
        let said = match spark_type(lake_type) {
            Value::String(name) => name,
            list => format!("array<{}>", list["elementType"].as_str().unwrap()),
        };
        let as_sql = match said.as_str() {
            "integer" => "int",
            "long" => "bigint",
            other => other,
        };
        assert_eq!(as_sql, sql, "{lake_type}");
    }
}
