//! Derived tables: computed by queries over the tables of a day, and staged like any other.

use std::collections::BTreeSet;

use arrow::record_batch::RecordBatch;
use async_trait::async_trait;
use chrono::NaiveDate;
use futures::{StreamExt as _, stream};

use super::{
    Assembler, Day,
    day_before::{DayBefore, FewRows, REMEMBERED_BYTES, names_no_day},
    session::table_files,
    staging::stage,
};
use crate::{
    catalog::{DerivedTable, Table},
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
    /// Rows to compare those of the next day with.
    pub(super) rows: FewRows,
    /// The tables, given ones and computed ones, that are what they were the day before.
    pub(super) same: BTreeSet<String>,
}

/// Computes every query over the tables of a day, in the order of their dependencies, stages the results, and makes them
/// known to the session. Those of internal tables are gone when it ends. Some of the tables are the `same` as the day before.
///
/// # Errors
/// The first failure; what was staged before it stays in staging.
pub(super) async fn derive(
    Assembler { lake, catalog, .. }: &Assembler<'_>,
    session: &Session,
    day: &Day<'_>,
    same: BTreeSet<String>,
) -> Result<Derived, Error> {
    let api = catalog.api_tables();
    let api: Vec<&str> = api.iter().map(|table| table.name.as_str()).collect();
    let queries = &catalog.derived;
    let mut sink = StagingSink {
        lake,
        run_id: &day.run_id,
        provenance: day.provenance(),
        before: day.day_before,
        same,
        rows: FewRows::new(),
        staged: Vec::new(),
    };
    let derived = derive::run(session, day.as_of, queries, &api, &mut sink).await?;
    let is_internal = |table: &StagedTable| queries.iter().any(|q| q.internal && q.table.name == table.table().name);
    let (internal, staged): (Vec<_>, Vec<_>) = sink.staged.into_iter().partition(is_internal);
    for table in &internal {
        session.forget(&table.table().name)?;
        lake::discard_table(lake, table).await?;
    }
    Ok(Derived { staged, skipped: derived.skipped, rows: sink.rows, same: sink.same })
}

/// Stages derived tables for one run.
struct StagingSink<'l> {
    lake: &'l Lake,
    run_id: &'l RunId,
    provenance: Provenance,
    before: Option<&'l DayBefore>,
    /// Tables that are what they were the day before.
    same: BTreeSet<String>,
    rows: FewRows,
    staged: Vec<StagedTable>,
}

#[async_trait]
impl Sink for StagingSink<'_> {
    type Error = Error;

    async fn write(&mut self, table: &Table, as_of: NaiveDate, rows: Rows) -> Result<TableFiles, Error> {
        let Some(before) = self.before else {
            let staged = stage(self.lake, self.run_id, self.provenance.clone(), table, rows.into_stream()).await?;
            return Ok(self.take(staged, as_of));
        };
        let (mut stream, mut first, mut bytes, mut whole) = (rows.into_stream(), Vec::new(), 0, false);
        while bytes <= REMEMBERED_BYTES && !whole {
            match stream.next().await {
                Some(batch) => {
                    let batch = batch?;
                    bytes += batch.get_array_memory_size();
                    first.push(batch);
                }
                None => whole = true,
            }
        }
        if whole && before.has_rows(&table.name, &first) {
            return self.same(before, table, as_of, first).await;
        }
        let few = whole.then(|| first.clone());
        let all = stream::iter(first.into_iter().map(Ok)).chain(stream).boxed();
        let staged = stage(self.lake, self.run_id, self.provenance.clone(), table, all).await?;
        self.rows.extend(few.map(|rows| (table.name.clone(), rows)));
        Ok(self.take(staged, as_of))
    }

    async fn known(
        &mut self,
        query: &DerivedTable,
        reads: &[String],
        as_of: NaiveDate,
    ) -> Result<Option<TableFiles>, Error> {
        let Some(before) = self.before else { return Ok(None) };
        let unchanged = names_no_day(&query.sql) && reads.iter().all(|table| self.same.contains(table));
        match before.rows(&query.table.name).filter(|_| unchanged) {
            Some(rows) => self.same(before, &query.table, as_of, rows.clone()).await.map(Some),
            None => Ok(None),
        }
    }
}

impl StagingSink<'_> {
    /// Stages a table that has the rows that it had the day before.
    async fn same(
        &mut self,
        before: &DayBefore,
        table: &Table,
        as_of: NaiveDate,
        rows: Vec<RecordBatch>,
    ) -> Result<TableFiles, Error> {
        let staged = match before.published(&table.name) {
            Some(published) => StagedTable::of_published(published, self.lake, self.run_id).await?,
            // Nothing is published of an internal one.
            None => {
                let rows = stream::iter(rows.clone().into_iter().map(Ok)).boxed();
                stage(self.lake, self.run_id, self.provenance.clone(), table, rows).await?
            }
        };
        self.same.insert(table.name.clone());
        self.rows.insert(table.name.clone(), rows);
        Ok(self.take(staged, as_of))
    }

    fn take(&mut self, staged: StagedTable, as_of: NaiveDate) -> TableFiles {
        let files = table_files(staged.table(), as_of);
        self.staged.push(staged);
        files
    }
}
