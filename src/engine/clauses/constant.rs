//! Constants where a column is meant.

use datafusion::sql::sqlparser::ast::{Expr, UnaryOperator, Value};

/// A constant in ORDER BY, GROUP BY or PARTITION BY.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Constant {
    /// A number, which stands for the place of a column.
    Place,
    /// NULL, which says that there is no order.
    Null,
    /// Any other value: text in single quotes, the value of a parameter, a negative number.
    Value,
}

impl Constant {
    /// What constant an expression is, if it is one.
    pub(super) fn of(expr: &Expr) -> Option<Self> {
        match expr {
            Expr::Value(value) => Some(match &value.value {
                Value::Number(_, _) => Self::Place,
                Value::Null => Self::Null,
                _ => Self::Value,
            }),
            Expr::UnaryOp { op: UnaryOperator::Minus | UnaryOperator::Plus, expr } => {
                Self::of(expr).filter(|constant| *constant == Self::Place).map(|_| Self::Value)
            }
            Expr::Nested(expr) => Self::of(expr).map(|constant| match constant {
                Self::Null => Self::Null,
                Self::Place | Self::Value => Self::Value,
            }),
            _ => None,
        }
    }
}
