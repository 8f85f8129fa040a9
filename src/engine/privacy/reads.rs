//! What flows into an expression.

use std::collections::BTreeSet;

use datafusion::{
    common::{
        Column,
        tree_node::{TreeNode, TreeNodeRecursion},
    },
    logical_expr::{Expr, Subquery, utils::split_conjunction},
};

use super::walk::{Flow, Read, Scope, Walk, most_private};
use crate::catalog::Privacy;

impl Walk<'_> {
    /// Everything that flows into an expression.
    pub(super) fn reads(&mut self, expr: &Expr, scope: &Scope) -> Vec<Read> {
        let mut reads = Vec::new();
        let walked = expr.apply(|node| {
            match node {
                Expr::Column(column) => reads.push(scope.read(column).unwrap_or_else(|| scope.everything())),
                Expr::OuterReferenceColumn(_, column) => reads.push(self.outer(column)),
                Expr::ScalarSubquery(subquery) => self.subquery(subquery, scope, true, &mut reads),
                Expr::Exists(exists) => self.subquery(&exists.subquery, scope, false, &mut reads),
                Expr::InSubquery(one_of) => self.subquery(&one_of.subquery, scope, true, &mut reads),
                Expr::SetComparison(compared) => self.subquery(&compared.subquery, scope, true, &mut reads),
                Expr::Literal(..) | Expr::Placeholder(_) | Expr::ScalarVariable(..) => {}
                // Of each element of an argument, which is read beside it.
                Expr::Lambda(_) | Expr::LambdaVariable(_) => {}
                // Their children are read in turn: `count(*)` and `now()` have none.
                Expr::ScalarFunction(_) | Expr::AggregateFunction(_) | Expr::WindowFunction(_) => {}
                other => {
                    let mut leaf = true;
                    other.apply_children(|_| {
                        leaf = false;
                        Ok(TreeNodeRecursion::Stop)
                    })?;
                    if leaf {
                        reads.push(scope.everything());
                    }
                }
            }
            Ok(TreeNodeRecursion::Continue)
        });
        if walked.is_err() {
            reads.push(Read { class: Privacy::Sensitive, ..scope.everything() });
        }
        reads
    }

    /// The answer of a subquery: the rows that it is made of, and their values where these matter.
    fn subquery(&mut self, subquery: &Subquery, scope: &Scope, values: bool, reads: &mut Vec<Read>) {
        self.outer.push(scope.clone());
        let flow = self.flow(&subquery.subquery);
        self.outer.pop();
        let class = if values { flow.most_private() } else { flow.rows };
        reads.push(Read { class, origins: flow.origins(), subquery: true });
        for outside in &subquery.outer_ref_columns {
            if let Expr::OuterReferenceColumn(_, column) = outside {
                reads.push(scope.read(column).unwrap_or_else(|| self.outer(column)));
            }
        }
    }

    /// A column of the statement around a subquery, the nearest first.
    fn outer(&self, column: &Column) -> Read {
        let found = self.outer.iter().rev().find_map(|scope| scope.read(column));
        found.unwrap_or(Read { class: Privacy::Sensitive, origins: BTreeSet::new(), subquery: false })
    }

    /// Keeps the rows that satisfy a condition. A condition that compares two relations tells of one what it is compared
    /// with of the other: all columns of a lookup row are as private as the key that it was found by. A relation that has
    /// columns as private as the key is no lookup table: it is about people itself, and only which of its rows are there is
    /// told.
    pub(super) fn choose(&mut self, condition: &Expr, scope: &Scope, flow: &mut Flow) {
        for one in split_conjunction(condition) {
            let reads = self.reads(one, scope);
            self.compare(&reads, flow);
        }
    }

    /// [`Walk::choose`] by what flows into a condition.
    pub(super) fn compare(&mut self, reads: &[Read], flow: &mut Flow) {
        flow.rows = flow.rows.max(most_private(reads));
        for column in &mut flow.columns {
            if reads.iter().any(|read| !read.origins.is_disjoint(&column.origins)) {
                // A literal that became private in a union is of no relation.
                let other = |read: &&Read| read.origins.is_empty() || !read.origins.is_subset(&column.origins);
                let others = || reads.iter().filter(other);
                let told = others().map(|read| read.class).fold(Privacy::None, Ord::max);
                if others().any(|read| !read.subquery) && told > self.most_private_of(&column.origins) {
                    column.class = column.class.max(told);
                }
            }
        }
    }
}
