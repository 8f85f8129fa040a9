//! `tables`: the catalogue: what each table and column is, and how private.

mod layout;

pub(super) use self::layout::describe;
use self::layout::{Listed, list};

use crate::{
    catalog::Table,
    catalogue_site::{self, Catalogue, Entry},
    context::{Context, split_as_configured},
    ddl::{self, Dialect, Place},
    error::Error,
    lake::{
        Snapshot,
        published::{Figures, with_published},
    },
    language::Language,
    print::{ListFormat, print, print_lines, print_list},
    screen,
    settings::{Settings, did_you_mean},
};

/// What to print.
#[derive(Debug, Default)]
pub(crate) struct TablesOptions {
    /// Only this table, with its columns; otherwise all tables, a line each.
    pub(crate) table: Option<String>,
    /// How.
    pub(crate) format: TablesFormat,
    /// Whether what people call tables and columns is shown too, in which language.
    pub(crate) language: Option<Language>,
    /// `CREATE TABLE` statements instead.
    pub(crate) ddl: Option<Dialect>,
    /// dbt sources instead.
    pub(crate) dbt: bool,
}

/// How the catalogue is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(crate) enum TablesFormat {
    /// For people: a line for each table, or for each column of one.
    #[default]
    #[value(alias = "table")]
    Text,
    /// For machines: everything that is known.
    Json,
    /// One document with everything that is known.
    #[value(alias = "md")]
    Markdown,
}

/// Prints the catalogue, and the tables of the newest snapshot whose columns are the tenant's own.
///
/// # Errors
/// When there is no such table.
pub(crate) async fn tables(context: &Context, settings: &Settings, options: &TablesOptions) -> Result<(), Error> {
    let lake = context.lake_to_read(settings);
    let newest = match &lake {
        Ok(lake) => lake.newest().await?,
        Err(_) => None,
    };
    let mut tables = with_published(context.catalog.tables(), newest.as_slice());
    if let Some(name) = &options.table {
        let hint = did_you_mean(name, tables.iter().map(|t| t.name.as_str()));
        tables.retain(|t| t.name == *name);
        if tables.is_empty() {
            return Err(Error::Usage(format!("there is no table {name:?}{hint}")));
        }
    }
    let opened = opened(context, settings, options)?;
    if options.dbt || options.ddl.is_some() {
        let lake = lake?;
        let place = Place { lake: lake.url(), newest: newest.as_ref() };
        return print(&match options.ddl {
            Some(dialect) => ddl::statements(&tables, dialect, &place),
            None => ddl::sources(&tables, &context.catalog, &place),
        });
    }
    let is_shown = |entry: &Entry| tables.iter().any(|table| table.name == entry.table.name);
    match options.format {
        TablesFormat::Text => {
            let screen = screen::of_stdout().map(|screen| screen.width);
            // Definitions are called what the tenant calls them.
            print_lines(&match (&options.table, tables.as_slice()) {
                (Some(_), [table]) => describe(table, options.language, screen) + &opened,
                _ => {
                    let listed = tables.iter().map(|table| Listed { table, figures: Vec::new() });
                    list(&listed.collect::<Vec<_>>(), &[], options.language, screen) + &opened
                }
            })
        }
        TablesFormat::Markdown => {
            let catalogue = Catalogue::of(&context.catalog, newest.as_ref()).await?;
            print_lines(&catalogue_site::document(&catalogue, &is_shown))
        }
        TablesFormat::Json => {
            let mut catalogue = Catalogue::of(&context.catalog, newest.as_ref()).await?;
            catalogue.entries.retain(is_shown);
            print_list(ListFormat::Json, &catalogue.entries, |_| String::new())
        }
    }
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

/// Published tables for people, by zone and with their rows, perhaps with their files.
pub(super) fn list_published(
    tables: &[Table],
    snapshots: &[Snapshot],
    with_files: bool,
    screen: Option<usize>,
) -> String {
    let figures = |table: &Table| {
        let Figures { rows, files, bytes } = Figures::of(snapshots, &table.name);
        if with_files { vec![rows, files, bytes] } else { vec![rows] }
    };
    let listed: Vec<Listed<'_>> = tables.iter().map(|table| Listed { table, figures: figures(table) }).collect();
    list(&listed, if with_files { &["rows", "files", "bytes"] } else { &["rows"] }, None, screen)
}
