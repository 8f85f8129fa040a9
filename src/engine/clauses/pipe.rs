//! Operators behind `|>`.

use datafusion::sql::sqlparser::ast::{
    ExprWithAlias, ExprWithAliasAndOrderBy, OrderByOptions, PipeOperator, SetOperator, Spanned,
};

use super::{
    operation,
    ordering::Ordered,
    refusal::Refusal,
    walk::{Scope, Walk, Walked},
};

impl Walk<'_> {
    pub(super) fn pipe(&self, operator: &PipeOperator, scope: Scope) -> Walked {
        let refused = |words: &'static str, remedy: &str| {
            let place = if words == "|>" { Refusal::of("|>") } else { Refusal::of(words) };
            Err(place.called(format!("|> {words}")).instead(remedy))
        };
        match operator {
            PipeOperator::Limit { expr, offset } => {
                self.expression(expr, scope)?;
                self.expressions(offset, scope)
            }
            PipeOperator::Where { expr } => self.expression(expr, scope),
            PipeOperator::OrderBy { exprs } => self.ordering(exprs, Ordered::Rows, scope),
            PipeOperator::Select { exprs } | PipeOperator::Extend { exprs } => self.columns(exprs, scope),
            PipeOperator::As { alias: _ } => Ok(()),
            PipeOperator::Union { set_quantifier, queries } => queries.iter().try_for_each(|query| {
                operation::check(SetOperator::Union, *set_quantifier, query.span())?;
                self.query(query, scope)
            }),
            PipeOperator::Intersect { set_quantifier, queries } => queries.iter().try_for_each(|query| {
                operation::check(SetOperator::Intersect, *set_quantifier, query.span())?;
                self.query(query, scope)
            }),
            PipeOperator::Except { set_quantifier, queries } => queries.iter().try_for_each(|query| {
                operation::check(SetOperator::Except, *set_quantifier, query.span())?;
                self.query(query, scope)
            }),
            PipeOperator::Aggregate { full_table_exprs, group_by_expr } => {
                full_table_exprs.iter().chain(group_by_expr).try_for_each(|item| self.aggregated(item, scope))
            }
            PipeOperator::Join(join) => self.join(join, scope),
            PipeOperator::Set { assignments: _ } => refused("SET", "write |> SELECT with all columns"),
            PipeOperator::Drop { columns: _ } => refused("DROP", "write |> SELECT * EXCLUDE (…)"),
            PipeOperator::TableSample { sample: _ } => refused("TABLESAMPLE", "write |> WHERE random() < 0.1"),
            PipeOperator::Rename { mappings: _ } => refused("RENAME", "write |> SELECT … AS …"),
            PipeOperator::Call { function: _, alias: _ } => refused("CALL", "write FROM function(…)"),
            PipeOperator::Pivot { aggregate_functions: _, value_column: _, value_source: _, alias: _ } => {
                refused("PIVOT", "write |> AGGREGATE with sum(…) FILTER (WHERE …) for each column")
            }
            PipeOperator::Unpivot { value_column: _, name_column: _, unpivot_columns: _, alias: _ } => {
                refused("UNPIVOT", "write a SELECT for each column with UNION ALL between them")
            }
        }
    }

    fn aggregated(&self, item: &ExprWithAliasAndOrderBy, scope: Scope) -> Walked {
        let ExprWithAliasAndOrderBy { expr: ExprWithAlias { expr, alias: _ }, order_by } = item;
        self.expression(expr, scope)?;
        let OrderByOptions { asc, nulls_first } = order_by;
        let words = match (asc, nulls_first) {
            (None, None) => return Ok(()),
            (Some(true), _) => "ASC",
            (Some(false), _) => "DESC",
            (None, Some(_)) => "NULLS",
        };
        Err(Refusal::behind(expr.span(), words)
            .called(format!("{words} in |> AGGREGATE"))
            .instead("write |> ORDER BY behind it"))
    }
}
