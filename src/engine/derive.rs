//! Derived tables: running their queries, in an `order` in which each finds what it reads.

mod order;

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use arrow::{array::RecordBatch, datatypes::SchemaRef};
use async_trait::async_trait;
use chrono::NaiveDate;
use futures::{StreamExt as _, stream::FuturesUnordered};
use tokio::{sync::watch, time::Instant};
use tracing::Instrument as _;

use self::order::{Agenda, ordered};
pub(crate) use self::order::{Step, order};
use super::{
    EngineError, Rows, Session, TableFiles,
    columns::{self, ColumnCast},
    copied::Copied,
    days, own_task, prepared,
};
use crate::{
    catalog::{DerivedTable, Table},
    spans,
};

/// Results of at most so many bytes in memory are held there for the queries that read them.
const SMALL_RESULT: usize = 8 << 20;

/// Takes the rows of derived tables and writes them to the lake.
#[async_trait]
pub(crate) trait Sink: Sync {
    /// What ends a derivation: the sink's own failures and the engine's.
    type Error: From<EngineError>;
    /// A table that is written.
    type Written: Send;

    /// Writes all rows of one table. The batches have exactly the declared schema. Several tables are written at the same
    /// time.
    async fn write(&self, table: &Table, rows: Rows) -> Result<Self::Written, Self::Error>;

    /// The table of a query that need not be asked: what it reads is unchanged.
    async fn known(&self, query: &DerivedTable) -> Result<Option<Self::Written>, Self::Error> {
        let _ = query;
        Ok(None)
    }

    /// What a query needs that the tables of the day do not tell, though they are there.
    fn lacks(&self, query: &DerivedTable, reads: &[String]) -> BTreeSet<String> {
        let _ = (query, reads);
        BTreeSet::new()
    }

    /// Whether a table, written here or given, has the same rows as another time, so that queries over it may be known.
    fn is_unchanged(&self, table: &str, written: Option<&Self::Written>) -> bool {
        let _ = (table, written);
        false
    }

    /// The files that hold a table that is written.
    fn files(&self, written: &Self::Written) -> TableFiles;
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
#[derive(Debug)]
pub(crate) struct Derivation<W> {
    /// The tables written, in the order of their dependencies.
    pub(crate) written: Vec<W>,
    /// The tables left out because this snapshot lacks what they read; no internal ones.
    pub(crate) skipped: Vec<Skipped>,
    /// Seconds from the start of each query until its table was written; others ran at the same time.
    pub(crate) seconds: BTreeMap<String, f64>,
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
/// that follow; what does not depend on one another is computed at the same time, as far as there are processors and memory.
/// The session holds the API tables of that one snapshot; tables of it that `queries` define are replaced.
///
/// # Errors
/// The failure of the first query in the order of dependencies that fails, whichever failed first in time. No error quotes a
/// value of the data.
pub(crate) async fn run<S: Sink>(
    session: &Session,
    as_of: NaiveDate,
    queries: &[DerivedTable],
    api_tables: &[&str],
    sink: &S,
) -> Result<Derivation<S::Written>, S::Error> {
    let steps = ordered(session, queries, api_tables)?;
    // Results of an earlier derivation must not be read as if they were of this one.
    for step in &steps {
        session.forget(&step.table)?;
    }
    let mut agenda = Agenda::new(&steps);
    let mut lacking: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let mut skipped = BTreeMap::new();
    let mut written = BTreeMap::new();
    let mut failed: Option<(usize, S::Error)> = None;
    let mut running = FuturesUnordered::new();
    let given_up = watch::Sender::new(false);
    // Queries that had too little memory beside others are asked again alone.
    let (mut again, mut alone) = (VecDeque::new(), session.queries_at_once() == 1);
    loop {
        while again.is_empty()
            && running.len() < session.queries_at_once()
            && let Some((number, step)) = agenda.next(failed.as_ref().map(|(number, _)| *number))
        {
            let absent = step.reads.iter().filter(|table| !session.has_table(table));
            let query = queries.iter().find(|q| q.table.name == step.table);
            let missing: BTreeSet<String> = absent
                .flat_map(|t| lacking.get(&**t).cloned().unwrap_or_else(|| BTreeSet::from([t.clone()])))
                .chain(query.map(|query| sink.lacks(query, &step.reads)).unwrap_or_default())
                .collect();
            if let Some(query) = query.filter(|_| missing.is_empty()) {
                let made = |table: &String| written.values().find(|done: &&Computed<'_, _>| done.table == table);
                let is_unchanged = |table: &String| sink.is_unchanged(table, made(table).map(|done| &done.written));
                let how = How { unchanged: step.reads.iter().all(is_unchanged), given_up: given_up.subscribe() };
                running.push(attempt(session, as_of, Asked { number, query }, sink, how));
                continue;
            }
            agenda.done(number);
            if query.is_none_or(|query| query.internal) {
                lacking.insert(&step.table, missing);
            } else {
                skipped.insert(number, Skipped { table: step.table.clone(), missing: missing.into_iter().collect() });
            }
        }
        if running.is_empty()
            && let Some(asked) = again.pop_front()
        {
            alone = true;
            running.push(attempt(
                session,
                as_of,
                asked,
                sink,
                How { unchanged: false, given_up: given_up.subscribe() },
            ));
        }
        let Some(Attempt { asked, computed, short_of_memory }) = running.next().await else { break };
        let number = asked.number;
        match computed {
            Err(_) if short_of_memory && !alone => again.push_back(asked),
            Ok(computed) => {
                agenda.done(number);
                written.insert(number, computed);
            }
            // Its successors are never begun, as it is never done.
            Err(error) if failed.as_ref().is_none_or(|(first, _)| number < *first) => failed = Some((number, error)),
            Err(_) => {}
        }
        alone = session.queries_at_once() == 1;
        // What comes earlier may fail too.
        if let Some((first, _)) = &failed
            && agenda.is_done_before(*first)
        {
            break;
        }
    }
    if let Some((_, error)) = failed {
        // What is being written is given up in good order: no upload stays open.
        given_up.send_replace(true);
        while running.next().await.is_some() {}
        return Err(error);
    }
    let seconds = written.values().map(|done: &Computed<'_, _>| (done.table.to_owned(), done.seconds)).collect();
    let written = written.into_values().map(|done| done.written).collect();
    Ok(Derivation { written, skipped: skipped.into_values().collect(), seconds })
}

/// The tables that a query reads and the session does not have.
pub(crate) fn missing(session: &Session, query: &DerivedTable) -> Result<BTreeSet<String>, EngineError> {
    let reads = prepared::reads(session, &query.sql).map_err(|e| e.in_derived(&query.file()))?;
    Ok(reads.iter().filter(|table| !session.has_table(table)).cloned().collect())
}

/// Under which circumstances a table is computed.
struct How {
    /// Whether all that its query reads is unchanged.
    unchanged: bool,
    /// Becomes true when another query failed.
    given_up: watch::Receiver<bool>,
}

/// A query and its place in the order.
#[derive(Clone, Copy)]
struct Asked<'q> {
    number: usize,
    query: &'q DerivedTable,
}

/// What came of asking it.
struct Attempt<'q, W, E> {
    asked: Asked<'q>,
    computed: Result<Computed<'q, W>, E>,
    /// Whether it failed for want of memory.
    short_of_memory: bool,
}

/// A table that was computed.
struct Computed<'q, W> {
    table: &'q str,
    seconds: f64,
    written: W,
}

/// As [`compute`], with what to know where it failed.
async fn attempt<'q, S: Sink>(
    session: &Session,
    as_of: NaiveDate,
    asked: Asked<'q>,
    sink: &S,
    how: How,
) -> Attempt<'q, S::Written, S::Error> {
    let short_of_memory = Arc::new(AtomicBool::new(false));
    let span = spans::table(&asked.query.table.name);
    let computed = compute(session, as_of, asked.query, sink, how, &short_of_memory).instrument(span).await;
    Attempt { asked, computed, short_of_memory: short_of_memory.load(Ordering::SeqCst) }
}

/// Computes one table, on a task of its own, while it is written on this one, and makes it known.
async fn compute<'q, S: Sink>(
    session: &Session,
    as_of: NaiveDate,
    query: &'q DerivedTable,
    sink: &S,
    how: How,
    short_of_memory: &Arc<AtomicBool>,
) -> Result<Computed<'q, S::Written>, S::Error> {
    let begun = Instant::now();
    let known = if how.unchanged { sink.known(query).await? } else { None };
    let written = match known {
        Some(written) => {
            days::add(session, sink.files(&written)).await?;
            written
        }
        None => {
            let rows = begin(session, query.file(), query.sql.clone(), &query.table, as_of);
            let rows = noting(rows, Arc::clone(short_of_memory));
            let (rows, copied) = Copied::of(own_task::unless(how.given_up, rows), SMALL_RESULT);
            let written = sink.write(&query.table, rows).await?;
            let files = sink.files(&written);
            session.register(std::slice::from_ref(&files))?;
            if let Some(batches) = copied.batches() {
                session.hold(&files.table, as_of, &files.schema, &batches)?;
            }
            written
        }
    };
    Ok(Computed { table: &query.table.name, seconds: begun.elapsed().as_secs_f64(), written })
}

/// The same rows; notes when they fail for want of memory.
fn noting(rows: Rows, short_of_memory: Arc<AtomicBool>) -> Rows {
    let schema = Arc::clone(rows.schema());
    rows.try_map(schema, move |batch| {
        if let Err(error) = &batch {
            short_of_memory.store(error.is_want_of_memory(), Ordering::SeqCst);
        }
        batch
    })
}

/// As [`start`], on a task of its own, which begins at once; what is wrong with the query comes out of the rows.
pub(crate) fn begin(session: &Session, origin: String, sql: String, table: &Table, as_of: NaiveDate) -> Rows {
    let (session, table) = (session.clone(), table.clone());
    own_task::rows(table.arrow_schema(), async move { start(&session, &origin, &sql, &table, as_of).await })
}

/// Asks one query and gives its rows in the declared schema of `table`. `origin` is what errors call it: its file, or what it
/// asks.
pub(crate) async fn start(
    session: &Session,
    origin: &str,
    sql: &str,
    table: &Table,
    as_of: NaiveDate,
) -> Result<Rows, EngineError> {
    conformed(prepared::ask(session, sql, Some(as_of)).await.map_err(|e| e.in_derived(origin))?, origin, table)
}

/// The same rows in the declared schema of `table`.
///
/// # Errors
/// When their columns are others; that there are nulls where none may be comes out of the rows.
pub(super) fn conformed(rows: Rows, origin: &str, table: &Table) -> Result<Rows, EngineError> {
    let declared = table.arrow_schema();
    let casts = columns::casts(rows.schema(), &declared)
        .map_err(|detail| EngineError::DeriveColumns { origin: origin.to_owned(), detail })?;
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

#[cfg(test)]
mod tests;
