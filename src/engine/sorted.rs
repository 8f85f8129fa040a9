//! Rows that are computed outside of SQL, in the order of a column.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use arrow::datatypes::SchemaRef;
use datafusion::{
    common::exec_err,
    error::Result,
    execution::{SendableRecordBatchStream, TaskContext},
    physical_expr::{PhysicalSortExpr, expressions::Column},
    physical_plan::{
        ExecutionPlan, execute_stream,
        sorts::sort::SortExec,
        stream::RecordBatchStreamAdapter,
        streaming::{PartitionStream, StreamingTableExec},
    },
};
use futures::{StreamExt as _, stream};

use super::{EngineError, Rows, Session, own_task};

/// The rows that `asked` will give, by the first of their columns, ascending. They are computed and sorted on a task of their
/// own, in the memory of `session` and, beyond that, on disk.
pub(crate) fn begin<F>(session: &Session, schema: SchemaRef, asked: F) -> Rows
where
    F: Future<Output = std::result::Result<Rows, EngineError>> + Send + 'static,
{
    let (session, columns) = (session.clone(), Arc::clone(&schema));
    own_task::rows(schema, async move { sorted(&session, columns, asked.await?) })
}

fn sorted(session: &Session, schema: SchemaRef, rows: Rows) -> std::result::Result<Rows, EngineError> {
    let failed = Failed::default();
    let once = Once { rows: Mutex::new(Some(rows)), schema: Arc::clone(&schema), failed: Arc::clone(&failed) };
    let started = plan(once).and_then(|plan| execute_stream(plan, session.context().task_ctx()));
    let sorted = Rows::of_plan(started.map_err(EngineError::running)?);
    Ok(sorted.try_map(schema, move |batch| {
        batch.map_err(|error| failed.lock().unwrap_or_else(PoisonError::into_inner).take().unwrap_or(error))
    }))
}

fn plan(once: Once) -> Result<Arc<dyn ExecutionPlan>> {
    let schema = Arc::clone(&once.schema);
    let key = PhysicalSortExpr::new_default(Arc::new(Column::new(schema.field(0).name(), 0)));
    let input = StreamingTableExec::try_new(schema, vec![Arc::new(once)], None, [], false, None)?;
    Ok(Arc::new(SortExec::new([key].into(), Arc::new(input))))
}

/// What the rows failed with, in words of ours; what DataFusion makes of it comes after it.
type Failed = Arc<Mutex<Option<EngineError>>>;

/// Rows that can be read once.
struct Once {
    rows: Mutex<Option<Rows>>,
    schema: SchemaRef,
    failed: Failed,
}

impl fmt::Debug for Once {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Once").finish_non_exhaustive()
    }
}

impl PartitionStream for Once {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, _: Arc<TaskContext>) -> SendableRecordBatchStream {
        let rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner).take();
        let failed = Arc::clone(&self.failed);
        let batches = stream::iter(rows.map(Rows::into_stream)).flatten().map(move |batch| {
            batch.or_else(|error| {
                *failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                exec_err!("the rows to be sorted failed")
            })
        });
        Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&self.schema), batches))
    }
}

#[cfg(test)]
mod tests {
    use std::future::ready;

    use arrow::array::RecordBatch;

    use super::*;
    use crate::engine::testing::{batch, deep, empty_session, ints, strings};

    #[test]
    fn rows_come_in_the_order_of_their_first_column_and_failures_as_they_are() {
        deep(|| async {
            let rows = |ids: &[&str]| {
                let numbers = ints((0..).map(Some).take(ids.len()));
                batch(vec![("id", strings(ids.iter().map(Some))), ("n", numbers)])
            };
            let (one, other) = (rows(&["b", "10", "a"]), rows(&["9", "aa"]));
            let schema = one.schema();
            let given = |all: Vec<std::result::Result<RecordBatch, EngineError>>| {
                ready(Ok(Rows::new(Arc::clone(&schema), stream::iter(all).boxed())))
            };
            let session = empty_session();
            let sorted = begin(&session, Arc::clone(&schema), given(vec![Ok(one.clone()), Ok(other)]));
            let sorted = sorted.collect().await.unwrap();
            let all = arrow::compute::concat_batches(&schema, &sorted).unwrap();
            let expected = batch(vec![
                ("id", strings(["10", "9", "a", "aa", "b"].map(Some))),
                ("n", ints([1, 0, 2, 1, 0].map(Some))),
            ]);
            assert_eq!(all, expected);
            let none = begin(&session, Arc::clone(&schema), given(Vec::new())).collect().await.unwrap();
            assert_eq!(none.iter().map(RecordBatch::num_rows).sum::<usize>(), 0);
            let broken = || EngineError::Internal { message: "no such luck".to_owned() };
            let failed = begin(&session, Arc::clone(&schema), given(vec![Ok(one), Err(broken())])).collect().await;
            assert!(matches!(failed, Err(EngineError::Internal { message }) if message == "no such luck"));
            let failed = begin(&session, Arc::clone(&schema), ready(Err(broken()))).collect().await;
            assert!(matches!(failed, Err(EngineError::Internal { .. })));
        });
    }
}
