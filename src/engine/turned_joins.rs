//! Left joins that build their narrow side.

use std::sync::Arc;

use datafusion::{
    common::{
        JoinType,
        config::ConfigOptions,
        tree_node::{Transformed, TransformedResult as _, TreeNode as _},
    },
    error::Result,
    physical_optimizer::PhysicalOptimizerRule,
    physical_plan::{
        ExecutionPlan,
        joins::HashJoinExec,
        statistics::{StatisticsArgs, StatisticsContext},
    },
};

/// The rule of DataFusion that chooses the side of a join that is held in memory.
const CHOOSES: &str = "join_selection";

/// The rules, with that which turns left joins.
pub(super) fn added_to(
    mut rules: Vec<Arc<dyn PhysicalOptimizerRule + Send + Sync>>,
) -> Vec<Arc<dyn PhysicalOptimizerRule + Send + Sync>> {
    // Rules that follow distribute and sort what each side needs, and push filters through the join.
    let place = rules.iter().position(|rule| rule.name() == CHOOSES).map_or(0, |chooses| chooses + 1);
    rules.insert(place, Arc::new(TurnLeftJoins));
    rules
}

/// Holds the right side of a left join in memory where it has no more rows than the left one. DataFusion leaves sides of
/// equally many rows as they were written: in a chain of left joins, each would copy and hold the rows that grow wider from one
/// to the next.
#[derive(Debug)]
struct TurnLeftJoins;

impl PhysicalOptimizerRule for TurnLeftJoins {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, config: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        if !config.optimizer.join_reordering {
            return Ok(plan);
        }
        plan.transform_up(|node| {
            let join = node.downcast_ref::<HashJoinExec>();
            match join.filter(|join| *join.join_type() == JoinType::Left && is_no_longer(join)) {
                Some(join) => join.swap_inputs(*join.partition_mode()).map(Transformed::yes),
                None => Ok(Transformed::no(node)),
            }
        })
        .data()
    }

    fn name(&self) -> &'static str {
        "TurnLeftJoins"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// Whether the right side is known to have no more rows than the left one.
fn is_no_longer(join: &HashJoinExec) -> bool {
    let rows = |side: &Arc<dyn ExecutionPlan>| {
        let known = StatisticsContext::new().compute(side.as_ref(), &StatisticsArgs::new()).ok()?;
        known.num_rows.get_value().copied()
    };
    rows(join.right()).zip(rows(join.left())).is_some_and(|(right, left)| right <= left)
}

#[cfg(test)]
mod tests {
    use crate::engine::{
        explain,
        testing::{TestLake, ask, batch, day, deep, ints},
    };

    /// Numbers of two tables that are joined, and the operator that is to be chosen.
    async fn joined(left: &[i64], right: &[i64], operator: &str) {
        let mut lake = TestLake::default();
        for (table, numbers) in [("w", left), ("j", right)] {
            let twice = ints(numbers.iter().map(|n| Some(n * 2)));
            let rows = batch(vec![("n", ints(numbers.iter().map(|n| Some(*n)))), ("twice", twice)]);
            lake.add_batch(table, "2026-03-01", &rows).await;
        }
        let session = lake.session();
        let sql = "SELECT w.n, j.twice FROM w LEFT JOIN j ON j.n = w.n ORDER BY w.n, j.twice";
        let analysed = explain::analyse(&session, "a join", sql, day("2026-03-01")).await.unwrap();
        assert!(analysed.plan.contains(operator), "{left:?} and {right:?}: {}", analysed.plan);
        let mut expected: Vec<String> = Vec::new();
        for n in left {
            let found = right.iter().filter(|other| *other == n).count();
            expected.extend(vec![format!("{n},{}", n * 2); found]);
            expected.extend((found == 0).then(|| format!("{n},")));
        }
        expected.sort();
        let answer = ask(&session, sql).await.unwrap();
        assert_eq!(answer.lines().skip(1).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn the_side_that_has_no_more_rows_is_held() {
        deep(|| async {
            joined(&[1, 2, 3], &[2, 3, 4], "join_type=Right").await;
            joined(&[1, 2, 3, 3], &[3], "join_type=Right").await;
            joined(&[1, 2], &[2, 2, 7], "join_type=Left").await;
        });
    }
}
