//! Values that are aggregated in the order of a subquery: the engine drops that order.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    Expr, Function, FunctionArgumentClause, FunctionArguments, Query, Select, Spanned, TableFactor, TableWithJoins,
    Visit, Visitor,
};

use super::{refusal::Refusal, walk::Walked};

/// Aggregates whose value depends on the order of what they read.
const BY_ORDER: [&str; 5] = ["array_agg", "first_value", "last_value", "nth_value", "string_agg"];

/// Checks that no aggregate of a SELECT relies on the ORDER BY of a subquery that it reads.
pub(super) fn check(select: &Select) -> Walked {
    if !select.from.iter().any(is_ordered) {
        return Ok(());
    }
    let mut finder = Finder::default();
    let _ = select.projection.visit(&mut finder);
    let _ = select.having.visit(&mut finder);
    match finder.found {
        Some(function) => {
            let refusal = Refusal::at(function.name.span(), format!("the order of a subquery in {}()", function.name));
            Err(refusal.instead(format!("write {}(… ORDER BY …)", function.name)))
        }
        None => Ok(()),
    }
}

/// Whether a table is a subquery with ORDER BY. Under LIMIT, ORDER BY says which rows there are.
fn is_ordered(table: &TableWithJoins) -> bool {
    let mut relations = std::iter::once(&table.relation).chain(table.joins.iter().map(|join| &join.relation));
    relations.any(|relation| match relation {
        TableFactor::Derived { lateral: _, subquery, alias: _, sample: _ } => {
            subquery.order_by.is_some() && subquery.limit_clause.is_none()
        }
        _ => false,
    })
}

/// Finds an aggregate that says no order itself, outside of subqueries.
#[derive(Default)]
struct Finder {
    subqueries: usize,
    found: Option<Function>,
}

impl Visitor for Finder {
    type Break = ();

    fn pre_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
        self.subqueries += 1;
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
        self.subqueries -= 1;
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        match expr {
            Expr::Function(function) if self.subqueries == 0 && is_by_order(function) => {
                self.found = Some(function.clone());
                ControlFlow::Break(())
            }
            _ => ControlFlow::Continue(()),
        }
    }
}

fn is_by_order(function: &Function) -> bool {
    let FunctionArguments::List(list) = &function.args else { return false };
    let says_order = list.clauses.iter().any(|clause| matches!(clause, FunctionArgumentClause::OrderBy(_)));
    function.over.is_none() && !says_order && BY_ORDER.contains(&function.name.to_string().to_lowercase().as_str())
}
