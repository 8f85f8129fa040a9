//! Views for DuckDB.

use std::fmt::Write;

use url::Url;

use super::{View, address, header, layout::AS_OF, views};
use crate::{catalog::LakeType, lake::Snapshot};

/// One `CREATE OR REPLACE VIEW` per table, each on a line of its own, over exactly the files of `snapshots` in the lake
/// at `lake_url`. On S3 the reader brings its own credentials (`CREATE SECRET`).
pub fn duckdb_sql(lake_url: &Url, snapshots: &[Snapshot]) -> String {
    let mut sql = header("DuckDB", snapshots);
    for view in views(snapshots) {
        statement(&mut sql, lake_url, &view);
    }
    sql
}

/// The explicit list of files keeps strays out; `union_by_name` fills columns that older files do not have, and the
/// as-of date comes from the folder's name.
fn statement(sql: &mut String, lake_url: &Url, view: &View<'_>) {
    let columns = view.columns.iter().map(|c| {
        let name = identifier(&c.column.name);
        if c.one_type { name } else { format!("CAST({name} AS {}) AS {name}", type_name(c.column.lake_type)) }
    });
    let columns: Vec<String> = columns.chain([identifier(AS_OF)]).collect();
    let files = view.parts.iter().flat_map(|(_, table)| &table.files);
    let files: Vec<String> = files.map(|f| literal(&address(lake_url, &f.path, "s3", "", escape))).collect();
    // Writing to a String cannot fail.
    let _ = writeln!(
        sql,
        "CREATE OR REPLACE VIEW {} AS SELECT {} FROM read_parquet([{}], hive_partitioning = true, \
         hive_types = {{'{AS_OF}': DATE}}, union_by_name = true);",
        identifier(view.name),
        columns.join(", "),
        files.join(", "),
    );
}

fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// DuckDB expands patterns in every path it is given; a bracket expression stands for the character itself.
fn escape(path: &str) -> String {
    let mut escaped = String::with_capacity(path.len());
    for c in path.chars() {
        match c {
            '*' | '?' | '[' => escaped.extend(['[', c, ']']),
            _ => escaped.push(c),
        }
    }
    escaped
}

fn type_name(lake_type: LakeType) -> &'static str {
    match lake_type {
        LakeType::String => "VARCHAR",
        LakeType::Boolean => "BOOLEAN",
        LakeType::Int32 => "INTEGER",
        LakeType::Int64 => "BIGINT",
        LakeType::Double => "DOUBLE",
        LakeType::Date => "DATE",
        LakeType::Timestamp => "TIMESTAMPTZ",
        LakeType::StringList => "VARCHAR[]",
    }
}
