//! `derive --explain`: how the query of one derived table is answered over a published snapshot. Nothing is published.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::missing_day::snapshot_of;
use crate::{
    assemble::{session_options, table_files},
    catalog::{Catalog, DerivedTable},
    context::Context,
    engine::{Session, derive, explain},
    error::Error,
    print::print,
    settings::Settings,
    similar::did_you_mean,
};

/// Prints the analysed plan of the query of `name` over the snapshot of `as_of`, or the newest one. Derived tables that it
/// reads are those that are published; internal ones, which are not, are computed.
///
/// # Errors
/// When there is no such query or snapshot, the snapshot lacks what the query reads, or it fails.
pub(crate) async fn explain(
    context: &Context,
    settings: &Settings,
    as_of: Option<NaiveDate>,
    name: &str,
) -> Result<(), Error> {
    let queries = &context.catalog.derived;
    let Some(query) = queries.iter().find(|query| query.table.name == name) else {
        let help = did_you_mean(name, queries.iter().map(|query| query.table.name.as_str()));
        return Err(Error::Usage(format!("no query computes a table {name}{help}")));
    };
    as_of.map_or(Ok(()), |day| settings.check_day(day, context.clock.now()))?;
    let lake = context.lake(settings)?;
    let snapshot = snapshot_of(&lake, as_of).await?;
    let files = snapshot.tables.iter().map(|table| table_files(table, snapshot.as_of));
    let session = Session::over(lake.store(), &session_options(settings)?, files)?;
    for before in needed(&context.catalog, query)? {
        check_inputs(&session, before, snapshot.as_of)?;
        let table = &before.table;
        let rows = derive::start(&session, &before.file(), &before.sql, table, snapshot.as_of).await?;
        session.register_rows(&table.name, snapshot.as_of, &table.arrow_schema(), &rows.collect().await?)?;
    }
    check_inputs(&session, query, snapshot.as_of)?;
    let analysed = explain::analyse(&session, &query.file(), &query.sql, snapshot.as_of).await?;
    print(&format!(
        "{name} as of {}: {} rows in {:.3} s, not published\n\n{}",
        snapshot.as_of, analysed.rows, analysed.seconds, analysed.plan
    ))
}

/// The queries of the internal tables that a query reads, itself or through others, in the order of their computation.
fn needed<'c>(catalog: &'c Catalog, query: &DerivedTable) -> Result<Vec<&'c DerivedTable>, Error> {
    let api = catalog.api_tables();
    let api: Vec<&str> = api.iter().map(|table| table.name.as_str()).collect();
    let mut read = BTreeSet::from([query.table.name.clone()]);
    let mut needed = Vec::new();
    for step in derive::order(&catalog.derived, &api)?.into_iter().rev() {
        let is_itself = step.table == query.table.name;
        let internal = catalog.derived.iter().find(|known| known.internal && known.table.name == step.table);
        if read.contains(&step.table) && (is_itself || internal.is_some()) {
            read.extend(step.reads);
            needed.extend(internal.filter(|_| !is_itself));
        }
    }
    needed.reverse();
    Ok(needed)
}

/// Says which tables a query lacks, rather than that its SQL names one that is unknown.
fn check_inputs(session: &Session, query: &DerivedTable, as_of: NaiveDate) -> Result<(), Error> {
    let missing = derive::missing(session, query)?;
    if missing.is_empty() {
        return Ok(());
    }
    let missing = missing.into_iter().collect::<Vec<_>>().join(", ");
    Err(Error::Usage(format!("{} reads {missing}, which the snapshot of {as_of} does not have", query.file())))
}
