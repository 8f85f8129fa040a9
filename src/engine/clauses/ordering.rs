//! ORDER BY, wherever it stands.

use datafusion::sql::sqlparser::ast::{
    Expr, Ident, Interpolate, OrderBy, OrderByExpr, OrderByKind, OrderByOptions, SetExpr, Spanned,
};

use super::{
    constant::Constant,
    refusal::Refusal,
    walk::{Scope, Walk, Walked},
};

/// What is ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ordered {
    /// Rows of an answer: a number is the place of a column.
    Rows,
    /// Rows of a window: a number is a number, and orders nothing, as everywhere.
    Window,
    /// Values that are aggregated: the planner takes a number for the place of a column of the table.
    Values,
}

impl Walk<'_> {
    pub(super) fn order_by(&self, order_by: &OrderBy, body: &SetExpr, scope: Scope) -> Walked {
        let OrderBy { kind, interpolate } = order_by;
        if let Some(Interpolate { exprs: _ }) = interpolate {
            return Err(
                Refusal::behind(body.span(), "INTERPOLATE").instead("fill the gaps by a join with generate_series()")
            );
        }
        match kind {
            OrderByKind::All(OrderByOptions { asc: _, nulls_first: _ }) => {
                Err(Refusal::behind(body.span(), "ORDER BY ALL").instead("name the columns, or write ORDER BY 1, 2"))
            }
            OrderByKind::Expressions(items) => {
                if let [item] = items.as_slice()
                    && let Expr::Identifier(Ident { value, quote_style: None, span }) = &item.expr
                    && value.eq_ignore_ascii_case("all")
                {
                    // The parser takes it for a column.
                    let refusal = Refusal::at(*span, "ORDER BY ALL");
                    return Err(refusal.instead("name the columns, or write ORDER BY 1, 2"));
                }
                self.ordering(items, Ordered::Rows, scope)
            }
        }
    }

    pub(super) fn ordering(&self, items: &[OrderByExpr], ordered: Ordered, scope: Scope) -> Walked {
        for OrderByExpr { expr, options: OrderByOptions { asc: _, nulls_first: _ }, with_fill } in items {
            if with_fill.is_some() {
                return Err(
                    Refusal::behind(expr.span(), "WITH FILL").instead("fill the gaps by a join with generate_series()")
                );
            }
            match (Constant::of(expr), ordered) {
                (None, _) | (Some(Constant::Null), _) => {}
                (Some(Constant::Place), Ordered::Rows | Ordered::Window) => {}
                (Some(Constant::Place), Ordered::Values) => {
                    let refusal = Refusal::at(expr.span(), "ORDER BY of a place within a function");
                    return Err(refusal.instead("name the column"));
                }
                (Some(Constant::Value), Ordered::Rows | Ordered::Window | Ordered::Values) => {
                    let refusal = Refusal::at(expr.span(), "ORDER BY of a constant");
                    return Err(refusal.instead("it would order nothing; name the column, without single quotes"));
                }
            }
            self.expression(expr, scope)?;
        }
        Ok(())
    }
}
