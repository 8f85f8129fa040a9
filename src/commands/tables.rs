//! `tables`: the catalogue: what each table and column is, and how private.

use std::fmt::Write as _;

use super::{Context, ListFormat, print};
use crate::{
    catalog::{LakeType, Privacy, Quality, Table, TableColumn, Zone},
    error::Error,
    lake::{SnapshotColumn, SnapshotTable},
    quality,
    settings::{Settings, did_you_mean},
};

/// Whose `CREATE TABLE` statements to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Ddl {
    /// DuckDB.
    Duckdb,
    /// Spark SQL.
    Spark,
}

/// What to print.
#[derive(Debug, Default)]
pub struct TablesOptions {
    /// Only this table, with its columns; otherwise all tables, a line each.
    pub table: Option<String>,
    /// How.
    pub format: ListFormat,
    /// `CREATE TABLE` statements instead.
    pub ddl: Option<Ddl>,
}

/// Prints the catalogue, and the tables of the newest snapshot whose columns are the tenant's own.
///
/// # Errors
/// When there is no such table.
pub async fn tables(context: &Context, settings: &Settings, options: &TablesOptions) -> Result<(), Error> {
    let mut tables = context.catalog.tables();
    tables.push(quality::finding::table());
    tables.extend(of_the_tenant(context, settings, &tables).await?);
    if let Some(name) = &options.table {
        let hint = did_you_mean(name, tables.iter().map(|t| t.name.as_str()));
        tables.retain(|t| t.name == *name);
        if tables.is_empty() {
            return Err(Error::Usage(format!("there is no table {name:?}{hint}")));
        }
    }
    let mut text = String::new();
    match (options.ddl, options.format) {
        (Some(dialect), _) => tables.iter().for_each(|table| create_table(&mut text, table, dialect)),
        (None, ListFormat::Json) => {
            text = serde_json::to_string_pretty(&tables).unwrap_or_default();
            text.push('\n');
        }
        (None, ListFormat::Text) if options.table.is_some() => tables.iter().for_each(|t| describe(&mut text, t)),
        (None, ListFormat::Text) => {
            for Table { name, zone, meaning, .. } in &tables {
                let _ = writeln!(text, "{name:<32} {:<9} {meaning}", zone.as_str());
            }
        }
    }
    print(&text)
}

/// Tables of the newest snapshot that the catalogue does not know, where there is a lake.
async fn of_the_tenant(context: &Context, settings: &Settings, known: &[Table]) -> Result<Vec<Table>, Error> {
    let Ok(lake) = context.lake_to_read(settings) else { return Ok(Vec::new()) };
    let Some(snapshot) = lake.newest().await? else { return Ok(Vec::new()) };
    let unknown = snapshot.tables.iter().filter(|t| known.iter().all(|k| k.name != t.name));
    let table = |table: &SnapshotTable| {
        let privacy = if table.zone == Zone::Personal { Privacy::Sensitive } else { Privacy::Directory };
        let column = |c: &SnapshotColumn| TableColumn {
            name: c.name.clone(),
            lake_type: c.lake_type,
            nullable: c.nullable,
            meaning: "By the tenant's definitions.".to_owned(),
            privacy,
            source: String::new(),
        };
        let meaning = format!("Of the snapshot of {}, by the tenant's definitions.", snapshot.as_of);
        let columns = table.columns.iter().map(column).collect();
        Table { name: table.name.clone(), zone: table.zone, meaning, columns, quality: Quality::default() }
    };
    Ok(unknown.map(table).collect())
}

fn describe(text: &mut String, table: &Table) {
    let _ = writeln!(text, "{} ({}): {}\n", table.name, table.zone, table.meaning);
    for c in &table.columns {
        let null = if c.nullable { "" } else { " not null" };
        let lake_type = format!("{}{null}", c.lake_type);
        let privacy = c.privacy.to_string();
        let _ = writeln!(text, "{:<36} {lake_type:<18} {privacy:<10} {:<34} {}", c.name, c.source, c.meaning);
    }
}

fn create_table(text: &mut String, table: &Table, dialect: Ddl) {
    let columns: Vec<String> = table
        .columns
        .iter()
        .map(|c| {
            let null = if c.nullable { "" } else { " NOT NULL" };
            format!("  {} {}{null}", c.name, sql_type(c.lake_type, dialect))
        })
        .chain(["  as_of DATE NOT NULL".to_owned()])
        .collect();
    let _ = writeln!(text, "CREATE TABLE {} (\n{}\n);", table.name, columns.join(",\n"));
}

fn sql_type(lake_type: LakeType, dialect: Ddl) -> &'static str {
    match (lake_type, dialect) {
        (LakeType::String, Ddl::Duckdb) => "VARCHAR",
        (LakeType::String, Ddl::Spark) => "STRING",
        (LakeType::Boolean, _) => "BOOLEAN",
        (LakeType::Int32, _) => "INTEGER",
        (LakeType::Int64, _) => "BIGINT",
        (LakeType::Double, _) => "DOUBLE",
        (LakeType::Date, _) => "DATE",
        (LakeType::Timestamp, Ddl::Duckdb) => "TIMESTAMP WITH TIME ZONE",
        (LakeType::Timestamp, Ddl::Spark) => "TIMESTAMP",
        (LakeType::StringList, Ddl::Duckdb) => "VARCHAR[]",
        (LakeType::StringList, Ddl::Spark) => "ARRAY<STRING>",
    }
}
