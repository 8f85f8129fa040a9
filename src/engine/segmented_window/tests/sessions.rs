//! The same rows and statement, with our rule and without.

use std::sync::Arc;

use arrow::array::RecordBatch;
use datafusion::{
    datasource::MemTable,
    execution::{SessionStateBuilder, runtime_env::RuntimeEnv},
    logical_expr::SortExpr,
    physical_plan::{collect, displayable},
    prelude::{SessionConfig, SessionContext},
};

use super::super::physical_optimizer_rules;

/// Rows that are read in batches of a size.
#[derive(Debug, Clone)]
pub(super) struct Rows {
    pub(super) rows: RecordBatch,
    pub(super) batch_size: usize,
    /// What the rows are declared to be sorted by, so that nothing sorts them again and batches stay as they are.
    pub(super) sorted_by: Vec<SortExpr>,
}

/// What a statement gives.
#[derive(Debug, PartialEq)]
pub(super) struct Answer {
    pub(super) rows: Vec<RecordBatch>,
    pub(super) plan: String,
}

/// A session in which the rows are the table `t`.
pub(super) fn session(
    rows: &Rows,
    with_rule: bool,
    runtime: Option<Arc<RuntimeEnv>>,
    partitions: usize,
) -> SessionContext {
    let config = SessionConfig::new().with_batch_size(rows.batch_size).with_target_partitions(partitions);
    let mut state = SessionStateBuilder::new().with_config(config).with_default_features();
    if with_rule {
        state = state.with_physical_optimizer_rules(physical_optimizer_rules());
    }
    if let Some(runtime) = runtime {
        state = state.with_runtime_env(runtime);
    }
    let context = SessionContext::new_with_state(state.build());
    let count = rows.rows.num_rows();
    let mut batches: Vec<RecordBatch> = (0..count)
        .step_by(rows.batch_size)
        .map(|start| rows.rows.slice(start, rows.batch_size.min(count - start)))
        .collect();
    // Batches without a row may come at any time.
    batches.insert(batches.len() / 2, rows.rows.slice(0, 0));
    let table = MemTable::try_new(rows.rows.schema(), vec![batches]).unwrap();
    let sorted_by = if rows.sorted_by.is_empty() { vec![] } else { vec![rows.sorted_by.clone()] };
    context.register_table("t", Arc::new(table.with_sort_order(sorted_by))).unwrap();
    context
}

pub(super) async fn answer(context: &SessionContext, sql: &str) -> datafusion::error::Result<Answer> {
    let plan = context.sql(sql).await?.create_physical_plan().await?;
    let shown = displayable(plan.as_ref()).indent(false).to_string();
    Ok(Answer { rows: collect(plan, context.task_ctx()).await?, plan: shown })
}

/// All rows as one batch, so that how they were cut does not matter.
pub(super) fn one_batch(answer: &Answer) -> Option<RecordBatch> {
    let schema = answer.rows.first()?.schema();
    Some(arrow::compute::concat_batches(&schema, &answer.rows).unwrap())
}
