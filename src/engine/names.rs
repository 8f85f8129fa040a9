//! Names for columns that the statement gives none and the planner cannot tell apart, as in `SELECT (SELECT 1), (SELECT 2)`.

use std::{collections::HashSet, ops::ControlFlow};

use datafusion::sql::{
    parser::Statement,
    sqlparser::ast::{Expr, Ident, Query, Select, SelectItem, Visit, VisitMut, Visitor, VisitorMut},
};

/// What the planner says of columns with one name.
const SAME_NAME: [&str; 2] = ["Projections require unique expression names", "duplicate unqualified field name"];

/// Whether the planner refused the statement because two columns of a list have one name.
pub(crate) fn are_alike(message: &str) -> bool {
    SAME_NAME.iter().any(|text| message.contains(text))
}

/// Names each column with a subquery and without an alias `subquery_` and its place in the list. Where columns are alike, those
/// that repeat an earlier one are named too, by its text and a number.
pub(crate) fn give(statement: &mut Statement, are_alike: bool) {
    match statement {
        Statement::Explain(explain) => give(&mut explain.statement, are_alike),
        Statement::Statement(inner) => {
            let _ = VisitMut::visit(inner.as_mut(), &mut Namer { are_alike });
        }
        _ => {}
    }
}

struct Namer {
    are_alike: bool,
}

impl VisitorMut for Namer {
    type Break = ();

    fn pre_visit_select(&mut self, select: &mut Select) -> ControlFlow<()> {
        let subqueries: Vec<bool> = select.projection.iter().map(has_subquery).collect();
        if !self.are_alike && !subqueries.contains(&true) {
            return ControlFlow::Continue(());
        }
        let named = select.projection.iter().filter_map(|item| match item {
            SelectItem::ExprWithAlias { alias, .. } => Some(alias.value.to_lowercase()),
            _ => None,
        });
        let mut taken: HashSet<String> = named.collect();
        let mut repeats = vec![false; subqueries.len()];
        for ((item, is_subquery), repeats) in select.projection.iter().zip(&subqueries).zip(&mut repeats) {
            if let (SelectItem::UnnamedExpr(expr), false) = (item, is_subquery) {
                *repeats = self.are_alike && !taken.insert(own_name(expr).to_lowercase());
            }
        }
        for (index, item) in select.projection.iter_mut().enumerate() {
            let SelectItem::UnnamedExpr(expr) = item else { continue };
            let name = if subqueries.get(index) == Some(&true) {
                format!("subquery_{}", index + 1)
            } else if repeats.get(index) == Some(&true) {
                own_name(expr)
            } else {
                continue;
            };
            let alias = Ident::with_quote('"', unique(name, &mut taken));
            *item = SelectItem::ExprWithAlias { expr: expr.clone(), alias };
        }
        ControlFlow::Continue(())
    }
}

/// The column's name without its table, or the expression as it is written.
fn own_name(expr: &Expr) -> String {
    match expr {
        Expr::Identifier(name) => folded(name),
        Expr::CompoundIdentifier(parts) => parts.last().map(folded).unwrap_or_default(),
        Expr::Nested(inner) => own_name(inner),
        other => other.to_string(),
    }
}

/// A name as the planner reads it.
pub(super) fn folded(name: &Ident) -> String {
    if name.quote_style.is_some() { name.value.clone() } else { name.value.to_lowercase() }
}

/// The name, with the first number behind it that is free where it is taken.
pub(super) fn unique(name: String, taken: &mut HashSet<String>) -> String {
    if taken.insert(name.to_lowercase()) {
        return name;
    }
    let numbered = (2..).map(|number: usize| format!("{name}_{number}"));
    numbered.into_iter().find(|name| taken.insert(name.to_lowercase())).unwrap_or(name)
}

fn has_subquery(item: &SelectItem) -> bool {
    struct Finder;
    impl Visitor for Finder {
        type Break = ();

        fn pre_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
            ControlFlow::Break(())
        }
    }
    matches!(item, SelectItem::UnnamedExpr(expr) if expr.visit(&mut Finder).is_break())
}
