//! Texts in memory of their own, before rows are kept.
//!
//! Texts are read as string views: short ones lie in the column, longer ones in buffers that batches share with the file's
//! page, the side of a join or the group that they come from. Whoever keeps rows keeps such buffers whole, however little of
//! them is used, and sorts count them once for every batch, so that one above a join would seem to need many times the memory
//! that it has.

use std::{fmt, sync::Arc};

use arrow::{
    array::{Array as _, ArrayRef, AsArray as _, GenericByteViewArray, RecordBatch, RecordBatchOptions},
    datatypes::{ByteViewType, DataType},
};
use datafusion::{
    common::{
        Statistics,
        config::ConfigOptions,
        tree_node::{Transformed, TransformedResult as _, TreeNode as _, TreeNodeRecursion},
    },
    error::{DataFusionError, Result},
    execution::{SendableRecordBatchStream, TaskContext},
    physical_optimizer::PhysicalOptimizerRule,
    physical_plan::{
        ChildrenPropertiesMode, DisplayAs, DisplayFormatType, ExecutionPlan, PhysicalExpr, PlanProperties,
        ReplaceChildrenOptions,
        execution_plan::CardinalityEffect,
        joins::{CrossJoinExec, HashJoinExec, NestedLoopJoinExec},
        repartition::RepartitionExec,
        sorts::sort::SortExec,
        statistics::{ChildStats, StatisticsArgs},
        stream::RecordBatchStreamAdapter,
    },
};
use futures::StreamExt as _;

use super::segmented_window::LAST_CHECK;

/// Buffers may be so many times as large as what is used of them.
const SHARED: usize = 2;

/// The rules, with that which gives rows texts of their own.
pub(super) fn added_to(
    mut rules: Vec<Arc<dyn PhysicalOptimizerRule + Send + Sync>>,
) -> Vec<Arc<dyn PhysicalOptimizerRule + Send + Sync>> {
    let place = rules.iter().position(|rule| rule.name() == LAST_CHECK).unwrap_or(rules.len());
    rules.insert(place, Arc::new(OwnTexts));
    rules
}

/// Puts [`OwnTextsExec`] below the operators that keep rows. For a finished plan.
#[derive(Debug)]
struct OwnTexts;

impl PhysicalOptimizerRule for OwnTexts {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, _: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        plan.transform_up(|node| {
            let mut inputs: Vec<_> = node.children().into_iter().map(Arc::clone).collect();
            let kept = inputs.first_mut().filter(|_| keeps_its_first_input(&node));
            let Some(kept) = kept.filter(|input| input.schema().fields().iter().any(|f| is_view(f.data_type()))) else {
                return Ok(Transformed::no(node));
            };
            *kept = Arc::new(OwnTextsExec { input: Arc::clone(kept) });
            let same = ReplaceChildrenOptions::new(ChildrenPropertiesMode::Keep);
            node.replace_children(inputs, same).map(Transformed::yes)
        })
        .data()
    }

    fn name(&self) -> &'static str {
        "OwnTexts"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// Whether an operator keeps the rows of its first input, of a join the side that is held in memory.
fn keeps_its_first_input(node: &Arc<dyn ExecutionPlan>) -> bool {
    // The first rows of a sort are few, and DataFusion copies them itself.
    node.downcast_ref::<SortExec>().is_some_and(|sort| sort.fetch().is_none())
        || node.is::<RepartitionExec>()
        || node.is::<HashJoinExec>()
        || node.is::<NestedLoopJoinExec>()
        || node.is::<CrossJoinExec>()
}

fn is_view(of: &DataType) -> bool {
    matches!(of, DataType::Utf8View | DataType::BinaryView)
}

/// The same rows; their texts share no buffers that are much larger than what they use of them.
#[derive(Debug, Clone)]
struct OwnTextsExec {
    input: Arc<dyn ExecutionPlan>,
}

impl DisplayAs for OwnTextsExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl ExecutionPlan for OwnTextsExec {
    fn name(&self) -> &'static str {
        "OwnTextsExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.input.properties()
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        vec![true]
    }

    fn benefits_from_input_partitioning(&self) -> Vec<bool> {
        vec![false]
    }

    fn replace_children(
        self: Arc<Self>,
        mut children: Vec<Arc<dyn ExecutionPlan>>,
        _: ReplaceChildrenOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        match (children.pop(), children.is_empty()) {
            (Some(input), true) => Ok(Arc::new(Self { input })),
            _ => Err(DataFusionError::Internal("texts of their own come from one input".to_owned())),
        }
    }

    fn with_new_children(self: Arc<Self>, children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        self.replace_children(children, ReplaceChildrenOptions::new(ChildrenPropertiesMode::Recompute))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let rows = self.input.execute(partition, context)?;
        let own = rows.map(|batch| batch.and_then(|batch| of_its_own(&batch)));
        Ok(Box::pin(RecordBatchStreamAdapter::new(self.schema(), own)))
    }

    fn child_stats_requests(&self, partition: Option<usize>) -> Vec<ChildStats> {
        vec![ChildStats::At(partition)]
    }

    fn statistics_from_inputs(&self, inputs: &[Arc<Statistics>], _: &StatisticsArgs) -> Result<Arc<Statistics>> {
        let of_rows = inputs.first().map(Arc::clone);
        of_rows.ok_or_else(|| DataFusionError::Internal("texts of their own come from one input".to_owned()))
    }

    fn supports_limit_pushdown(&self) -> bool {
        true
    }

    fn cardinality_effect(&self) -> CardinalityEffect {
        CardinalityEffect::Equal
    }
}

/// The same rows, with texts of their own where buffers are shared.
pub(super) fn of_its_own(batch: &RecordBatch) -> Result<RecordBatch> {
    let columns = batch.columns().iter().map(|column| match column.data_type() {
        DataType::Utf8View => own(column, column.as_string_view()),
        DataType::BinaryView => own(column, column.as_binary_view()),
        _ => Arc::clone(column),
    });
    let rows = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    Ok(RecordBatch::try_new_with_options(batch.schema(), columns.collect(), &rows)?)
}

fn own<T: ByteViewType>(column: &ArrayRef, views: &GenericByteViewArray<T>) -> ArrayRef {
    let shared: usize = views.data_buffers().iter().map(|buffer| buffer.capacity()).sum();
    if shared == 0 || shared <= SHARED * views.total_buffer_bytes_used() {
        return Arc::clone(column);
    }
    Arc::new(views.gc())
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use arrow::array::StringViewArray;

    use super::*;
    use crate::engine::{
        Session, SessionOptions, explain, query,
        testing::{TestLake, batch, day, deep, ints, strings},
    };

    fn buffers(batch: &RecordBatch) -> Vec<usize> {
        let views = batch.columns().iter().filter_map(|column| column.as_string_view_opt());
        views.flat_map(|column| column.data_buffers().iter().map(|buffer| buffer.len())).collect()
    }

    #[test]
    fn what_is_shared_is_copied_and_what_is_not_stays() {
        let long = |n: usize| format!("a text of more than twelve bytes, {n:04}");
        let texts: ArrayRef = Arc::new((0..1000).map(|n| (n % 3 > 0).then(|| long(n))).collect::<StringViewArray>());
        let short: ArrayRef = Arc::new((0..1000).map(|n| Some(n.to_string())).collect::<StringViewArray>());
        let all = batch(vec![("t", texts), ("s", short), ("n", ints((0..1000).map(Some)))]);
        assert_eq!(buffers(&of_its_own(&all).unwrap()), buffers(&all));
        let some = all.slice(100, 30);
        let own = of_its_own(&some).unwrap();
        assert_eq!(own, some);
        assert_eq!(buffers(&own), [20 * long(0).len()]);
        // Short texts and nulls need no buffer.
        let short = all.slice(0, 1);
        assert_eq!((of_its_own(&short).unwrap(), buffers(&of_its_own(&short).unwrap())), (short, vec![]));
    }

    /// Each batch that comes out of the join refers to all texts of the side that is held.
    #[test]
    fn a_sort_above_a_join_counts_each_text_once() {
        deep(|| async {
            const ROWS: i64 = 100_000;
            let numbers = || ints((0..ROWS).map(Some));
            let text = |n: i64| Some(format!("{:0>100}", n * 7919 % ROWS));
            let mut lake = TestLake::default();
            for table in ["w", "j"] {
                let rows = batch(vec![("n", numbers()), ("t", strings((0..ROWS).map(text)))]);
                lake.add_batch(table, "2026-03-01", &rows).await;
            }
            let options = SessionOptions {
                memory_limit_bytes: 144 << 20,
                target_partitions: NonZeroUsize::new(1),
                // Nothing can be spilled.
                temp_dir: Some("/nowhere".into()),
            };
            let session = Session::over(Arc::clone(&lake.store) as _, &options, lake.tables).unwrap();
            let sql = "SELECT w.t, j.t AS u FROM w JOIN j ON j.n = w.n ORDER BY w.t";
            let analysed = explain::analyse(&session, "a join", sql, day("2026-03-01")).await.unwrap();
            assert!(analysed.plan.contains("OwnTextsExec"), "{}", analysed.plan);
            let rows = query::run(&session, sql, None).await.unwrap().collect().await.unwrap();
            let texts = rows.iter().flat_map(|batch| {
                let (t, u) = (batch.column(0).as_string::<i32>(), batch.column(1).as_string::<i32>());
                t.iter().zip(u.iter()).collect::<Vec<_>>()
            });
            let expected: Vec<String> = (0..ROWS).map(|n| format!("{n:0>100}")).collect();
            assert!(texts.eq(expected.iter().map(|text| (Some(text.as_str()), Some(text.as_str())))));
        });
    }
}
