//! Views for Spark.

use std::{collections::BTreeMap, fmt::Write};

use url::Url;

use super::{
    comments::Comments,
    series::Series,
    view::{Part, Published, View, ViewColumn, Views, address_of_days, header, left_out, only_older},
};
use crate::{
    catalog::{ALL_DAYS, AS_OF, LakeType},
    lake::address::address,
};

/// One `CREATE OR REPLACE TEMPORARY VIEW` per table over the newest day, and one called `all_days_` and the table, each on
/// a line of its own, over exactly the published files. The lists of files of all days are settings, which the views below them
/// share, so that the lines are run in their order. On S3 paths have the scheme `s3a`.
pub(crate) fn spark_sql(published: &Published<'_>) -> String {
    let all_days = format!("{ALL_DAYS}_");
    let mut sql = header("Spark", &all_days, published);
    let views = Views::of(published);
    views.older.iter().for_each(|table| sql.push_str(&only_older(&all_days, table)));
    views.clashing.iter().for_each(|(table, clash)| sql.push_str(&left_out(&all_days, table, clash)));
    let comments = Comments::new(published.tables);
    for view in &views.newest {
        let selects: Vec<String> = view.parts.iter().flat_map(|part| selects(published.lake, view, part)).collect();
        statement(&mut sql, view, view.table, &selects, &comments);
    }
    let (mut series, mut of_all_days) = (Series::default(), String::new());
    for view in &views.all_days {
        let name = format!("{all_days}{}", view.table);
        let groups = by_types(view);
        let selects: Vec<String> = groups
            .iter()
            .enumerate()
            .map(|(at, group)| {
                let number = if groups.len() == 1 { String::new() } else { format!("_{}", at + 1) };
                let files = format!("_{name}{number}");
                of_group(&mut of_all_days, published.lake, view, group, &files, &mut series)
            })
            .collect();
        statement(&mut of_all_days, view, &name, &selects, &comments);
    }
    settings(&mut sql, &series);
    sql.push_str(&of_all_days);
    sql
}

/// Settings are put in place of `${…}` wherever it stands, in other settings too.
fn settings(sql: &mut String, series: &Series) {
    let mut set = |name: String, files: Vec<String>| {
        // Writing to a String cannot fail.
        let _ = writeln!(sql, "SET {PREFIX}{name}={};", files.join(","));
    };
    for (name, files) in series.months() {
        set(name, files.map(str::to_owned).collect());
    }
    for (name, months) in series.all() {
        set(name, months.iter().map(|month| format!("${{{PREFIX}{month}}}")).collect());
    }
}

/// What the settings begin with.
const PREFIX: &str = "lucca_lake.";

/// One `SELECT` per file of a day: `parquet.` takes one path.
fn selects(lake: &Url, view: &View<'_>, part: &Part<'_>) -> Vec<String> {
    let as_of = format!("DATE'{}' AS {}", part.as_of(), identifier(AS_OF));
    let columns: Vec<String> = view.columns.iter().map(|c| identifier(&c.name)).chain([as_of]).collect();
    let from = |path: String| identifier(&address(lake, &path, "s3a", "file://", escape));
    let select = |path| format!("SELECT {} FROM parquet.{}", columns.join(", "), from(path));
    part.paths().map(select).collect()
}

/// Days by the types of those columns that do not have one type on all.
fn by_types<'a>(view: &View<'a>) -> Vec<Vec<Part<'a>>> {
    let mut groups = BTreeMap::<Vec<Option<String>>, Vec<Part<'_>>>::new();
    for part in &view.parts {
        let several = view.columns.iter().filter(|column| !column.one_type);
        let types = several.map(|column| part.type_of(&column.name).map(|of_day| of_day.to_string())).collect();
        groups.entry(types).or_default().push(*part);
    }
    let mut groups: Vec<Vec<Part<'_>>> = groups.into_values().collect();
    groups.sort_by_key(|parts| parts.first().map(Part::as_of));
    groups
}

/// Writes the view of the files of one group, and answers what selects from it. The columns are given, so that Spark opens no
/// file to find them, and those that a file does not have are null; `basePath` makes the folder's name the column `as_of`.
fn of_group(
    sql: &mut String,
    lake: &Url,
    view: &View<'_>,
    group: &[Part<'_>],
    name: &str,
    series: &mut Series,
) -> String {
    let Some(first) = group.first() else { return String::new() };
    let of_files = |column: &ViewColumn| match column.one_type {
        true => column.lake_type,
        false => first.type_of(&column.name).unwrap_or(column.lake_type),
    };
    let typed = |name: &str, lake_type: LakeType| format!("{} {}", identifier(name), lake_type.spark());
    let columns = view.columns.iter().map(|c| typed(&c.name, of_files(c))).chain([typed(AS_OF, LakeType::Date)]);
    let columns: Vec<String> = columns.collect();
    let days = literal(&address_of_days(lake, first, "s3a", "file://", escape));
    let folder = address_of_days(lake, first, "s3a", "file://", str::to_owned);
    let folder = literal(folder.rsplit_once('/').map_or("", |(folder, _)| folder));
    // Writing to a String cannot fail.
    let _ = writeln!(
        sql,
        "CREATE OR REPLACE TEMPORARY VIEW {} ({}) USING parquet OPTIONS (path {}{{${{{PREFIX}{}}}}}', basePath {folder});",
        identifier(name),
        columns.join(", "),
        days.strip_suffix('\'').unwrap_or_default(),
        series.of(group),
    );
    let expression = |c: &ViewColumn| {
        let name = identifier(&c.name);
        if of_files(c) == c.lake_type { name } else { format!("CAST({name} AS {}) AS {name}", c.lake_type.spark()) }
    };
    let columns: Vec<String> = view.columns.iter().map(expression).chain([identifier(AS_OF)]).collect();
    format!("SELECT {} FROM {}", columns.join(", "), identifier(name))
}

fn statement(sql: &mut String, view: &View<'_>, name: &str, selects: &[String], comments: &Comments<'_>) {
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
