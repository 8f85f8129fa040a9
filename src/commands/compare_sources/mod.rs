//! `compare-sources`: whether two lakes say the same, table by table and column by column.

mod both_ways;
mod found;
mod json;
mod lakes;
mod merged;
mod pairs;
mod printed;
mod told;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

pub(crate) use self::lakes::LakeDay;
use self::{
    found::Shown,
    lakes::Side,
    pairs::{Known, Pair, Rules, What, pairs},
    told::{Comparison, Expected, TableTold},
};
use crate::{
    assemble::session_options,
    catalog::{Catalog, Lowered, Resource, Source},
    context::Context,
    error::Error,
    lake::published::published,
    print::{ListFormat, print_list},
    settings::Settings,
    similar::did_you_mean,
};

/// What is compared, and how it is told.
#[derive(Debug)]
pub(crate) struct CompareOptions {
    /// The two lakes; the tenant is read both ways where there are none.
    pub(crate) lakes: Option<(LakeDay, LakeDay)>,
    /// Where it is read to, to stay there.
    pub(crate) work: Option<PathBuf>,
    /// Only these tables; all where none are named.
    pub(crate) tables: BTreeSet<String>,
    /// Keys, by table, in place of the declared ones.
    pub(crate) keys: BTreeMap<String, Vec<String>>,
    /// Differences that do not count: tables, `table.column`, or `table.rows`.
    pub(crate) accepted: BTreeSet<String>,
    /// Whether values are shown, and not only which records differ.
    pub(crate) show_values: bool,
    /// How to print.
    pub(crate) format: ListFormat,
}

/// Compares two lakes, or a tenant read both ways, and prints what it found.
///
/// # Errors
/// [`Error::Different`] when they are not the same in what was not accepted; when one cannot be read.
pub(crate) async fn compare_sources(
    context: &Context,
    settings: &Settings,
    options: CompareOptions,
) -> Result<(), Error> {
    let Some((left, right)) = &options.lakes else {
        let ways = both_ways::read(context, settings, options.work.as_deref()).await?;
        let comparison = compared(context, settings, &ways.v5, &ways.legacy, &options).await?;
        ways.clean_up();
        return tell(&comparison, options.format);
    };
    tell(&compared(context, settings, left, right, &options).await?, options.format)
}

fn tell(comparison: &Comparison, format: ListFormat) -> Result<(), Error> {
    print_list(format, comparison, printed::text)?;
    match comparison.different() {
        different if different.is_empty() => Ok(()),
        different => Err(Error::Different(different)),
    }
}

async fn compared(
    context: &Context,
    settings: &Settings,
    left: &LakeDay,
    right: &LakeDay,
    options: &CompareOptions,
) -> Result<Comparison, Error> {
    let engine = session_options(settings)?;
    let left = &Side::open(context, settings, left, &engine).await?;
    let right = &Side::open(context, settings, right, &engine).await?;
    check_names(left, right, options)?;
    let snapshots = [left.snapshot.clone(), right.snapshot.clone()];
    let catalog = published(&context.catalog, &snapshots);
    let of = |side: &Side| (side.not_available(), gives(&context.catalog, side.source()));
    let ((not_left, left_gives), (not_right, right_gives)) = (of(left), of(right));
    let pairs = pairs(
        Known { tables: &left.snapshot.tables, not_available: &not_left, gives: &left_gives },
        Known { tables: &right.snapshot.tables, not_available: &not_right, gives: &right_gives },
        Rules { catalog: &catalog, keys: &options.keys, one_source: left.source() == right.source() },
        &options.tables,
    );
    let expected = Expected(options.accepted.clone());
    let shown = if options.show_values { Shown::Values } else { Shown::Ids };
    let mut tables = Vec::new();
    for Pair { table, what } in pairs {
        tables.push(match what {
            What::Only(side) => TableTold::only(table, side, &expected),
            What::NotAvailable(side) => TableTold::not_available(table, side),
            What::Impossible(column) => {
                return Err(Error::Usage(format!("--key: {table} has no column {column} that both sides can say")));
            }
            What::Rows(paired) => {
                let found = merged::merged(&left.session, &right.session, &table, &paired, shown).await?;
                let key = paired.key.into_iter().map(|column| column.name).collect();
                TableTold::compared(table, key, found, paired.others, &expected)
            }
        });
    }
    Ok(Comparison::new(left.told(), right.told(), tables))
}

/// Tables that a source can give.
fn gives(catalog: &Catalog, source: Source) -> BTreeSet<String> {
    let published = |resource: &&Resource| source == Source::V5 || resource.published;
    let tables = catalog.resources_of(source).iter().filter(published).flat_map(Resource::all_tables);
    let tables = tables.map(|table| table.name);
    let mapped = catalog
        .mapped
        .iter()
        .filter(|mapped| source == Source::Legacy && !mapped.internal)
        .map(|mapped| mapped.name.clone());
    tables.chain(mapped).collect()
}

/// Names that neither side has are slips.
fn check_names(left: &Side, right: &Side, options: &CompareOptions) -> Result<(), Error> {
    let tables: BTreeSet<&str> = left.tables().union(&right.tables()).copied().collect();
    let snapshots = [&left.snapshot, &right.snapshot];
    let columns = snapshots.iter().flat_map(|s| &s.tables).flat_map(|table| {
        let names = table.columns.iter().map(|column| column.name.as_str()).chain([Lowered::ROWS]);
        names.map(|name| format!("{}.{name}", table.name))
    });
    let columns: BTreeSet<String> = columns.collect();
    let of_table = options.tables.iter().chain(options.keys.keys());
    let all = of_table.map(|name| (name, false)).chain(options.accepted.iter().map(|name| (name, true)));
    for (name, may_be_column) in all {
        let is_known = tables.contains(name.as_str()) || (may_be_column && columns.contains(name));
        if !is_known {
            let known = tables.iter().copied().chain(columns.iter().map(String::as_str).filter(|_| may_be_column));
            return Err(Error::Usage(format!("neither side has {name}{}", did_you_mean(name, known))));
        }
    }
    Ok(())
}
