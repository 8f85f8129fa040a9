//! The operator.

use std::{fmt, sync::Arc};

use arrow::datatypes::SchemaRef;
use datafusion::physical_expr_common::sort_expr::OrderingRequirements;
use datafusion::{
    common::{Statistics, tree_node::TreeNodeRecursion},
    error::Result,
    execution::TaskContext,
    physical_expr::window::WindowExpr,
    physical_plan::{
        ChildrenPropertiesMode, DisplayAs, DisplayFormatType, ExecutionPlan, InputDistributionRequirements,
        InputOrderMode, PhysicalExpr, PlanProperties, ReplaceChildrenOptions, SendableRecordBatchStream,
        execution_plan::CardinalityEffect,
        metrics::{ExecutionPlanMetricsSet, MetricsSet},
        statistics::{ChildStats, StatisticsArgs},
        windows::{BoundedWindowAggExec, WindowAggExec},
    },
};

use super::{borders::Borders, function::WindowColumn, recognise::recognise, stream};

/// Computes window columns over rows that are sorted by the window's partition and order keys.
///
/// It stands for an operator of DataFusion, which it keeps: what that one says of its rows, and asks of its input, is true
/// of this one too.
#[derive(Debug, Clone)]
pub(super) struct SegmentedWindowExec {
    planned: Arc<dyn ExecutionPlan>,
    /// Of each column, its name and frame.
    shown: Vec<String>,
    columns: Vec<WindowColumn>,
    partition_by: Vec<Arc<dyn PhysicalExpr>>,
    /// What peers are alike in; none where no function asks for peers.
    peers_by: Vec<Arc<dyn PhysicalExpr>>,
    metrics: ExecutionPlanMetricsSet,
}

impl SegmentedWindowExec {
    /// In place of one of DataFusion's window operators, if all that it computes is known.
    pub(super) fn in_place_of(planned: &Arc<dyn ExecutionPlan>) -> Option<Self> {
        let expressions = sorted_windows(planned)?;
        let [first, others @ ..] = expressions else { return None };
        let alike = |other: &Arc<dyn WindowExpr>| {
            other.partition_by() == first.partition_by() && other.order_by() == first.order_by()
        };
        if !others.iter().all(alike) {
            return None;
        }
        let [input] = planned.children().try_into().ok()?;
        let schema: SchemaRef = input.schema();
        let columns = expressions.iter().map(|expression| recognise(expression.as_ref(), &schema));
        let columns = columns.collect::<Option<Vec<_>>>()?;
        // All rows are one partition, to be held in memory; without partitions DataFusion's operator costs little.
        if first.partition_by().is_empty() && columns.iter().any(|column| column.function.needs_whole_partitions()) {
            return None;
        }
        let has_peers = columns.iter().any(|column| column.function.needs_peers());
        let order_by = first.order_by().iter().filter(|_| has_peers);
        let shown = expressions.iter().map(|expression| {
            let frame = expression.get_window_frame();
            format!("{}: {frame}", expression.name())
        });
        Some(Self {
            planned: Arc::clone(planned),
            shown: shown.collect(),
            columns,
            partition_by: first.partition_by().to_vec(),
            peers_by: order_by.map(|key| Arc::clone(&key.expr)).collect(),
            metrics: ExecutionPlanMetricsSet::new(),
        })
    }
}

/// The expressions of a window operator whose input is sorted as they need it.
fn sorted_windows(planned: &Arc<dyn ExecutionPlan>) -> Option<&[Arc<dyn WindowExpr>]> {
    if let Some(bounded) = planned.downcast_ref::<BoundedWindowAggExec>() {
        let is_sorted = matches!(bounded.input_order_mode, InputOrderMode::Sorted);
        return (is_sorted && bounded.state_observer().is_none()).then(|| bounded.window_expr());
    }
    let whole = planned.downcast_ref::<WindowAggExec>()?;
    let [first, ..] = whole.window_expr() else { return None };
    let sorted_by = whole.partition_by_sort_keys().ok()?;
    (sorted_by.len() == first.partition_by().len()).then(|| whole.window_expr())
}

impl DisplayAs for SegmentedWindowExec {
    fn fmt_as(&self, format: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match format {
            DisplayFormatType::Default | DisplayFormatType::Verbose => {
                write!(f, "SegmentedWindowExec: wdw=[{}]", self.shown.join(", "))
            }
            DisplayFormatType::TreeRender => writeln!(f, "select_list={}", self.shown.join(", ")),
        }
    }
}

impl ExecutionPlan for SegmentedWindowExec {
    fn name(&self) -> &'static str {
        "SegmentedWindowExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.planned.properties()
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        self.planned.children()
    }

    fn apply_expressions(
        &self,
        f: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        self.planned.apply_expressions(f)
    }

    fn required_input_ordering(&self) -> Vec<Option<OrderingRequirements>> {
        self.planned.required_input_ordering()
    }

    fn input_distribution_requirements(&self) -> InputDistributionRequirements {
        self.planned.input_distribution_requirements()
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        self.planned.maintains_input_order()
    }

    fn benefits_from_input_partitioning(&self) -> Vec<bool> {
        self.planned.benefits_from_input_partitioning()
    }

    fn replace_children(
        self: Arc<Self>,
        children: Vec<Arc<dyn ExecutionPlan>>,
        options: ReplaceChildrenOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let planned = Arc::clone(&self.planned).replace_children(children, options)?;
        Ok(Arc::new(Self { planned, metrics: ExecutionPlanMetricsSet::new(), ..Self::clone(&self) }))
    }

    fn with_new_children(self: Arc<Self>, children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        self.replace_children(children, ReplaceChildrenOptions::new(ChildrenPropertiesMode::Recompute))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let [input] =
            self.planned.children().try_into().map_err(|_| {
                datafusion::error::DataFusionError::Internal("a window operator has one input".to_owned())
            })?;
        let input = input.execute(partition, Arc::clone(&context))?;
        let borders = Borders::new(self.partition_by.clone(), self.peers_by.clone());
        stream::windows(
            input,
            self.schema(),
            borders,
            &self.columns,
            &stream::Around { metrics: &self.metrics, partition, memory_pool: context.memory_pool() },
        )
    }

    fn metrics(&self) -> Option<MetricsSet> {
        Some(self.metrics.clone_inner())
    }

    fn child_stats_requests(&self, partition: Option<usize>) -> Vec<ChildStats> {
        self.planned.child_stats_requests(partition)
    }

    fn statistics_from_inputs(
        &self,
        input_stats: &[Arc<Statistics>],
        args: &StatisticsArgs,
    ) -> Result<Arc<Statistics>> {
        self.planned.statistics_from_inputs(input_stats, args)
    }

    fn cardinality_effect(&self) -> CardinalityEffect {
        self.planned.cardinality_effect()
    }
}
