//! What is held in memory, and what is not.

use std::sync::Arc;

use arrow::array::{Int64Array, RecordBatch};
use datafusion::execution::{memory_pool::GreedyMemoryPool, runtime_env::RuntimeEnvBuilder};

use super::{
    random::{Way, sorted},
    sessions::{answer, session},
};

const UP: Way = Way { descending: false, nulls_first: false };

/// The answer over one partition of many batches, or the error, with this much memory.
async fn of_one_partition(call: &str, bytes: usize) -> Result<usize, String> {
    let column = |values: Vec<i64>| Arc::new(Int64Array::from(values)) as _;
    let rows = RecordBatch::try_from_iter([("p", column(vec![7; 20_000])), ("n", column((0..20_000).collect()))]);
    let rows = sorted(&rows.unwrap(), &[("p", UP), ("n", UP)], 100);
    let pool = RuntimeEnvBuilder::new().with_memory_pool(Arc::new(GreedyMemoryPool::new(bytes))).build_arc().unwrap();
    let context = session(&rows, true, Some(pool), 1);
    let sql = format!("SELECT p, {call} OVER (PARTITION BY p ORDER BY n) AS w FROM t");
    let answer = answer(&context, &sql).await.map_err(|error| error.to_string())?;
    assert!(answer.plan.contains("SegmentedWindowExec"), "{}", answer.plan);
    Ok(answer.rows.iter().map(RecordBatch::num_rows).sum())
}

#[tokio::test]
async fn a_partition_is_held_only_where_a_function_looks_ahead() {
    for call in ["row_number()", "rank()", "lag(n, 3)", "first_value(n)"] {
        assert_eq!(of_one_partition(call, 1).await, Ok(20_000), "{call}");
    }
    let error = of_one_partition("lead(n)", 50_000).await.unwrap_err();
    assert!(error.contains("Resources exhausted") && error.contains("SegmentedWindow[0]"), "{error}");
    assert_eq!(of_one_partition("lead(n)", 100 << 20).await, Ok(20_000));
}
