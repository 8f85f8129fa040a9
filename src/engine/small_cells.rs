//! Leaves out of the aggregates of a statement the groups that are made of few people.
//!
//! Each `GROUP BY`, and each aggregate without one, over tables whose rows are of somebody gets one more condition: at
//! least so many different people in the group. Whose a row is must be known for that, so a subquery that drops the column
//! which says so cannot be counted any more, and is refused. A group that *is* somebody, by that column, is a row like
//! those it was made of, and stays.
//!
//! This is care, not a proof: what one answer leaves out, the difference of two others may tell, and whoever may read rows
//! can count them. What must not be known must not be in the session at all.

use std::{collections::BTreeSet, ops::ControlFlow, sync::Arc};

use datafusion::{
    arrow::datatypes::FieldRef,
    common::{
        Column, JoinType, TableReference,
        tree_node::{Transformed, TreeNodeRecursion},
    },
    error::{DataFusionError, Result},
    functions_aggregate::count::count_distinct,
    logical_expr::{
        Aggregate, Distinct, Expr, Join, LogicalPlan, LogicalPlanBuilder, WindowFunctionDefinition, col, lit, when,
    },
};

use super::{EngineError, query::Planned};

/// Says of a table's name which of its columns tells whose a row is; `None` where rows are of nobody.
pub(crate) type Whose<'w> = &'w (dyn Fn(&str) -> Option<String> + Sync);

/// A statement whose small groups are left out.
#[derive(Debug)]
pub(crate) struct Careful<'s> {
    /// The statement to run.
    pub(crate) planned: Planned<'s>,
    /// Whether it has a group that could be left out.
    pub(crate) leaves_out: bool,
}

/// Whose the rows of a node are.
#[derive(Debug, Clone, PartialEq, Eq)]
enum People {
    /// Nobody's.
    None,
    /// People's, whom these columns name.
    Named(BTreeSet<usize>),
    /// People's, whom no column names any more.
    Lost,
}

/// The same statement, with groups of fewer than `fewest` different people left out.
///
/// # Errors
/// [`EngineError::Confined`] where it counts people without saying who they are, or by a window.
pub(crate) fn leave_out<'s>(planned: Planned<'s>, fewest: i64, whose: Whose<'_>) -> Result<Careful<'s>, EngineError> {
    let mut refused = None;
    let mut leaves_out = false;
    let planned = planned.with_plan(|plan| {
        let changed = plan.transform_up_with_subqueries(|node| match judge(&node, whose) {
            ControlFlow::Break(message) => {
                refused.get_or_insert(message);
                Ok(Transformed::new(node, false, TreeNodeRecursion::Stop))
            }
            // What is left out may leave a null behind, so what stands above is typed anew.
            ControlFlow::Continue(None) if leaves_out => Ok(Transformed::yes(node.recompute_schema()?)),
            ControlFlow::Continue(None) => Ok(Transformed::no(node)),
            ControlFlow::Continue(Some(people)) => {
                leaves_out = true;
                let LogicalPlan::Aggregate(aggregate) = node else { return Ok(Transformed::no(node)) };
                Ok(Transformed::yes(large_groups(aggregate, &people, fewest)?))
            }
        });
        Ok(changed?.data)
    })?;
    match refused {
        Some(message) => Err(EngineError::Confined { message }),
        None => Ok(Careful { planned, leaves_out }),
    }
}

/// The people whom groups of a node are to be counted by; `Break` with why it is refused.
fn judge(node: &LogicalPlan, whose: Whose<'_>) -> ControlFlow<String, Option<BTreeSet<usize>>> {
    match node {
        LogicalPlan::Aggregate(aggregate) => match people(&aggregate.input, whose) {
            People::None => ControlFlow::Continue(None),
            People::Lost => ControlFlow::Break(
                "a group must say how many people it is made of: keep employee_id (or id of employees) in every subquery \
                 that is aggregated"
                    .to_owned(),
            ),
            People::Named(people) if groups_by(aggregate, &people).is_empty() => ControlFlow::Continue(Some(people)),
            People::Named(_) => ControlFlow::Continue(None),
        },
        LogicalPlan::Window(window) if people(&window.input, whose) != People::None => {
            let aggregates = window.window_expr.iter().any(|expression| {
                matches!(without_alias(expression), Expr::WindowFunction(w)
                    if matches!(w.fun, WindowFunctionDefinition::AggregateUDF(_)))
            });
            if aggregates {
                ControlFlow::Break("aggregates over people are not taken as windows (OVER) here; use GROUP BY".to_owned())
            } else {
                ControlFlow::Continue(None)
            }
        }
        _ => ControlFlow::Continue(None),
    }
}

/// The aggregate with a condition on how many people each group has, and the same columns. Without groups it has its one row
/// all the same, of nulls where they are too few.
fn large_groups(aggregate: Aggregate, people: &BTreeSet<usize>, fewest: i64) -> Result<LogicalPlan> {
    let of = |(table, field): (Option<&TableReference>, &FieldRef)| Column::new(table.cloned(), field.name());
    let columns: Vec<Column> = aggregate.schema.iter().map(of).collect();
    let names: Vec<String> = people.iter().map(|index| format!("__people_{index}")).collect();
    let input = aggregate.input.schema();
    let counted = people.iter().zip(&names);
    let counted = counted.map(|(index, name)| count_distinct(of(input.qualified_field(*index)).into()).alias(name));
    let expressions: Vec<Expr> = aggregate.aggr_expr.iter().cloned().chain(counted).collect();
    let conditions = names.iter().map(|name| col(Column::new_unqualified(name)).gt_eq(lit(fewest)));
    let condition = conditions.reduce(Expr::and).ok_or_else(|| DataFusionError::Plan("nobody is counted".into()))?;
    let is_one = aggregate.group_expr.is_empty();
    let plan = LogicalPlan::Aggregate(Aggregate::try_new(aggregate.input, aggregate.group_expr, expressions)?);
    let plan = LogicalPlanBuilder::from(plan);
    if !is_one {
        return plan.filter(condition)?.project(columns.into_iter().map(Expr::Column))?.build();
    }
    let or_null = columns.into_iter().map(|column| {
        let name = column.name.clone();
        Ok(when(condition.clone(), Expr::Column(column)).end()?.alias(name))
    });
    plan.project(or_null.collect::<Result<Vec<Expr>>>()?)?.build()
}

/// Of the columns that name people, those that the groups are told apart by, as columns of the aggregate.
fn groups_by(aggregate: &Aggregate, people: &BTreeSet<usize>) -> BTreeSet<usize> {
    let named = |expression: &Expr| index_of(expression, &aggregate.input).is_some_and(|index| people.contains(&index));
    aggregate.group_expr.iter().enumerate().filter(|(_, e)| named(e)).map(|(index, _)| index).collect()
}

fn without_alias(expression: &Expr) -> &Expr {
    match expression {
        Expr::Alias(alias) => without_alias(&alias.expr),
        other => other,
    }
}

/// The column of a node that an expression passes on as it is.
fn index_of(expression: &Expr, of: &LogicalPlan) -> Option<usize> {
    match without_alias(expression) {
        Expr::Column(column) => of.schema().maybe_index_of_column(column),
        _ => None,
    }
}

fn named(columns: impl IntoIterator<Item = usize>) -> People {
    let columns: BTreeSet<usize> = columns.into_iter().collect();
    if columns.is_empty() { People::Lost } else { People::Named(columns) }
}

/// Whose the rows of a node are, and which of its columns say so.
fn people(plan: &LogicalPlan, whose: Whose<'_>) -> People {
    match plan {
        LogicalPlan::TableScan(scan) => match whose(scan.table_name.table()) {
            None => People::None,
            Some(column) => named(scan.projected_schema.index_of_column_by_name(None, &column)),
        },
        LogicalPlan::Filter(filter) => people(&filter.input, whose),
        LogicalPlan::Sort(sort) => people(&sort.input, whose),
        LogicalPlan::Limit(limit) => people(&limit.input, whose),
        LogicalPlan::SubqueryAlias(alias) => people(&alias.input, whose),
        LogicalPlan::Distinct(Distinct::All(input)) => people(input, whose),
        // Its columns are those of its input, and after them the functions'.
        LogicalPlan::Window(window) => people(&window.input, whose),
        LogicalPlan::Projection(projection) => {
            through(people(&projection.input, whose), &projection.expr, &projection.input)
        }
        LogicalPlan::Distinct(Distinct::On(on)) => through(people(&on.input, whose), &on.select_expr, &on.input),
        LogicalPlan::Aggregate(aggregate) => match people(&aggregate.input, whose) {
            People::Named(columns) => match groups_by(aggregate, &columns) {
                // Each of its groups is made of enough people.
                groups if groups.is_empty() => People::None,
                groups => People::Named(groups),
            },
            other => other,
        },
        LogicalPlan::Join(join) => joined(join, whose),
        LogicalPlan::Union(union) => union.inputs.iter().map(|input| people(input, whose)).fold(People::None, beside),
        LogicalPlan::EmptyRelation(_) | LogicalPlan::Values(_) => People::None,
        // What is not understood keeps nobody's name.
        other => match other.inputs().into_iter().all(|input| people(input, whose) == People::None) {
            true => People::None,
            false => People::Lost,
        },
    }
}

/// What a list of expressions passes on.
fn through(of: People, expressions: &[Expr], input: &Arc<LogicalPlan>) -> People {
    let People::Named(columns) = of else { return of };
    let passed = expressions.iter().enumerate();
    named(passed.filter(|(_, e)| index_of(e, input).is_some_and(|i| columns.contains(&i))).map(|(index, _)| index))
}

/// People of two nodes whose columns stand beside one another.
fn joined(join: &Join, whose: Whose<'_>) -> People {
    let left = people(&join.left, whose);
    let right = people(&join.right, whose);
    match join.join_type {
        JoinType::LeftSemi | JoinType::LeftAnti | JoinType::LeftMark => return left,
        JoinType::RightSemi | JoinType::RightAnti | JoinType::RightMark => return right,
        JoinType::Inner | JoinType::Left | JoinType::Right | JoinType::Full => {}
    }
    let before = join.left.schema().fields().len();
    match (left, right) {
        (People::Lost, _) | (_, People::Lost) => People::Lost,
        (People::None, People::None) => People::None,
        (People::Named(left), People::None) => People::Named(left),
        (People::None, People::Named(right)) => named(right.into_iter().map(|index| before + index)),
        (People::Named(left), People::Named(right)) => {
            named(left.into_iter().chain(right.into_iter().map(|index| before + index)))
        }
    }
}

/// People of two nodes whose rows follow one another: a column names them where it does in both.
fn beside(one: People, other: People) -> People {
    match (one, other) {
        (People::None, rest) | (rest, People::None) => rest,
        (People::Lost, _) | (_, People::Lost) => People::Lost,
        (People::Named(one), People::Named(other)) => named(one.intersection(&other).copied()),
    }
}

#[cfg(test)]
mod tests;
