//! Views for DuckDB.

use std::fmt::Write;

use super::{
    comments::Comments,
    series::Series,
    view::{Published, View, Views, address_of_days, header, left_out, only_older},
};
use crate::{
    catalog::{ALL_DAYS, AS_OF},
    lake::address::address,
};

/// One `CREATE OR REPLACE VIEW` per table over the newest day, and one in the schema `all_days`, each on a line of its own,
/// over exactly the published files; their comments follow them. The lists of files of all days are macros, which tables
/// share. On S3 the reader brings its own credentials (`CREATE SECRET`).
pub(crate) fn duckdb_sql(published: &Published<'_>) -> String {
    let all_days = format!("{ALL_DAYS}.");
    let mut sql = header("DuckDB", &all_days, published);
    let views = Views::of(published);
    for table in &views.older {
        sql.push_str(&only_older(&all_days, table));
        // A database that ran an older file has a view of that name, over a day that was the newest then.
        sql.push_str(&format!("DROP VIEW IF EXISTS {};\n", identifier(table)));
    }
    let comments = Comments::new(published.tables);
    for view in &views.newest {
        let paths = view.parts.iter().flat_map(|part| part.paths());
        let files: Vec<String> = paths.map(|path| literal(&address(published.lake, &path, "s3", "", escape))).collect();
        statements(&mut sql, view, &identifier(view.table), &format!("[{}]", files.join(", ")), &comments);
    }
    if !views.all_days.is_empty() || !views.clashing.is_empty() {
        sql.push_str(&format!("CREATE SCHEMA IF NOT EXISTS {ALL_DAYS};\n"));
    }
    for (table, clash) in &views.clashing {
        sql.push_str(&left_out(&all_days, table, clash));
        sql.push_str(&format!("DROP VIEW IF EXISTS {all_days}{};\n", identifier(table)));
    }
    let (mut series, mut of_all_days) = (Series::default(), String::new());
    for view in &views.all_days {
        let Some(part) = view.parts.first() else { continue };
        let folder = literal(&address_of_days(published.lake, part, "s3", "", escape));
        let files = format!("{all_days}{}({folder})", series.of(&view.parts));
        let name = format!("{all_days}{}", identifier(view.table));
        statements(&mut of_all_days, view, &name, &files, &comments);
    }
    macros(&mut sql, &series);
    sql.push_str(&of_all_days);
    sql
}

/// A list of files becomes one of paths by the folder that comes before each.
fn macros(sql: &mut String, series: &Series) {
    let mut define = |name: String, files: String| {
        // Writing to a String cannot fail.
        let _ = writeln!(sql, "CREATE OR REPLACE MACRO {ALL_DAYS}.{name}(folder) AS {files};");
    };
    for (name, files) in series.months() {
        let files: Vec<String> = files.map(|file| format!("folder||{}", literal(file))).collect();
        define(name, format!("[{}]", files.join(", ")));
    }
    for (name, months) in series.all() {
        let months: Vec<String> = months.iter().map(|month| format!("{ALL_DAYS}.{month}(folder)")).collect();
        define(name, format!("flatten([{}])", months.join(", ")));
    }
}

/// The explicit list of files keeps strays out; the as-of date comes from the folder's name. Where files differ,
/// `union_by_name` fills the columns that some do not have; it opens each of them for that.
fn statements(sql: &mut String, view: &View<'_>, name: &str, files: &str, comments: &Comments<'_>) {
    let columns = view.columns.iter().map(|c| {
        let name = identifier(&c.name);
        if c.one_type { name } else { format!("CAST({name} AS {}) AS {name}", c.lake_type.duckdb()) }
    });
    let columns: Vec<String> = columns.chain([identifier(AS_OF)]).collect();
    let union = if view.has_equal_files() { "" } else { ", union_by_name = true" };
    // Writing to a String cannot fail.
    let _ = writeln!(
        sql,
        "CREATE OR REPLACE VIEW {name} AS SELECT {} FROM read_parquet({files}, hive_partitioning = true, \
         hive_types = {{'{AS_OF}': DATE}}{union});",
        columns.join(", "),
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
