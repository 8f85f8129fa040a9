//! `a IS DISTINCT FROM b`, of which the parser takes all that follows for `b`, also what binds less tightly.

use datafusion::sql::sqlparser::ast::{BinaryOperator, Expr, Spanned as _};

use super::{refusal::Refusal, walk::Walked};

/// Whether the right side is what the statement says: of `a IS DISTINCT FROM b AND c` it would be `b AND c`.
pub(super) fn check(left: &Expr, right: &Expr, words: &'static str) -> Walked {
    let swallows = match right {
        Expr::BinaryOp { left: _, op, right: _ } => matches!(op, BinaryOperator::And | BinaryOperator::Or),
        // Left to right, as in `(a IS DISTINCT FROM b) IS TRUE`.
        Expr::IsFalse(_)
        | Expr::IsNotFalse(_)
        | Expr::IsTrue(_)
        | Expr::IsNotTrue(_)
        | Expr::IsNull(_)
        | Expr::IsNotNull(_)
        | Expr::IsUnknown(_)
        | Expr::IsNotUnknown(_)
        | Expr::IsDistinctFrom(_, _)
        | Expr::IsNotDistinctFrom(_, _) => true,
        _ => false,
    };
    if !swallows {
        return Ok(());
    }
    let refusal =
        Refusal::behind(left.span(), words).called(format!("{words} without parentheses before AND, OR or IS"));
    Err(refusal.instead(format!("write (a {words} b) AND …")))
}
