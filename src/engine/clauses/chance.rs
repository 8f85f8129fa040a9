//! Queries of WITH that give other rows each time they are read.
//!
//! The engine puts a query of WITH in place wherever it is named. SQL computes it once, which is the same unless it calls a
//! function such as `random()`: a sample that is read twice would be two samples.

use std::{collections::BTreeSet, ops::ControlFlow};

use datafusion::{
    execution::SessionState,
    logical_expr::Volatility,
    sql::sqlparser::ast::{Expr, Ident, ObjectName, Query, Visit, Visitor},
};

use super::{
    refusal::Refusal,
    walk::{Walk, Walked},
};

impl Walk<'_> {
    /// Checks that no query of WITH depends on chance and is read more than once.
    pub(super) fn chance(&self, query: &Query) -> Walked {
        let mut by_chance = BTreeSet::new();
        let mut anywhere = Inner { state: self.state, by_chance: &by_chance, found: false };
        let _ = query.visit(&mut anywhere);
        if !anywhere.found {
            return Ok(());
        }
        let mut reads = Reads::default();
        let _ = query.visit(&mut reads);
        for (name, cte) in &reads.queries {
            let mut inner = Inner { state: self.state, by_chance: &by_chance, found: false };
            let _ = cte.visit(&mut inner);
            if !inner.found {
                continue;
            }
            if reads.relations.iter().filter(|relation| **relation == folded(name)).count() > 1 {
                let refusal = Refusal::at(name.span, format!("reading {name} more than once, which calls random(),"));
                return Err(refusal.instead("it would hold other rows each time; read it once"));
            }
            by_chance.insert(folded(name));
        }
        Ok(())
    }
}

/// All queries of WITH, and what is read.
#[derive(Default)]
struct Reads {
    queries: Vec<(Ident, Query)>,
    relations: Vec<String>,
}

impl Visitor for Reads {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        let ctes = query.with.iter().flat_map(|with| &with.cte_tables);
        self.queries.extend(ctes.map(|cte| (cte.alias.name.clone(), cte.query.as_ref().clone())));
        ControlFlow::Continue(())
    }

    fn pre_visit_relation(&mut self, relation: &ObjectName) -> ControlFlow<()> {
        self.relations.extend(only_part(relation).map(folded));
        ControlFlow::Continue(())
    }
}

/// Whether a query depends on chance.
struct Inner<'w> {
    state: &'w SessionState,
    by_chance: &'w BTreeSet<String>,
    found: bool,
}

impl Visitor for Inner<'_> {
    type Break = ();

    fn pre_visit_relation(&mut self, relation: &ObjectName) -> ControlFlow<()> {
        self.found |= only_part(relation).is_some_and(|name| self.by_chance.contains(&folded(name)));
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        let Expr::Function(function) = expr else { return ControlFlow::Continue(()) };
        let called = only_part(&function.name).and_then(|name| self.state.scalar_functions().get(&folded(name)));
        self.found |= called.is_some_and(|function| function.signature().volatility == Volatility::Volatile);
        ControlFlow::Continue(())
    }
}

fn only_part(name: &ObjectName) -> Option<&Ident> {
    match name.0.as_slice() {
        [part] => part.as_ident(),
        _ => None,
    }
}

/// A name as the planner reads it.
fn folded(name: &Ident) -> String {
    if name.quote_style.is_some() { name.value.clone() } else { name.value.to_lowercase() }
}
