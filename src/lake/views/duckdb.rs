//! Views for DuckDB.

use std::fmt::Write;

use url::Url;

use super::{
    comments::Comments,
    view::{Published, View, Views, address, header, left_out, only_older},
};
use crate::catalog::{ALL_DAYS, AS_OF};

/// One `CREATE OR REPLACE VIEW` per table over the newest day, and one in the schema `all_days`, each on a line of its own,
/// over exactly the published files; their comments follow them. On S3 the reader brings its own credentials
/// (`CREATE SECRET`).
pub(crate) fn duckdb_sql(published: &Published<'_>) -> String {
    let all_days = format!("{ALL_DAYS}.");
    let mut sql = header("DuckDB", &all_days, published);
    let views = Views::of(published);
    for table in &views.older {
        sql.push_str(&only_older(&all_days, table));
        // A database that ran an older file has a view of that name, over a day that was the newest then.
        sql.push_str(&format!("DROP VIEW IF EXISTS {};\n", identifier(table)));
    }
    let comments = Comments::new(published.tables, published.snapshots);
    for view in &views.newest {
        statements(&mut sql, published.lake, view, &identifier(view.table), &comments);
    }
    if !views.all_days.is_empty() || !views.clashing.is_empty() {
        sql.push_str(&format!("CREATE SCHEMA IF NOT EXISTS {ALL_DAYS};\n"));
    }
    for (table, clash) in &views.clashing {
        sql.push_str(&left_out(&all_days, table, clash));
        sql.push_str(&format!("DROP VIEW IF EXISTS {all_days}{};\n", identifier(table)));
    }
    for view in &views.all_days {
        statements(&mut sql, published.lake, view, &format!("{all_days}{}", identifier(view.table)), &comments);
    }
    sql
}

/// The explicit list of files keeps strays out; `union_by_name` fills columns that older files do not have, and the
/// as-of date comes from the folder's name.
fn statements(sql: &mut String, lake: &Url, view: &View<'_>, name: &str, comments: &Comments<'_>) {
    let columns = view.columns.iter().map(|c| {
        let name = identifier(&c.name);
        if c.one_type { name } else { format!("CAST({name} AS {}) AS {name}", c.lake_type.duckdb()) }
    });
    let columns: Vec<String> = columns.chain([identifier(AS_OF)]).collect();
    let files = view.parts.iter().flat_map(|(_, table)| &table.files);
    let files: Vec<String> = files.map(|f| literal(&address(lake, &f.path, "s3", "", escape))).collect();
    // Writing to a String cannot fail.
    let _ = writeln!(
        sql,
        "CREATE OR REPLACE VIEW {name} AS SELECT {} FROM read_parquet([{}], hive_partitioning = true, \
         hive_types = {{'{AS_OF}': DATE}}, union_by_name = true);",
        columns.join(", "),
        files.join(", "),
    );
    let Some(comments) = comments.of(view) else { return };
    let _ = writeln!(sql, "COMMENT ON VIEW {name} IS {};", literal(&comments.table));
    for column in view.columns.iter().map(|c| c.name.as_str()).chain([AS_OF]) {
        if let Some(comment) = comments.column(column) {
            let _ = writeln!(sql, "COMMENT ON COLUMN {name}.{} IS {};", identifier(column), literal(comment));
        }
    }
}

fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A line end is written as an escape: each statement stands on one line.
fn literal(text: &str) -> String {
    let quoted = text.replace('\'', "''");
    if !text.contains(['\n', '\r']) {
        return format!("'{quoted}'");
    }
    format!("E'{}'", quoted.replace('\\', r"\\").replace('\n', r"\n").replace('\r', r"\r"))
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
