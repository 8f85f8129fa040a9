//! Views for Spark.

use std::fmt::Write;

use chrono::NaiveDate;
use url::Url;

use super::{View, ViewColumn, address, header, layout::AS_OF, views};
use crate::{
    catalog::LakeType,
    lake::{Snapshot, SnapshotTable},
};

/// One `CREATE OR REPLACE TEMPORARY VIEW` per table, each on a line of its own, over exactly the files of `snapshots` in
/// the lake at `lake_url`. On S3 paths have the scheme `s3a`.
pub fn spark_sql(lake_url: &Url, snapshots: &[Snapshot]) -> String {
    let mut sql = header("Spark", snapshots);
    for view in views(snapshots) {
        statement(&mut sql, lake_url, &view);
    }
    sql
}

/// One `SELECT` per file: `parquet.` takes one path, and each snapshot may have other columns.
fn statement(sql: &mut String, lake_url: &Url, view: &View<'_>) {
    let selects = view.parts.iter().flat_map(|(as_of, table)| {
        let columns = select_list(&view.columns, *as_of, table);
        let from = |path: &str| identifier(&address(lake_url, path, "s3a", "file://", escape));
        table.files.iter().map(move |file| format!("SELECT {columns} FROM parquet.{}", from(&file.path)))
    });
    let selects: Vec<String> = selects.collect();
    // Writing to a String cannot fail.
    let _ =
        writeln!(sql, "CREATE OR REPLACE TEMPORARY VIEW {} AS {};", identifier(view.name), selects.join(" UNION ALL "));
}

fn select_list(columns: &[ViewColumn<'_>], as_of: NaiveDate, table: &SnapshotTable) -> String {
    let expression = |c: &ViewColumn<'_>| {
        let (name, wanted) = (identifier(&c.column.name), c.column.lake_type);
        match table.columns.iter().find(|have| have.name == c.column.name) {
            None => format!("CAST(NULL AS {}) AS {name}", type_name(wanted)),
            Some(have) if have.lake_type != wanted => format!("CAST({name} AS {}) AS {name}", type_name(wanted)),
            Some(_) => name,
        }
    };
    let as_of = format!("DATE'{as_of}' AS {}", identifier(AS_OF));
    columns.iter().map(expression).chain([as_of]).collect::<Vec<_>>().join(", ")
}

fn identifier(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// Hadoop expands patterns in every path it is given; a backslash makes a character stand for itself.
fn escape(path: &str) -> String {
    let mut escaped = String::with_capacity(path.len());
    for c in path.chars() {
        if matches!(c, '*' | '?' | '[' | ']' | '{' | '}' | '\\') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

fn type_name(lake_type: LakeType) -> &'static str {
    match lake_type {
        LakeType::String => "STRING",
        LakeType::Boolean => "BOOLEAN",
        LakeType::Int32 => "INT",
        LakeType::Int64 => "BIGINT",
        LakeType::Double => "DOUBLE",
        LakeType::Date => "DATE",
        LakeType::Timestamp => "TIMESTAMP",
        LakeType::StringList => "ARRAY<STRING>",
    }
}
