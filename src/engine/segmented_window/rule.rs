//! Where the operator is used.

use std::sync::Arc;

use datafusion::{
    common::{
        config::ConfigOptions,
        tree_node::{Transformed, TransformedResult as _, TreeNode as _},
    },
    error::Result,
    physical_optimizer::{PhysicalOptimizerRule, optimizer::PhysicalOptimizer},
    physical_plan::ExecutionPlan,
};

use super::exec::SegmentedWindowExec;

/// The rule that checks a finished plan.
pub(in super::super) const LAST_CHECK: &str = "SanityCheckPlan";

/// DataFusion's rules, and that which puts the operator in place.
pub(in super::super) fn physical_optimizer_rules() -> Vec<Arc<dyn PhysicalOptimizerRule + Send + Sync>> {
    let mut rules = PhysicalOptimizer::new().rules;
    // DataFusion's rules know its own operators: the plan is finished before one of them is replaced, and checked after.
    let place = rules.iter().position(|rule| rule.name() == LAST_CHECK).unwrap_or(rules.len());
    rules.insert(place, Arc::new(UseSegmentedWindows));
    rules
}

/// Puts [`SegmentedWindowExec`] in place of DataFusion's window operators where it gives the same answers.
#[derive(Debug)]
struct UseSegmentedWindows;

impl PhysicalOptimizerRule for UseSegmentedWindows {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, _config: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        plan.transform_up(|node| {
            Ok(match SegmentedWindowExec::in_place_of(&node) {
                Some(ours) => Transformed::yes(Arc::new(ours) as Arc<dyn ExecutionPlan>),
                None => Transformed::no(node),
            })
        })
        .data()
    }

    fn name(&self) -> &'static str {
        "UseSegmentedWindows"
    }

    fn schema_check(&self) -> bool {
        true
    }
}
