//! `tables`: the catalogue: what each table and column is, and how private.

use std::{collections::BTreeSet, fmt::Write as _};

use super::{
    Context,
    definitions::split_as_configured,
    print::{ListFormat, print, print_list},
};
use crate::{
    assemble::labels_table,
    catalog::{Catalog, LakeType, Privacy, Quality, Table, TableColumn},
    error::Error,
    lake::{Snapshot, SnapshotColumn, SnapshotTable},
    quality,
    settings::{Settings, did_you_mean},
    wide::EMPLOYEE_ID,
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
    let mut tables = every(&context.catalog);
    if let Ok(lake) = context.lake_to_read(settings)
        && let Some(snapshot) = lake.newest().await?
    {
        tables.extend(of_the_tenant(&[snapshot], &tables));
    }
    if let Some(name) = &options.table {
        let hint = did_you_mean(name, tables.iter().map(|t| t.name.as_str()));
        tables.retain(|t| t.name == *name);
        if tables.is_empty() {
            return Err(Error::Usage(format!("there is no table {name:?}{hint}")));
        }
    }
    let opened = opened(context, settings, options)?;
    if let Some(dialect) = options.ddl {
        return print(&tables.iter().map(|table| create_table(table, dialect)).collect::<String>());
    }
    // Definitions are called what the tenant calls them.
    print_list(options.format, &tables, |tables| {
        let one = |table: &Table| match options.table {
            Some(_) => describe(table),
            None => format!("{:<32} {:<9} {}\n", table.name, table.zone.as_str(), table.meaning),
        };
        tables.iter().map(one).chain([opened]).collect()
    })
}

/// A line that names the custom definitions which the settings put into the core zone.
fn opened(context: &Context, settings: &Settings, options: &TablesOptions) -> Result<String, Error> {
    let (_, split) = split_as_configured(&context.catalog, settings)?;
    let shows_them = |table: &String| matches!(table.as_str(), "employee_attributes" | "employee_snapshot");
    Ok(match split.opened.as_slice() {
        opened if !opened.is_empty() && options.table.as_ref().is_none_or(shows_them) => {
            format!("\nin the core zone by public_definitions: {}\n", opened.join(", "))
        }
        _ => String::new(),
    })
}

/// Every table that the program itself defines.
pub(super) fn every(catalog: &Catalog) -> Vec<Table> {
    let mut tables = catalog.tables();
    tables.extend([quality::finding::table(), labels_table()]);
    tables
}

/// The tables of some snapshots, oldest first, as the catalogue knows them.
pub(super) fn published(catalog: &Catalog, snapshots: &[Snapshot]) -> Vec<Table> {
    let mut tables = every(catalog);
    tables.extend(of_the_tenant(snapshots, &tables));
    tables.retain(|table| of_name(snapshots, &table.name).next().is_some());
    tables
}

/// The same for people, a line each, with their rows.
pub(super) fn list_published(catalog: &Catalog, snapshots: &[Snapshot]) -> String {
    let mut text = String::new();
    for Table { name, zone, meaning, .. } in published(catalog, snapshots) {
        let rows: u64 = of_name(snapshots, &name).flat_map(|(_, table)| &table.files).map(|file| file.rows).sum();
        let _ = writeln!(text, "{name:<32} {:<9} {rows:>9}  {meaning}", zone.as_str());
    }
    text
}

/// Every snapshot's table of that name, newest first.
fn of_name<'s>(snapshots: &'s [Snapshot], name: &'s str) -> impl Iterator<Item = (&'s Snapshot, &'s SnapshotTable)> {
    snapshots.iter().rev().filter_map(move |s| Some((s, s.tables.iter().find(|table| table.name == name)?)))
}

/// Tables that the catalogue does not know, each as its newest snapshot has it.
fn of_the_tenant(snapshots: &[Snapshot], known: &[Table]) -> Vec<Table> {
    let unknown: BTreeSet<&str> = snapshots
        .iter()
        .flat_map(|s| s.tables.iter().map(|t| t.name.as_str()))
        .filter(|name| known.iter().all(|k| k.name != *name))
        .collect();
    let newest = unknown.into_iter().filter_map(|name| of_name(snapshots, name).next());
    newest.map(|(snapshot, table)| as_published(snapshot, table)).collect()
}

fn as_published(snapshot: &Snapshot, table: &SnapshotTable) -> Table {
    // Whether anything less private is in a table that was not described is not known.
    let privacy = |name: &str| if name == EMPLOYEE_ID { Privacy::None } else { Privacy::Sensitive };
    let described = snapshot.described(&table.name);
    let column = |c: &SnapshotColumn| {
        let told = described.as_ref().and_then(|d| d.columns.get(&c.name));
        TableColumn {
            name: c.name.clone(),
            lake_type: c.lake_type,
            nullable: c.nullable,
            meaning: told.map_or_else(|| "By the tenant's definitions.".to_owned(), |told| told.meaning.clone()),
            privacy: told.map_or_else(|| privacy(&c.name), |told| told.privacy),
            source: String::new(),
        }
    };
    let meaning = match &described {
        Some(described) => described.meaning.clone(),
        None => format!("Of the snapshot of {}, by the tenant's definitions.", snapshot.as_of),
    };
    let columns = table.columns.iter().map(column).collect();
    Table { name: table.name.clone(), zone: table.zone, meaning, columns, quality: Quality::default() }
}

/// A table and its columns for people.
pub(super) fn describe(table: &Table) -> String {
    let mut text = format!("{} ({}): {}\n\n", table.name, table.zone, table.meaning);
    for c in &table.columns {
        let null = if c.nullable { "" } else { " not null" };
        let lake_type = format!("{}{null}", c.lake_type);
        let privacy = c.privacy.to_string();
        let _ = writeln!(text, "{:<36} {lake_type:<18} {privacy:<10} {:<34} {}", c.name, c.source, c.meaning);
    }
    text
}

fn create_table(table: &Table, dialect: Ddl) -> String {
    let columns: Vec<String> = table
        .columns
        .iter()
        .map(|c| {
            let null = if c.nullable { "" } else { " NOT NULL" };
            format!("  {} {}{null}", c.name, sql_type(c.lake_type, dialect))
        })
        .chain(["  as_of DATE NOT NULL".to_owned()])
        .collect();
    format!("CREATE TABLE {} (\n{}\n);\n", table.name, columns.join(",\n"))
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
