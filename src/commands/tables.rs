//! `tables`: the catalogue: what each table and column is, and how private.

mod layout;

use std::collections::BTreeSet;

pub(super) use self::layout::describe;
use self::layout::{Listed, list};

use crate::{
    catalog::{Catalog, Origin, Privacy, Quality, Table, TableColumn},
    context::{Context, split_as_configured},
    error::Error,
    lake::{Snapshot, SnapshotColumn, SnapshotTable},
    print::{ListFormat, print, print_list},
    screen,
    settings::{Settings, did_you_mean},
};

/// Whose `CREATE TABLE` statements to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Ddl {
    /// DuckDB.
    Duckdb,
    /// Spark SQL.
    Spark,
}

/// What to print.
#[derive(Debug, Default)]
pub(crate) struct TablesOptions {
    /// Only this table, with its columns; otherwise all tables, a line each.
    pub(crate) table: Option<String>,
    /// How.
    pub(crate) format: ListFormat,
    /// `CREATE TABLE` statements instead.
    pub(crate) ddl: Option<Ddl>,
}

/// Prints the catalogue, and the tables of the newest snapshot whose columns are the tenant's own.
///
/// # Errors
/// When there is no such table.
pub(crate) async fn tables(context: &Context, settings: &Settings, options: &TablesOptions) -> Result<(), Error> {
    let mut tables = context.catalog.tables();
    if let Ok(lake) = context.lake_to_read(settings)
        && let Some(snapshot) = lake.newest().await?
    {
        tables = with_published(tables, &[snapshot]);
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
    let screen = screen::of_stdout().map(|screen| screen.width);
    // Definitions are called what the tenant calls them.
    print_list(options.format, &tables, |tables| {
        let listed: Vec<Listed<'_>> = tables.iter().map(|table| Listed { table, figures: Vec::new() }).collect();
        match (&options.table, tables.as_slice()) {
            (Some(_), [table]) => describe(table, screen) + &opened,
            _ => list(&listed, &[], screen) + &opened,
        }
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

/// The tables of some snapshots, oldest first, as the catalogue knows them.
pub(super) fn published(catalog: &Catalog, snapshots: &[Snapshot]) -> Vec<Table> {
    let mut tables = with_published(catalog.tables(), snapshots);
    tables.retain(|table| of_name(snapshots, &table.name).next().is_some());
    tables
}

/// What some snapshots have of a table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Held {
    pub(super) rows: u64,
    pub(super) files: u64,
    pub(super) bytes: u64,
}

impl Held {
    /// What they have of the table called `name`.
    pub(super) fn of(snapshots: &[Snapshot], name: &str) -> Self {
        let files = of_name(snapshots, name).flat_map(|(_, table)| &table.files);
        files.fold(Self::default(), |held, file| Self {
            rows: held.rows + file.rows,
            files: held.files + 1,
            bytes: held.bytes + file.bytes,
        })
    }
}

/// Published tables for people, by zone and with their rows, perhaps with their files.
pub(super) fn list_published(
    tables: &[Table],
    snapshots: &[Snapshot],
    with_files: bool,
    screen: Option<usize>,
) -> String {
    let figures = |table: &Table| {
        let Held { rows, files, bytes } = Held::of(snapshots, &table.name);
        if with_files { vec![rows, files, bytes] } else { vec![rows] }
    };
    let listed: Vec<Listed<'_>> = tables.iter().map(|table| Listed { table, figures: figures(table) }).collect();
    list(&listed, if with_files { &["rows", "files", "bytes"] } else { &["rows"] }, screen)
}

/// Every snapshot's table of that name, newest first.
fn of_name<'s>(snapshots: &'s [Snapshot], name: &'s str) -> impl Iterator<Item = (&'s Snapshot, &'s SnapshotTable)> {
    snapshots.iter().rev().filter_map(move |s| Some((s, s.tables.iter().find(|table| table.name == name)?)))
}

/// Tables with the columns that are the tenant's own, as the newest snapshot that has the table knows them; and the tables
/// that the lake alone remembers.
fn with_published(mut tables: Vec<Table>, snapshots: &[Snapshot]) -> Vec<Table> {
    for table in tables.iter_mut().filter(|table| table.origin == Origin::Wide) {
        let held = of_name(snapshots, &table.name).next();
        *table = held.map_or_else(|| table.clone(), |(snapshot, held)| as_published(table, snapshot, held));
    }
    let held: BTreeSet<&str> = snapshots.iter().flat_map(|s| &s.tables).map(|t| t.name.as_str()).collect();
    for name in held {
        if let Some((snapshot, held)) =
            of_name(snapshots, name).next().filter(|_| tables.iter().all(|t| t.name != name))
        {
            let meaning =
                format!("Of the snapshot of {}, which this version of the program does not know.", snapshot.as_of);
            let (name, zone, origin) = (held.name.clone(), held.zone, Origin::Unknown);
            let unknown = Table { name, zone, origin, meaning, columns: Vec::new(), quality: Quality::default() };
            tables.push(as_published(&unknown, snapshot, held));
        }
    }
    tables
}

/// What is known of a table with the columns that a snapshot has of it: what the snapshot says counts, then what is declared.
fn as_published(known: &Table, snapshot: &Snapshot, held: &SnapshotTable) -> Table {
    let described = snapshot.state.described.get(&known.name);
    let undescribed = match known.origin {
        Origin::Wide => "By a definition of the tenant that the snapshot does not tell; `derive` has it told.",
        _ => "Not described by the snapshot.",
    };
    let column = |c: &SnapshotColumn| {
        let declared = known.columns.iter().find(|declared| declared.name == c.name);
        let told = described.and_then(|d| d.columns.get(&c.name));
        let known = told.map(|told| (told.privacy, told.meaning.as_str()));
        let known = known.or_else(|| declared.map(|d| (d.privacy, d.meaning.as_str())));
        // Nobody says how private it is: it may be anything.
        let (privacy, meaning) = known.unwrap_or((Privacy::Sensitive, undescribed));
        let definition = told.and_then(|told| told.definition.clone());
        let source = definition.as_ref().map(|definition| definition.path()).unwrap_or_default();
        TableColumn { source, definition, ..TableColumn::new(&c.name, c.lake_type, c.nullable, privacy, meaning) }
    };
    Table { columns: held.columns.iter().map(column).collect(), ..known.clone() }
}

fn create_table(table: &Table, dialect: Ddl) -> String {
    let columns: Vec<String> = table
        .columns
        .iter()
        .map(|c| {
            let null = if c.nullable { "" } else { " NOT NULL" };
            let sql_type = match dialect {
                Ddl::Duckdb => c.lake_type.duckdb(),
                Ddl::Spark => c.lake_type.spark(),
            };
            format!("  {} {sql_type}{null}", c.name)
        })
        .chain(["  as_of DATE NOT NULL".to_owned()])
        .collect();
    format!("CREATE TABLE {} (\n{}\n);\n", table.name, columns.join(",\n"))
}
