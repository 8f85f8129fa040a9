//! Derived tables: computed by queries over the tables of a day, and staged like any other.

use std::collections::{BTreeMap, BTreeSet};

use arrow::record_batch::RecordBatch;
use async_trait::async_trait;
use chrono::NaiveDate;
use futures::{StreamExt as _, stream};

use super::{
    Assembler, Day,
    day_before::{DayBefore, FewRows, REMEMBERED_BYTES, names_no_day},
    not_told::Untold,
    session::table_files,
    staging::stage,
};
use crate::{
    catalog::{Catalog, DerivedTable, Table},
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
    /// Seconds of each table.
    pub(super) seconds: BTreeMap<String, f64>,
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
    untold: &Untold,
) -> Result<Derived, Error> {
    let api = catalog.api_tables();
    let api: Vec<&str> = api.iter().map(|table| table.name.as_str()).collect();
    let queries = &catalog.derived;
    let (provenance, before) = (day.provenance(), day.day_before);
    let only_current =
        OnlyCurrent { tables: &day.state.only_current, is_that_day: day.state.read_on == Some(day.as_of) };
    let (run_id, as_of) = (&day.run_id, day.as_of);
    let sink = StagingSink { lake, run_id, provenance, as_of, before, same: &same, only_current, untold };
    let derived = derive::run(session, day.as_of, queries, &api, &sink).await?;
    let (mut rows, mut all, mut staged) = (FewRows::new(), same.clone(), Vec::new());
    let mut seconds = derived.seconds;
    for made in derived.written {
        let name = &made.staged.table().name;
        all.extend(made.same.then(|| name.clone()));
        rows.extend(made.rows.map(|rows| (name.clone(), rows)));
        if queries.iter().any(|q| q.internal && q.table.name == *name) {
            session.forget(name)?;
            seconds.remove(name);
            lake::discard_table(lake, &made.staged).await?;
        } else {
            staged.push(made.staged);
        }
    }
    let skipped = without_other_source(catalog, session, derived.skipped);
    Ok(Derived { staged, skipped, rows, same: all, seconds })
}

/// Of a lake that has nothing of what only a legacy key gives, tables made of that are no news.
fn without_other_source(catalog: &Catalog, session: &Session, mut skipped: Vec<Skipped>) -> Vec<Skipped> {
    let of_key: BTreeSet<String> = catalog.tables_of_key().map(|table| table.name).collect();
    if of_key.iter().all(|table| !session.has_table(table)) {
        skipped.retain(|one| one.missing.iter().all(|table| !of_key.contains(table)));
    }
    skipped
}

/// Stages derived tables for one run.
struct StagingSink<'l> {
    lake: &'l Lake,
    run_id: &'l RunId,
    provenance: Provenance,
    as_of: NaiveDate,
    before: Option<&'l DayBefore>,
    /// Given tables that are what they were the day before.
    same: &'l BTreeSet<String>,
    only_current: OnlyCurrent<'l>,
    untold: &'l Untold,
}

/// Tables whose rows tell of the day alone on which they were read.
struct OnlyCurrent<'l> {
    tables: &'l [String],
    /// Whether that is the day that is computed.
    is_that_day: bool,
}

/// A table that was staged.
struct Made {
    staged: StagedTable,
    /// Its rows, where the next day is compared with them.
    rows: Option<Vec<RecordBatch>>,
    /// Whether it is what it was the day before.
    same: bool,
}

#[async_trait]
impl Sink for StagingSink<'_> {
    type Error = Error;
    type Written = Made;

    async fn write(&self, table: &Table, rows: Rows) -> Result<Made, Error> {
        let Some(before) = self.before else {
            let staged = stage(self.lake, self.run_id, self.provenance.clone(), table, rows.into_stream()).await?;
            return Ok(Made { staged, rows: None, same: false });
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
            return self.same(before, table, first).await;
        }
        let few = whole.then(|| first.clone());
        let all = stream::iter(first.into_iter().map(Ok)).chain(stream).boxed();
        let staged = stage(self.lake, self.run_id, self.provenance.clone(), table, all).await?;
        Ok(Made { staged, rows: few, same: false })
    }

    async fn known(&self, query: &DerivedTable) -> Result<Option<Made>, Error> {
        let Some(before) = self.before.filter(|_| names_no_day(&query.sql)) else { return Ok(None) };
        match before.rows(&query.table.name) {
            Some(rows) => self.same(before, &query.table, rows.clone()).await.map(Some),
            None => Ok(None),
        }
    }

    fn lacks(&self, query: &DerivedTable, reads: &[String]) -> BTreeSet<String> {
        let OnlyCurrent { tables, is_that_day } = &self.only_current;
        let needed: &[String] = if *is_that_day { &query.over_time } else { reads };
        let past = tables.iter().filter(|table| needed.contains(table)).map(|table| format!("past of {table}"));
        past.chain(self.untold.of_table(&query.table.name)).collect()
    }

    fn is_unchanged(&self, table: &str, written: Option<&Made>) -> bool {
        written.map_or_else(|| self.same.contains(table), |made| made.same)
    }

    fn files(&self, made: &Made) -> TableFiles {
        table_files(made.staged.table(), self.as_of)
    }
}

impl StagingSink<'_> {
    /// Stages a table that has the rows that it had the day before.
    async fn same(&self, before: &DayBefore, table: &Table, rows: Vec<RecordBatch>) -> Result<Made, Error> {
        let staged = match before.published(&table.name) {
            Some(published) => StagedTable::of_published(published, self.lake, self.run_id).await?,
            // Nothing is published of an internal one.
            None => {
                let rows = stream::iter(rows.clone().into_iter().map(Ok)).boxed();
                stage(self.lake, self.run_id, self.provenance.clone(), table, rows).await?
            }
        };
        Ok(Made { staged, rows: Some(rows), same: true })
    }
}
