//! Comparisons that the engine would make, and nobody means: of a date with a number, which it takes for days since 1970.

use datafusion::{
    arrow::datatypes::DataType,
    common::{DFSchema, plan_err, tree_node::TreeNode as _, tree_node::TreeNodeRecursion},
    error::Result,
    logical_expr::{Expr, ExprSchemable as _, LogicalPlan, Operator, utils::merge_schema},
};

/// What is said of it; [`diagnosis`](super::diagnosis) finds `2026-01-31` in the statement by these words.
pub(super) const DATE_WITH_NUMBER: &str = "a date is compared with a number";

/// Checks that no date is compared with a number, as in `start_date > 2026-01-31`, whose right side is 1994.
///
/// # Errors
/// Says how to write dates.
pub(crate) fn check(plan: &LogicalPlan) -> Result<()> {
    plan.apply_with_subqueries(|node| {
        let schema = merge_schema(&node.inputs());
        node.apply_expressions(|expr| {
            expr.apply(|expr| {
                if sides(expr).iter().any(|(left, right)| is_date_with_number(left, right, &schema)) {
                    return plan_err!(
                        "{DATE_WITH_NUMBER}; write dates in single quotes, as in '2026-01-31', and date_part('year', …) \
                         for a year"
                    );
                }
                Ok(TreeNodeRecursion::Continue)
            })
        })
    })
    .map(|_| ())
}

/// What an expression compares with what.
fn sides(expr: &Expr) -> Vec<(&Expr, &Expr)> {
    match expr {
        Expr::BinaryExpr(binary) if compares(binary.op) => vec![(&binary.left, &binary.right)],
        Expr::Between(between) => vec![(&between.expr, &between.low), (&between.expr, &between.high)],
        Expr::InList(list) => list.list.iter().map(|item| (list.expr.as_ref(), item)).collect(),
        _ => Vec::new(),
    }
}

fn compares(operator: Operator) -> bool {
    use Operator::{Eq, Gt, GtEq, IsDistinctFrom, IsNotDistinctFrom, Lt, LtEq, NotEq};
    matches!(operator, Eq | NotEq | Lt | LtEq | Gt | GtEq | IsDistinctFrom | IsNotDistinctFrom)
}

fn is_date_with_number(left: &Expr, right: &Expr, schema: &DFSchema) -> bool {
    // What has no type here is no column of these inputs, or an error that planning tells.
    let (Ok(left), Ok(right)) = (left.get_type(schema), right.get_type(schema)) else { return false };
    let is_date = |t: &DataType| matches!(t, DataType::Date32 | DataType::Date64 | DataType::Timestamp(..));
    (is_date(&left) && right.is_numeric()) || (left.is_numeric() && is_date(&right))
}

#[cfg(test)]
mod tests;
