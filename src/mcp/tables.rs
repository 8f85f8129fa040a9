//! What tables there are, and of which days: `list_tables`, `describe_table`, `snapshots`.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{
    answer::{Answer, ToolError},
    arguments::Arguments,
    lake::{Day, LakeSide},
};
use crate::catalog::Table;

/// `list_tables`.
pub(super) async fn list(lake: &LakeSide, mut arguments: Arguments) -> Result<Answer, ToolError> {
    let as_of = arguments.date("as_of")?;
    arguments.end()?;
    let day = lake.day(as_of).await?;
    let mut text = format!("Tables as of {}, with columns up to {}:\n", day.snapshot.as_of, lake.ceiling);
    let mut listed = Vec::new();
    for table in &day.tables {
        let Table { name, meaning, columns, .. } = table;
        let rows = day.rows(name);
        let _ = writeln!(text, "{name} ({rows} rows, {} columns): {meaning}", columns.len());
        listed.push(
            json!({"name": name, "zone": table.zone, "rows": rows, "columns": columns.len(), "meaning": meaning}),
        );
    }
    let structured = json!({"as_of": day.snapshot.as_of, "max_privacy": lake.ceiling, "tables": listed});
    Ok(Answer { text, structured })
}

/// `describe_table`.
pub(super) async fn describe(lake: &LakeSide, mut arguments: Arguments) -> Result<Answer, ToolError> {
    let name = arguments.needed("table")?;
    let as_of = arguments.date("as_of")?;
    arguments.end()?;
    let day = lake.day(as_of).await?;
    let table = day.table(&name)?;
    let structured = json!({
        "as_of": day.snapshot.as_of,
        "name": table.name,
        "zone": table.zone,
        "meaning": table.meaning,
        "rows": day.rows(&name),
        "key": visible_key(table),
        "columns": table.columns.iter().map(|column| json!({
            "name": column.name,
            "type": column.lake_type,
            "nullable": column.nullable,
            "privacy": column.privacy,
            "meaning": column.meaning,
        })).collect::<Vec<Value>>(),
    });
    Ok(Answer { text: document(&day, table), structured })
}

/// `snapshots`.
pub(super) async fn snapshots(lake: &LakeSide, arguments: Arguments) -> Result<Answer, ToolError> {
    arguments.end()?;
    let days = lake.lake.days().await?;
    let mut text = String::new();
    let mut listed = Vec::new();
    for snapshot in days.snapshots.iter().rev() {
        let (id, published) = (snapshot.id().to_string(), snapshot.published_at);
        let _ = writeln!(text, "{} ({id}), published {published}", snapshot.as_of);
        listed.push(json!({"as_of": snapshot.as_of, "snapshot": id, "published_at": published}));
    }
    if listed.is_empty() {
        text.push_str("The lake has no snapshot yet.\n");
    }
    Ok(Answer { text, structured: json!({"snapshots": listed}) })
}

/// What there is to say of a table, as Markdown.
pub(super) fn document(day: &Day, table: &Table) -> String {
    let mut text = format!("# {}\n\n{}\n\n", table.name, table.meaning);
    let _ = writeln!(text, "{} rows as of {}, zone {}.", day.rows(&table.name), day.snapshot.as_of, table.zone);
    let key = visible_key(table);
    if !key.is_empty() {
        let _ = writeln!(text, "No two rows share: {}.", key.join(", "));
    }
    text.push_str("\n| column | type | privacy | meaning |\n|---|---|---|---|\n");
    for column in &table.columns {
        let null = if column.nullable { "" } else { ", never null" };
        let meaning = column.meaning.replace('|', "\\|");
        let _ = writeln!(text, "| {} | {}{null} | {} | {meaning} |", column.name, column.lake_type, column.privacy);
    }
    text
}

/// The table's key, where all of it may be seen: a part of it is none.
fn visible_key(table: &Table) -> &[String] {
    let key = &table.quality.key;
    let is_seen = |name: &String| table.columns.iter().any(|column| column.name == *name);
    if key.iter().all(is_seen) { key } else { &[] }
}
