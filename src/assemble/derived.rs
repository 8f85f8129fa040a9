//! Derived tables: computed by queries over the tables of a day, and staged like any other.

use async_trait::async_trait;
use chrono::NaiveDate;

use super::{Assembler, Day, session::table_files, staging::stage};
use crate::{
    catalog::Table,
    engine::{
        Rows, Session, TableFiles,
        derive::{self, Sink, Skipped},
    },
    error::Error,
    lake::{self, Lake, Provenance, StagedTable},
    run_id::RunId,
};

/// What became of the derived tables.
pub(super) struct Derived {
    pub(super) staged: Vec<StagedTable>,
    pub(super) skipped: Vec<Skipped>,
}

/// Computes every query over the tables of a day, in the order of their dependencies, stages the results, and makes them
/// known to the session. Those of internal tables are gone when it ends.
///
/// # Errors
/// The first failure; what was staged before it stays in staging.
pub(super) async fn derive(
    Assembler { lake, catalog, .. }: &Assembler<'_>,
    session: &Session,
    day: &Day<'_>,
) -> Result<Derived, Error> {
    let api = catalog.api_tables();
    let api: Vec<&str> = api.iter().map(|table| table.name.as_str()).collect();
    let queries = &catalog.derived;
    let mut sink = StagingSink { lake, run_id: &day.run_id, provenance: day.provenance(), staged: Vec::new() };
    let derived = derive::run(session, day.as_of, queries, &api, &mut sink).await?;
    let is_internal = |table: &StagedTable| queries.iter().any(|q| q.internal && q.table.name == table.table().name);
    let (internal, staged): (Vec<_>, Vec<_>) = sink.staged.into_iter().partition(is_internal);
    for table in &internal {
        session.forget(&table.table().name)?;
        lake::discard_table(lake, table).await?;
    }
    Ok(Derived { staged, skipped: derived.skipped })
}

/// Stages derived tables for one run.
struct StagingSink<'l> {
    lake: &'l Lake,
    run_id: &'l RunId,
    provenance: Provenance,
    staged: Vec<StagedTable>,
}

#[async_trait]
impl Sink for StagingSink<'_> {
    type Error = Error;

    async fn write(&mut self, table: &Table, as_of: NaiveDate, rows: Rows) -> Result<TableFiles, Error> {
        let staged = stage(self.lake, self.run_id, self.provenance.clone(), table, rows).await?;
        let files = table_files(staged.table(), as_of);
        self.staged.push(staged);
        Ok(files)
    }
}
