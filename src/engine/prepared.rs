//! Statements that are asked for one day after another: planned once where the tables that they read are held in memory,
//! and for each day anew where they are not, as a good plan depends on how many rows there are.

use std::{collections::BTreeSet, panic::AssertUnwindSafe, sync::Arc};

use chrono::NaiveDate;
use futures::FutureExt as _;

use super::{EngineError, Parameters, Rows, Session, as_of::Day, plans::KeptPlan, query, reused::Reused};

/// Asks one read-only statement; `$as_of` stands for `as_of` where that is given. The rows have the types of the plan.
///
/// # Errors
/// As [`query::run`].
pub(crate) async fn ask(session: &Session, sql: &str, as_of: Option<NaiveDate>) -> Result<Rows, EngineError> {
    if let Some(reused) = session.reused()
        && let Some(kept) = ask_kept(session, reused, sql, as_of).await
    {
        return Ok(kept);
    }
    let parameters = Parameters::of_day(as_of);
    query::plan(session, sql, &parameters).await?.rows_as_planned().await
}

/// The rows of a statement, with strings and bytes in Arrow's plain types.
///
/// # Errors
/// As [`query::run`].
pub(crate) async fn rows(session: &Session, sql: &str) -> Result<Rows, EngineError> {
    query::plain(ask(session, sql, None).await?, Arc::clone)
}

/// The tables a query reads, without its common table expressions.
///
/// # Errors
/// When it is no query.
pub(crate) fn reads(session: &Session, sql: &str) -> Result<Arc<BTreeSet<String>>, EngineError> {
    if let Some(known) = session.reused().and_then(|reused| reused.plans.reads(sql)) {
        return Ok(known);
    }
    let statement = query::parse_query(sql)?;
    let tables = session.context().state().resolve_table_references(&statement);
    let tables = tables.map_err(|error| EngineError::planning(error, sql, &session.known()))?;
    let tables = tables.iter().map(ToString::to_string).collect();
    Ok(match session.reused() {
        Some(reused) => reused.plans.remember(sql, tables),
        None => Arc::new(tables),
    })
}

/// Answers by a plan for tables that are held, kept or new; `None` when the statement has to be planned for this day, which
/// also tells what is wrong with it.
async fn ask_kept(session: &Session, reused: &Reused, sql: &str, as_of: Option<NaiveDate>) -> Option<Rows> {
    let reads = reads(session, sql).ok()?;
    let started = async {
        let kept = match reused.plans.take(sql).filter(|kept| kept.fits(&reused.held, as_of)) {
            Some(kept) => kept,
            None => plan(session, reused, &reads, sql, as_of).await?,
        };
        let rows = kept.start(&reused.planning, &reused.task, as_of).await.ok()?;
        Some((Rows::of_plan(rows), kept))
    };
    let (rows, kept) = AssertUnwindSafe(started).catch_unwind().await.ok().flatten()?;
    let (plans, sql) = (Arc::clone(&reused.plans), sql.to_owned());
    // Only when all its rows were taken is nothing of it running any more.
    Some(rows.and_then(move || plans.keep(&sql, kept)))
}

/// Plans a statement over held tables.
async fn plan(
    session: &Session,
    reused: &Reused,
    reads: &BTreeSet<String>,
    sql: &str,
    as_of: Option<NaiveDate>,
) -> Option<KeptPlan> {
    let inputs =
        reads.iter().map(|name| Some((name.clone(), reused.held.schema(name)?))).collect::<Option<Vec<_>>>()?;
    let (day, parameters) = (Day::unknown(), Parameters::of_day(as_of));
    let planned = query::plan_with(session, sql, &parameters, |plan| day.bound_in(plan)).await.ok()?;
    KeptPlan::new(&reused.planning, planned.logical(), day.clone(), as_of.is_some(), inputs).await.ok()
}

#[cfg(test)]
mod tests;
