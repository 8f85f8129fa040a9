//! Formats of dates: DataFusion's are those of `strftime`, and give back as they are what Postgres, Oracle and Spark would write.

use datafusion::{
    common::{plan_err, tree_node::TreeNode as _, tree_node::TreeNodeRecursion},
    error::Result,
    logical_expr::{Expr, LogicalPlan},
};

/// Checks that formats of dates are formats.
///
/// # Errors
/// The first that has no `%`: its own text would be the answer in every row.
pub(crate) fn check(plan: &LogicalPlan) -> Result<()> {
    plan.apply_with_subqueries(|node| {
        node.apply_expressions(|expr| {
            expr.apply(|expr| {
                if let Expr::ScalarFunction(call) = expr
                    && call.func.name() == "to_char"
                    && let [_, Expr::Literal(format, _)] = call.args.as_slice()
                    && let Some(Some(format)) = format.try_as_str()
                    && !format.contains('%')
                {
                    return plan_err!(
                        "'{format}' is no format of dates here; write those of strftime, such as '%Y-%m-%d'"
                    );
                }
                Ok(TreeNodeRecursion::Continue)
            })
        })
    })
    .map(|_| ())
}
