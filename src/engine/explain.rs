//! How a statement was answered: its plan with the rows and the time of each operator.

use std::{panic::AssertUnwindSafe, sync::Arc};

use chrono::NaiveDate;
use datafusion::physical_plan::{display::DisplayableExecutionPlan, execute_stream};
use futures::{FutureExt as _, StreamExt as _};
use tokio::time::Instant;

use super::{EngineError, Parameters, Rows, Session, query};

/// What running a statement showed.
#[derive(Debug)]
pub(crate) struct Analysed {
    /// The operators, an indented line each, with their metrics. Nothing of the rows.
    pub(crate) plan: String,
    /// Rows that it gave.
    pub(crate) rows: u64,
    /// Seconds by the clock, without planning.
    pub(crate) seconds: f64,
}

/// Runs a statement to its end and forgets its rows. `origin` is what errors call it.
///
/// # Errors
/// As of a derived table: no error quotes a value of the data.
pub(crate) async fn analyse(
    session: &Session,
    origin: &str,
    sql: &str,
    as_of: NaiveDate,
) -> Result<Analysed, EngineError> {
    let in_derived = |error: EngineError| error.in_derived(origin);
    let parameters = Parameters::of_day(Some(as_of));
    let planned = query::plan(session, sql, &parameters).await.map_err(in_derived)?;
    let context = session.context();
    let state = context.state();
    let plan = AssertUnwindSafe(state.create_physical_plan(planned.logical())).catch_unwind().await;
    let plan = plan.map_err(|payload| in_derived(EngineError::panicked(&*payload)))?;
    let plan = plan.map_err(|error| in_derived(EngineError::planning(error, sql, &session.known())))?;
    let begun = Instant::now();
    let stream = execute_stream(Arc::clone(&plan), context.task_ctx());
    let mut batches = Rows::of_plan(stream.map_err(|error| in_derived(EngineError::running(error)))?).into_stream();
    let mut rows = 0;
    while let Some(batch) = batches.next().await {
        rows += batch.map_err(in_derived)?.num_rows() as u64;
    }
    let seconds = begun.elapsed().as_secs_f64();
    let plan = DisplayableExecutionPlan::with_metrics(plan.as_ref()).indent(false).to_string();
    Ok(Analysed { plan, rows, seconds })
}
