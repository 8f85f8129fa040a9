//! Which columns of a plan are null in every row, whatever the tables hold: by the statement alone, or because some columns
//! that it reads are known to be null.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use datafusion::{
    common::{Column, DFSchemaRef},
    logical_expr::{
        Aggregate, BinaryExpr, Case, Expr, Join, JoinType, LogicalPlan, Operator, Projection, Window,
        expr::{AggregateFunction, ScalarFunction, WindowFunction},
        utils::split_conjunction,
    },
};

/// Functions that are null where one of their arguments is.
const STRICT: &[&str] = &[
    "abs",
    "btrim",
    "ceil",
    "character_length",
    "country_alpha3",
    "date_part",
    "date_trunc",
    "floor",
    "json_get",
    "json_text",
    "length",
    "lower",
    "lpad",
    "ltrim",
    "regexp_like",
    "replace",
    "round",
    "rpad",
    "rtrim",
    "split_part",
    "string_to_array",
    "strpos",
    "substr",
    "substring",
    "trim",
    "upper",
];

/// Functions that are null where all of their arguments are.
const OF_SOME: &[&str] = &["coalesce", "greatest", "least"];

/// Aggregates that are null where what they are made of is.
const OF_ROWS: &[&str] = &["avg", "bool_and", "bool_or", "max", "min", "string_agg", "sum"];

/// Window functions that show a value of another row, and may show something else where there is no such row.
const OF_ANOTHER_ROW: &[&str] = &["first_value", "lag", "last_value", "lead", "nth_value"];

/// Columns by table.
pub(crate) type Columns = BTreeMap<String, BTreeSet<String>>;

/// Names of the columns of a plan that are null in every row, as some columns of tables are `known` to be.
pub(super) fn names(plan: &LogicalPlan, known: &Columns) -> Vec<String> {
    let fields = plan.schema().fields().iter().zip(columns(plan, known));
    fields.filter(|(_, is_null)| *is_null).map(|(field, _)| field.name().clone()).collect()
}

/// For each column of a plan whether it is null in every row. What is not understood is not.
pub(super) fn columns(plan: &LogicalPlan, known: &Columns) -> Vec<bool> {
    let found = match plan {
        LogicalPlan::TableScan(scan) => {
            let table = scan.table_name.table();
            scan.projected_schema
                .fields()
                .iter()
                .map(|field| known.get(table).is_some_and(|columns| columns.contains(field.name())))
                .collect()
        }
        LogicalPlan::Projection(Projection { expr, input, .. }) => {
            let input = Input::new(input, known);
            expr.iter().map(|expression| input.is_null(expression)).collect()
        }
        LogicalPlan::Filter(filter) => columns(&filter.input, known),
        LogicalPlan::Sort(sort) => columns(&sort.input, known),
        LogicalPlan::Limit(limit) => columns(&limit.input, known),
        LogicalPlan::SubqueryAlias(alias) => columns(&alias.input, known),
        LogicalPlan::Distinct(distinct) => columns(distinct.input(), known),
        LogicalPlan::Union(union) => {
            let branches: Vec<Vec<bool>> = union.inputs.iter().map(|input| columns(input, known)).collect();
            let of = |index: usize| branches.iter().all(|branch| branch.get(index).copied().unwrap_or(false));
            (0..plan.schema().fields().len()).map(of).collect()
        }
        LogicalPlan::Window(Window { input, window_expr, .. }) => {
            let rows = Input::new(input, known);
            let made = window_expr.iter().map(|expression| rows.is_null(expression));
            rows.nulls.iter().copied().chain(made).collect()
        }
        LogicalPlan::Aggregate(Aggregate { input, group_expr, aggr_expr, .. }) => {
            let rows = Input::new(input, known);
            group_expr.iter().chain(aggr_expr).map(|expression| rows.is_null(expression)).collect()
        }
        LogicalPlan::Join(join) => joined(join, known),
        _ => Vec::new(),
    };
    // Sets of groups have more columns than expressions.
    let fields = plan.schema().fields().len();
    if found.len() == fields { found } else { vec![false; fields] }
}

/// A side without rows that match is null.
fn joined(join: &Join, known: &Columns) -> Vec<bool> {
    let (mut left, mut right) = (Input::new(&join.left, known), Input::new(&join.right, known));
    let by_both = join.on.iter().any(|(l, r)| left.is_null(l) || right.is_null(r));
    let both = left.schema.join(&right.schema).map(|schema| Input {
        schema: Arc::new(schema),
        nulls: left.nulls.iter().chain(&right.nulls).copied().collect(),
    });
    let holds_never = |condition: &Expr| both.as_ref().is_ok_and(|both| both.is_null(condition));
    let never = by_both || join.filter.iter().flat_map(split_conjunction).any(holds_never);
    match join.join_type {
        JoinType::Left if never => right.nulls.fill(true),
        JoinType::Right if never => left.nulls.fill(true),
        JoinType::LeftSemi | JoinType::LeftAnti => return left.nulls,
        JoinType::RightSemi | JoinType::RightAnti => return right.nulls,
        _ => {}
    }
    left.nulls.into_iter().chain(right.nulls).collect()
}

/// What an expression is made of.
struct Input {
    schema: DFSchemaRef,
    nulls: Vec<bool>,
}

impl Input {
    fn new(plan: &LogicalPlan, known: &Columns) -> Self {
        Self { schema: Arc::clone(plan.schema()), nulls: columns(plan, known) }
    }

    fn is_null(&self, expression: &Expr) -> bool {
        match expression {
            Expr::Literal(value, _) => value.is_null(),
            Expr::Alias(alias) => self.is_null(&alias.expr),
            Expr::Cast(cast) => self.is_null(&cast.expr),
            Expr::TryCast(cast) => self.is_null(&cast.expr),
            Expr::Not(inner) | Expr::Negative(inner) => self.is_null(inner),
            Expr::Column(Column { relation, name, .. }) => {
                let index = self.schema.index_of_column_by_name(relation.as_ref(), name);
                index.and_then(|index| self.nulls.get(index)).copied().unwrap_or(false)
            }
            Expr::BinaryExpr(BinaryExpr { left, op, right }) => match op {
                Operator::IsDistinctFrom | Operator::IsNotDistinctFrom => false,
                Operator::And | Operator::Or => self.is_null(left) && self.is_null(right),
                _ => self.is_null(left) || self.is_null(right),
            },
            Expr::Between(between) => self.is_null(&between.expr),
            Expr::Like(like) => self.is_null(&like.expr) || self.is_null(&like.pattern),
            Expr::InList(list) => self.is_null(&list.expr),
            Expr::Case(case) => self.is_null_case(case),
            Expr::ScalarFunction(ScalarFunction { func, args }) => match func.name() {
                "nullif" => args.first().is_some_and(|first| self.is_null(first)),
                name if STRICT.contains(&name) => args.iter().any(|arg| self.is_null(arg)),
                name => OF_SOME.contains(&name) && args.iter().all(|arg| self.is_null(arg)),
            },
            Expr::AggregateFunction(AggregateFunction { func, params }) => {
                OF_ROWS.contains(&func.name()) && params.args.first().is_some_and(|first| self.is_null(first))
            }
            Expr::WindowFunction(window) => self.is_null_window(window),
            _ => false,
        }
    }

    /// Null where each branch that may be taken is.
    fn is_null_case(&self, Case { expr, when_then_expr, else_expr }: &Case) -> bool {
        let compares_nothing = expr.as_deref().is_some_and(|compared| self.is_null(compared));
        let never = |when: &Expr| compares_nothing || self.is_null(when);
        when_then_expr.iter().all(|(when, then)| never(when) || self.is_null(then))
            && else_expr.as_deref().is_none_or(|otherwise| self.is_null(otherwise))
    }

    fn is_null_window(&self, WindowFunction { fun, params }: &WindowFunction) -> bool {
        let first = params.args.first().is_some_and(|first| self.is_null(first));
        let otherwise = params.args.get(2).is_none_or(|otherwise| self.is_null(otherwise));
        first && (OF_ROWS.contains(&fun.name()) || OF_ANOTHER_ROW.contains(&fun.name()) && otherwise)
    }
}

#[cfg(test)]
mod tests;
