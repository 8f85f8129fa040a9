//! What flows into an expression.

use std::collections::BTreeSet;

use datafusion::{
    common::{
        Column,
        tree_node::{TreeNode, TreeNodeRecursion},
    },
    logical_expr::{Case, Expr, Subquery, WindowFunctionDefinition, expr, utils::split_conjunction},
};

use super::{
    How, Tables, Value,
    walk::{Flow, Flowing, Read, Scope, Walk, together},
};
use crate::catalog::Privacy;

impl<T: Tables> Walk<'_, T> {
    /// The column that an expression becomes.
    pub(super) fn column(&mut self, expr: &Expr, scope: &Scope<T::Value>) -> Flowing<T::Value> {
        let mut named = expr;
        while let Expr::Alias(alias) = named {
            named = &alias.expr;
        }
        let is_column = matches!(named, Expr::Column(_) | Expr::OuterReferenceColumn(..));
        let how = if is_column { How::Identity } else { How::Transformation };
        let reads = self.reads(expr, scope);
        Flowing {
            value: together(&reads).by(how),
            constant: reads.is_empty(),
            origins: reads.iter().flat_map(|r| r.origins.iter().copied()).collect(),
        }
    }

    /// Everything that flows into an expression.
    pub(super) fn reads(&mut self, expr: &Expr, scope: &Scope<T::Value>) -> Vec<Read<T::Value>> {
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
                Expr::Case(case) => {
                    reads.extend(self.case(case, scope));
                    return Ok(TreeNodeRecursion::Jump);
                }
                Expr::AggregateFunction(function) => {
                    reads.extend(self.aggregate_function(function, scope));
                    return Ok(TreeNodeRecursion::Jump);
                }
                Expr::WindowFunction(function) => {
                    reads.extend(self.window_function(function, scope));
                    return Ok(TreeNodeRecursion::Jump);
                }
                // Its arguments are read in turn: `now()` has none.
                Expr::ScalarFunction(_) => {}
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
            let everything = scope.everything();
            reads.push(Read { value: everything.value.with(&T::Value::unknown()), ..everything });
        }
        reads
    }

    /// Everything that flows into some expressions, each of which goes the same way.
    fn reads_by<'e>(
        &mut self,
        expressions: impl IntoIterator<Item = &'e Expr>,
        how: How,
        scope: &Scope<T::Value>,
    ) -> Vec<Read<T::Value>> {
        let reads = expressions.into_iter().flat_map(|expr| self.reads(expr, scope));
        reads.map(|read| Read { value: read.value.by(how), ..read }).collect()
    }

    fn case(&mut self, case: &Case, scope: &Scope<T::Value>) -> Vec<Read<T::Value>> {
        let branches = &case.when_then_expr;
        let conditions = case.expr.iter().chain(branches.iter().map(|(when, _)| when)).map(AsRef::as_ref);
        let values = branches.iter().map(|(_, then)| then).chain(&case.else_expr).map(AsRef::as_ref);
        let mut reads = self.reads_by(conditions, How::Conditional, scope);
        reads.extend(self.reads_by(values, How::Transformation, scope));
        reads
    }

    /// `count(*)` reads nothing.
    fn aggregate_function(
        &mut self,
        function: &expr::AggregateFunction,
        scope: &Scope<T::Value>,
    ) -> Vec<Read<T::Value>> {
        let of = &function.params;
        let mut reads = self.reads_by(&of.args, How::Aggregation, scope);
        reads.extend(self.reads_by(of.filter.as_deref(), How::Filter, scope));
        reads.extend(self.reads_by(of.order_by.iter().map(|by| &by.expr), How::Sort, scope));
        reads
    }

    fn window_function(&mut self, function: &expr::WindowFunction, scope: &Scope<T::Value>) -> Vec<Read<T::Value>> {
        let of = &function.params;
        let is_aggregate = matches!(function.fun, WindowFunctionDefinition::AggregateUDF(_));
        let how = if is_aggregate { How::Aggregation } else { How::Transformation };
        let mut reads = self.reads_by(&of.args, how, scope);
        reads.extend(self.reads_by(of.filter.as_deref(), How::Filter, scope));
        let window = of.partition_by.iter().chain(of.order_by.iter().map(|by| &by.expr));
        reads.extend(self.reads_by(window, How::Window, scope));
        reads
    }

    /// The answer of a subquery: the rows that it is made of, and their values where these matter.
    fn subquery(
        &mut self,
        subquery: &Subquery,
        scope: &Scope<T::Value>,
        values: bool,
        reads: &mut Vec<Read<T::Value>>,
    ) {
        self.outer.push(scope.clone());
        let flow = self.flow(&subquery.subquery);
        self.outer.pop();
        let value = if values { flow.all() } else { flow.rows.clone() };
        reads.push(Read { value, origins: flow.origins(), subquery: true });
        for outside in &subquery.outer_ref_columns {
            if let Expr::OuterReferenceColumn(_, column) = outside {
                reads.push(scope.read(column).unwrap_or_else(|| self.outer(column)));
            }
        }
    }

    /// A column of the statement around a subquery, the nearest first.
    fn outer(&self, column: &Column) -> Read<T::Value> {
        let found = self.outer.iter().rev().find_map(|scope| scope.read(column));
        found.unwrap_or_else(|| Read { value: T::Value::unknown(), origins: BTreeSet::new(), subquery: false })
    }

    /// Keeps the rows that satisfy a condition. A condition that compares two relations tells of one what it is compared
    /// with of the other: all columns of a lookup row are as private as the key that it was found by. A relation that has
    /// columns as private as the key is no lookup table: it is about people itself, and only which of its rows are there is
    /// told.
    pub(super) fn choose(&mut self, condition: &Expr, how: How, scope: &Scope<T::Value>, flow: &mut Flow<T::Value>) {
        for one in split_conjunction(condition) {
            let reads = self.reads(one, scope);
            self.compare(&reads, how, flow);
        }
    }

    /// [`Walk::choose`] by what flows into a condition.
    pub(super) fn compare(&mut self, reads: &[Read<T::Value>], how: How, flow: &mut Flow<T::Value>) {
        flow.rows.add(&together(reads).by(how));
        for column in &mut flow.columns {
            if reads.iter().any(|read| !read.origins.is_disjoint(&column.origins)) {
                // A literal that became private in a union is of no relation.
                let other =
                    |read: &&Read<T::Value>| read.origins.is_empty() || !read.origins.is_subset(&column.origins);
                let others = || reads.iter().filter(other);
                let told = others().map(|read| read.value.class()).fold(Privacy::None, Ord::max);
                if others().any(|read| !read.subquery) && told > self.most_private_of(&column.origins) {
                    column.value.add(&T::Value::all(others().map(|read| &read.value)).by(how));
                }
            }
        }
    }
}
