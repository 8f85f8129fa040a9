//! Derived tables: the order their queries run in, and running them.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use arrow::{array::RecordBatch, datatypes::SchemaRef};
use async_trait::async_trait;
use chrono::NaiveDate;

use super::{
    EngineError, Parameters, Rows, Session, TableFiles,
    columns::{self, ColumnCast},
    query,
};
use crate::catalog::{DerivedTable, Table};

/// Takes the rows of derived tables and writes them to the lake.
#[async_trait]
pub(crate) trait Sink {
    /// What ends a derivation: the sink's own failures and the engine's.
    type Error: From<EngineError>;

    /// Writes all rows of one table and says which files hold them. The batches have exactly the declared schema.
    async fn write(&mut self, table: &Table, as_of: NaiveDate, rows: Rows) -> Result<TableFiles, Self::Error>;

    /// The files of a table whose rows are known without its query, which reads these tables, being asked.
    async fn known(
        &mut self,
        query: &DerivedTable,
        reads: &[String],
        as_of: NaiveDate,
    ) -> Result<Option<TableFiles>, Self::Error> {
        let _ = (query, reads, as_of);
        Ok(None)
    }
}

/// A derived table that was not computed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Skipped {
    /// The derived table.
    pub(crate) table: String,
    /// The tables it reads that this snapshot does not have; in place of an internal one, those that this one lacks.
    pub(crate) missing: Vec<String>,
}

/// What a derivation did.
#[derive(Debug, Clone, Default)]
pub(crate) struct Derivation {
    /// The tables written, in the order of their computation.
    pub(crate) written: Vec<TableFiles>,
    /// The tables left out because this snapshot lacks what they read; no internal ones.
    pub(crate) skipped: Vec<Skipped>,
}

/// A derived table and what it reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    /// Name of the derived table.
    pub(crate) table: String,
    /// Names of the tables its query reads, sorted.
    pub(crate) reads: Vec<String>,
}

/// Orders derived tables so that each comes after the derived tables it reads; otherwise by name.
///
/// `api_tables` are the names of all tables that a snapshot may have from the API.
///
/// # Errors
/// A query that does not parse, reads a table that nobody has, or takes part in a cycle.
pub(crate) fn order(queries: &[DerivedTable], api_tables: &[&str]) -> Result<Vec<Step>, EngineError> {
    let session = Session::of_declared([])?;
    let names: BTreeSet<&str> = queries.iter().map(|q| &*q.table.name).collect();
    let mut waiting: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for query in queries {
        let name = &*query.table.name;
        let reads = references(&session, &query.sql).map_err(|e| e.in_derived(&query.file()))?;
        if let Some(table) = reads.iter().find(|t| !names.contains(&***t) && !api_tables.contains(&&***t)) {
            return Err(EngineError::DeriveUnknownTable { origin: query.file(), table: table.clone() });
        }
        waiting.insert(name, reads);
    }
    let mut ordered = Vec::new();
    while !waiting.is_empty() {
        let is_ready = |reads: &BTreeSet<String>| reads.iter().all(|t| !waiting.contains_key(&**t));
        let Some(name) = waiting.iter().find(|(_, reads)| is_ready(reads)).map(|(name, _)| *name) else {
            return Err(EngineError::DeriveCycle { queries: cycle(&waiting) });
        };
        let reads = waiting.remove(name).unwrap_or_default();
        ordered.push(Step { table: name.to_owned(), reads: reads.into_iter().collect() });
    }
    Ok(ordered)
}

/// Checks every query against the catalogue alone: it parses, its tables and columns exist, and its result has the
/// declared columns. `api_tables` are the tables of the API.
///
/// # Errors
/// The first query that is not right.
#[cfg(test)]
pub(crate) async fn check(queries: &[DerivedTable], api_tables: &[Table]) -> Result<(), EngineError> {
    let names: Vec<&str> = api_tables.iter().map(|t| &*t.name).collect();
    let session = Session::of_declared(api_tables.iter().chain(queries.iter().map(|q| &q.table)))?;
    for step in order(queries, &names)? {
        for query in queries.iter().filter(|q| q.table.name == step.table) {
            start(&session, &query.file(), &query.sql, &query.table, NaiveDate::default()).await?;
        }
    }
    Ok(())
}

/// Computes every derived table whose inputs the session has, for one as-of date, each result being an input of those
/// that follow. The session holds the API tables of that one snapshot; tables of it that `queries` define are replaced.
///
/// # Errors
/// The first failure, after which nothing more is written. No error quotes a value of the data.
pub(crate) async fn run<S: Sink + Send>(
    session: &Session,
    as_of: NaiveDate,
    queries: &[DerivedTable],
    api_tables: &[&str],
    sink: &mut S,
) -> Result<Derivation, S::Error> {
    let mut outcome = Derivation::default();
    let steps = order(queries, api_tables)?;
    // Results of an earlier derivation must not be read as if they were of this one.
    for step in &steps {
        session.forget(&step.table)?;
    }
    let mut lacking: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for step in steps {
        let Some(query) = queries.iter().find(|q| q.table.name == step.table) else { continue };
        let absent = step.reads.iter().filter(|table| !session.has_table(table));
        let missing: BTreeSet<String> =
            absent.flat_map(|t| lacking.get(t).cloned().unwrap_or_else(|| BTreeSet::from([t.clone()]))).collect();
        if !missing.is_empty() {
            if query.internal {
                lacking.insert(step.table, missing);
            } else {
                outcome.skipped.push(Skipped { table: step.table, missing: missing.into_iter().collect() });
            }
            continue;
        }
        let files = match sink.known(query, &step.reads, as_of).await? {
            Some(files) => files,
            None => {
                let rows = start(session, &query.file(), &query.sql, &query.table, as_of).await?;
                sink.write(&query.table, as_of, rows).await?
            }
        };
        session.register(std::slice::from_ref(&files))?;
        outcome.written.push(files);
    }
    Ok(outcome)
}

/// Plans one query and gives its rows in the declared schema of `table`. `origin` is what errors call it: its file, or what it
/// asks.
pub(crate) async fn start(
    session: &Session,
    origin: &str,
    sql: &str,
    table: &Table,
    as_of: NaiveDate,
) -> Result<Rows, EngineError> {
    let declared = table.arrow_schema();
    let parameters = Parameters::of_day(Some(as_of));
    let planned = query::plan(session, sql, &parameters).await.map_err(|e| e.in_derived(origin))?;
    let casts = columns::casts(planned.logical().schema().as_arrow(), &declared)
        .map_err(|detail| EngineError::DeriveColumns { origin: origin.to_owned(), detail })?;
    let rows = planned.rows_as_planned().await.map_err(|e| e.in_derived(origin))?;
    let origin = origin.to_owned();
    let schema = Arc::clone(&declared);
    let conformed = move |batch: Result<RecordBatch, EngineError>| {
        conform(&batch.map_err(|e| e.in_derived(&origin))?, &schema, &casts, &origin)
    };
    Ok(rows.try_map(declared, conformed))
}

/// The batch with the declared types, checked for nulls where none may be.
fn conform(
    batch: &RecordBatch,
    schema: &SchemaRef,
    casts: &[ColumnCast],
    origin: &str,
) -> Result<RecordBatch, EngineError> {
    let internal =
        |e: arrow::error::ArrowError| EngineError::Internal { message: format!("{origin}: {}", columns::kind(&e)) };
    let arrays = columns::apply(batch, casts).map_err(internal)?;
    for (field, array) in schema.fields().iter().zip(&arrays) {
        if !field.is_nullable() && array.null_count() > 0 {
            return Err(EngineError::DeriveNull { origin: origin.to_owned(), column: field.name().clone() });
        }
    }
    RecordBatch::try_new(Arc::clone(schema), arrays).map_err(internal)
}

/// The tables a query reads, without its common table expressions.
pub(crate) fn references(session: &Session, sql: &str) -> Result<BTreeSet<String>, EngineError> {
    let statement = query::parse_query(sql)?;
    let state = session.context().state();
    let tables = state
        .resolve_table_references(&statement)
        .map_err(|error| EngineError::planning(error, sql, &session.known()))?;
    Ok(tables.iter().map(ToString::to_string).collect())
}

/// One cycle among queries that all wait for another: following any of them must come back.
fn cycle(waiting: &BTreeMap<&str, BTreeSet<String>>) -> Vec<String> {
    let mut path: Vec<String> = Vec::new();
    let mut next = waiting.keys().next().map(|n| (*n).to_owned());
    while let Some(name) = next {
        if let Some(start) = path.iter().position(|n| *n == name) {
            let mut circle = path.split_off(start);
            circle.push(name);
            return circle;
        }
        next = waiting.get(&*name).and_then(|reads| reads.iter().find(|t| waiting.contains_key(&***t))).cloned();
        path.push(name);
    }
    path
}

#[cfg(test)]
mod tests;
