//! Computing over the tables of one snapshot, published or still staged: derived tables, whose rows become staged files
//! like any other table's, and the references between tables.

use async_trait::async_trait;
use chrono::NaiveDate;
use futures::StreamExt as _;

use super::session::{session_over, table_files};
use crate::{
    catalog::{Catalog, DerivedTable, History, Shape, Table},
    engine::{
        Rows, SessionOptions, TableFiles,
        derive::{self, Sink, Skipped},
        references::{Followed, Reference, follow},
    },
    error::Error,
    lake::{self, Lake, SnapshotTable, StagedTable, TableWriter, WriterOptions},
    report::ReferenceReport,
    run_id::RunId,
};

/// Computes `queries` for one day over `inputs`, in the order of their dependencies, and stages the results. Those of
/// internal tables are gone when it ends.
///
/// # Errors
/// The first failure; what was staged before it stays in staging.
pub(crate) async fn derive_tables(
    lake: &Lake,
    run_id: &RunId,
    as_of: NaiveDate,
    inputs: impl Iterator<Item = &SnapshotTable>,
    queries: &[DerivedTable],
    catalog: &Catalog,
    engine: &SessionOptions,
) -> Result<(Vec<StagedTable>, Vec<Skipped>), Error> {
    let session = session_over(lake, as_of, inputs, engine)?;
    let api = catalog.api_tables();
    let api: Vec<&str> = api.iter().map(|table| table.name.as_str()).collect();
    let mut sink = StagingSink { lake, run_id, staged: Vec::new() };
    let derived = derive::run(&session, as_of, queries, &api, &mut sink).await?;
    let is_internal = |table: &StagedTable| queries.iter().any(|q| q.internal && q.table.name == table.table().name);
    let (internal, staged): (Vec<_>, Vec<_>) = sink.staged.into_iter().partition(is_internal);
    for table in &internal {
        lake::discard_table(lake, table).await?;
    }
    Ok((staged, derived.skipped))
}

/// Stages the rows of a table that apply on one day.
///
/// # Errors
/// When the table cannot be read, or written.
pub(crate) async fn stage_applicable(
    lake: &Lake,
    run_id: &RunId,
    day: NaiveDate,
    catalog: &Catalog,
    staged: &StagedTable,
    history: &History,
    engine: &SessionOptions,
) -> Result<StagedTable, Error> {
    let session = session_over(lake, day, [staged.table()], engine)?;
    let table = catalog.table(&staged.table().name);
    let table = table.ok_or_else(|| Error::Bug("a table that the catalogue does not know has a history".into()))?;
    let columns: Vec<String> = table.columns.iter().map(|c| format!("\"{}\"", c.name)).collect();
    let History { starts, ends } = history;
    let sql = format!(
        "SELECT {} FROM \"{}\" WHERE (\"{starts}\" IS NULL OR \"{starts}\" <= CAST($as_of AS DATE)) \
         AND (\"{ends}\" IS NULL OR \"{ends}\" >= CAST($as_of AS DATE))",
        columns.join(", "),
        table.name
    );
    let rows = derive::start(&session, &format!("the history of {}", table.name), &sql, &table, day).await?;
    let mut sink = StagingSink { lake, run_id, staged: Vec::new() };
    sink.write(&table, day, rows).await?;
    sink.staged.pop().ok_or_else(|| Error::Bug("a table was not staged".into()))
}

/// Stages derived tables for one run.
struct StagingSink<'l> {
    lake: &'l Lake,
    run_id: &'l RunId,
    staged: Vec<StagedTable>,
}

#[async_trait]
impl Sink for StagingSink<'_> {
    type Error = Error;

    async fn write(&mut self, table: &Table, as_of: NaiveDate, rows: Rows) -> Result<TableFiles, Error> {
        let mut writer = TableWriter::new(self.lake, self.run_id, table, WriterOptions::default());
        let mut batches = rows.into_stream();
        while let Some(batch) = batches.next().await {
            let written = match batch {
                Ok(batch) => writer.write(&batch).await.map_err(Error::from),
                Err(error) => Err(error.into()),
            };
            if let Err(error) = written {
                writer.abort().await;
                return Err(error);
            }
        }
        let staged = writer.close().await?;
        let files = table_files(staged.table(), as_of);
        self.staged.push(staged);
        Ok(files)
    }
}

/// Follows every reference between the tables of one snapshot, published or still staged.
///
/// # Errors
/// When the tables cannot be read.
pub(crate) async fn follow_references(
    lake: &Lake,
    as_of: NaiveDate,
    inputs: impl Iterator<Item = &SnapshotTable>,
    catalog: &Catalog,
    engine: &SessionOptions,
) -> Result<Vec<ReferenceReport>, Error> {
    let session = session_over(lake, as_of, inputs, engine)?;
    let mut reports = Vec::new();
    for resource in &catalog.resources {
        let tables: Vec<Table> = resource.tables().into_iter().filter(|t| session.has_table(&t.name)).collect();
        let referring = resource.columns.iter().filter_map(|c| Some((c, c.refers_to.as_deref()?)));
        for (column, to) in referring.filter(|(_, to)| session.has_table(to)) {
            for table in &tables {
                let is_list = column.shape == Shape::References;
                let reference = Reference { table: &table.name, column: &column.name, is_list, to };
                let Followed { references, unresolved, unresolved_ids } = follow(&session, reference).await?;
                reports.push(ReferenceReport {
                    table: table.name.clone(),
                    column: column.name.clone(),
                    to: to.to_owned(),
                    references,
                    unresolved,
                    unresolved_ids,
                });
            }
        }
    }
    Ok(reports)
}
