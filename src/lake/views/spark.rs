//! Views for Spark.

use std::fmt::Write;

use chrono::NaiveDate;
use url::Url;

use super::{
    comments::Comments,
    view::{Published, View, ViewColumn, Views, address, header, left_out, only_older},
};
use crate::{
    catalog::{ALL_DAYS, AS_OF},
    lake::SnapshotTable,
};

/// One `CREATE OR REPLACE TEMPORARY VIEW` per table over the newest day, and one called `all_days_` and the table, each on
/// a line of its own, over exactly the published files. On S3 paths have the scheme `s3a`.
pub(crate) fn spark_sql(published: &Published<'_>) -> String {
    let all_days = format!("{ALL_DAYS}_");
    let mut sql = header("Spark", &all_days, published);
    let views = Views::of(published);
    views.older.iter().for_each(|table| sql.push_str(&only_older(&all_days, table)));
    views.clashing.iter().for_each(|(table, clash)| sql.push_str(&left_out(&all_days, table, clash)));
    let comments = Comments::new(published.tables, published.snapshots);
    for view in &views.newest {
        statement(&mut sql, published.lake, view, view.table, &comments);
    }
    for view in &views.all_days {
        statement(&mut sql, published.lake, view, &format!("{all_days}{}", view.table), &comments);
    }
    sql
}

/// One `SELECT` per file: `parquet.` takes one path, and each snapshot may have other columns.
fn statement(sql: &mut String, lake: &Url, view: &View<'_>, name: &str, comments: &Comments<'_>) {
    let selects = view.parts.iter().flat_map(|(as_of, table)| {
        let columns = select_list(&view.columns, *as_of, table);
        let from = |path: &str| identifier(&address(lake, path, "s3a", "file://", escape));
        table.files.iter().map(move |file| format!("SELECT {columns} FROM parquet.{}", from(&file.path)))
    });
    let selects: Vec<String> = selects.collect();
    // Writing to a String cannot fail.
    let _ = writeln!(
        sql,
        "CREATE OR REPLACE TEMPORARY VIEW {}{} AS {};",
        identifier(name),
        comment_clauses(view, comments),
        selects.join(" UNION ALL ")
    );
}

/// Columns with their comments, and the table's, as they stand between a view's name and its query.
fn comment_clauses(view: &View<'_>, comments: &Comments<'_>) -> String {
    let Some(comments) = comments.of(view) else { return String::new() };
    let column = |name: &str| match comments.column(name) {
        Some(comment) => format!("{} COMMENT {}", identifier(name), literal(comment)),
        None => identifier(name),
    };
    let columns: Vec<String> = view.columns.iter().map(|c| column(&c.name)).chain([column(AS_OF)]).collect();
    format!(" ({}) COMMENT {}", columns.join(", "), literal(&comments.table))
}

fn select_list(columns: &[ViewColumn], as_of: NaiveDate, table: &SnapshotTable) -> String {
    let expression = |c: &ViewColumn| {
        let (name, wanted) = (identifier(&c.name), c.lake_type);
        match table.columns.iter().find(|have| have.name == c.name) {
            None => format!("CAST(NULL AS {}) AS {name}", wanted.spark()),
            Some(have) if have.lake_type != wanted => format!("CAST({name} AS {}) AS {name}", wanted.spark()),
            Some(_) => name,
        }
    };
    let as_of = format!("DATE'{as_of}' AS {}", identifier(AS_OF));
    columns.iter().map(expression).chain([as_of]).collect::<Vec<_>>().join(", ")
}

fn identifier(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// Spark reads escapes in literals, and puts settings in place of `${…}` wherever they stand.
fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'").replace('$', "\\u0024"))
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
