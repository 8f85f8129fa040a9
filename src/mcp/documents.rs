//! The tables' documents as resources: `lake://table/<name>`.

use rmcp::model::{ReadResourceResult, Resource, ResourceContents, ResourceTemplate};

use super::{answer::ToolError, lake::LakeSide, tables};

/// What the addresses of tables begin with.
const TABLE: &str = "lake://table/";
const MARKDOWN: &str = "text/markdown";

/// One resource per table that may be seen.
pub(super) async fn list(lake: &LakeSide) -> Result<Vec<Resource>, ToolError> {
    let day = lake.day(None).await?;
    let resource = |table: &crate::catalog::Table| {
        Resource::new(format!("{TABLE}{}", table.name), table.name.clone())
            .with_description(table.meaning.clone())
            .with_mime_type(MARKDOWN)
    };
    Ok(day.tables.iter().map(resource).collect())
}

/// What the addresses look like.
pub(super) fn template() -> ResourceTemplate {
    ResourceTemplate::new(format!("{TABLE}{{table}}"), "table")
        .with_description("What a table of the lake and its columns mean.")
        .with_mime_type(MARKDOWN)
}

/// The document of a table.
pub(super) async fn read(lake: &LakeSide, uri: &str) -> Result<ReadResourceResult, ToolError> {
    let name = uri.strip_prefix(TABLE).ok_or_else(|| ToolError(format!("addresses here begin with {TABLE}")))?;
    let day = lake.day(None).await?;
    let text = tables::document(&day, day.table(name)?);
    Ok(ReadResourceResult::new(vec![ResourceContents::text(text, uri).with_mime_type(MARKDOWN)]))
}
