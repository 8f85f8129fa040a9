//! Which columns of an answer are columns of tables as they are: neither computed nor named anew.

use datafusion::{
    common::JoinType,
    logical_expr::{Distinct, Expr, LogicalPlan},
};

use super::query::Planned;
use crate::catalog::ALL_DAYS;

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Passed {
    /// The table, also where the answer is of all its days.
    pub(crate) table: String,
    /// The column.
    pub(crate) column: String,
}

/// For each column of the answer, the column of a table whose values it shows under its own name. `None` where that is not
/// certain.
pub(crate) fn passed(planned: &Planned<'_>) -> Vec<Option<Passed>> {
    let plan = planned.logical();
    if plan.schema().fields().len() != planned.headings().len() {
        return vec![None; planned.headings().len()];
    }
    let headings = planned.headings().iter().enumerate();
    headings.map(|(index, heading)| trace(plan, index).filter(|found| found.column == *heading)).collect()
}

fn trace(plan: &LogicalPlan, index: usize) -> Option<Passed> {
    match plan {
        LogicalPlan::Projection(projection) => through(projection.expr.get(index)?, &projection.input),
        LogicalPlan::Aggregate(aggregate) => through(aggregate.group_expr.get(index)?, &aggregate.input),
        LogicalPlan::Filter(filter) => trace(&filter.input, index),
        LogicalPlan::Sort(sort) => trace(&sort.input, index),
        LogicalPlan::Limit(limit) => trace(&limit.input, index),
        LogicalPlan::SubqueryAlias(alias) => trace(&alias.input, index),
        LogicalPlan::Distinct(Distinct::All(input)) => trace(input, index),
        LogicalPlan::Window(window) if index < window.input.schema().fields().len() => trace(&window.input, index),
        LogicalPlan::Join(join) => match join.join_type {
            JoinType::Inner | JoinType::Left | JoinType::Right | JoinType::Full => {
                match index.checked_sub(join.left.schema().fields().len()) {
                    None => trace(&join.left, index),
                    Some(of_right) => trace(&join.right, of_right),
                }
            }
            JoinType::LeftSemi | JoinType::LeftAnti => trace(&join.left, index),
            JoinType::RightSemi | JoinType::RightAnti => trace(&join.right, index),
            _ => None,
        },
        LogicalPlan::TableScan(scan) => {
            let column = scan.projected_schema.fields().get(index)?.name().clone();
            let name = scan.table_name.table();
            let table = name.strip_prefix(ALL_DAYS).and_then(|name| name.strip_prefix('_')).unwrap_or(name).to_owned();
            Some(Passed { table, column })
        }
        _ => None,
    }
}

/// A column, not named otherwise than where it comes from.
fn through(expr: &Expr, input: &LogicalPlan) -> Option<Passed> {
    match expr {
        Expr::Column(column) => trace(input, input.schema().index_of_column(column).ok()?),
        Expr::Alias(alias) => through(&alias.expr, input).filter(|passed| passed.column == alias.name),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{
        Parameters, query,
        testing::{TestLake, batch, ints, strings},
    };

    #[tokio::test]
    async fn a_column_is_told_only_where_it_is_one_as_it_is() {
        let mut lake = TestLake::default();
        let rows = batch(vec![("id", ints([Some(1)])), ("name", strings([Some("a")]))]);
        lake.add_batch("people", "2026-01-01", &rows).await;
        lake.add_batch("teams", "2026-01-01", &rows).await;
        let session = lake.session();
        for (sql, wanted) in [
            ("SELECT * FROM people", "people.id people.name people.as_of"),
            ("SELECT name, upper(name), name || 'x' AS name2, count(*) OVER () FROM people", "people.name - - -"),
            ("SELECT name AS id, id AS id2, name AS name3 FROM people", "- - -"),
            (
                "SELECT p.id, t.name FROM people p JOIN teams t USING (id) WHERE p.id > 1 ORDER BY 1 LIMIT 3",
                "people.id teams.name",
            ),
            ("SELECT p.name FROM people p LEFT JOIN teams t ON t.id = p.id", "people.name"),
            ("SELECT DISTINCT name FROM people", "people.name"),
            ("SELECT name, count(*) AS id FROM people GROUP BY name", "people.name -"),
            ("SELECT name, id FROM people GROUP BY GROUPING SETS ((name), (id))", "- -"),
            ("WITH people AS (SELECT name AS id, id AS name FROM teams) SELECT * FROM people", "- -"),
            ("WITH teams AS (SELECT id, name FROM people) SELECT name FROM teams", "people.name"),
            ("SELECT * FROM (SELECT id, name FROM people) AS t(name, id)", "- -"),
            ("SELECT id FROM people UNION ALL SELECT id FROM teams", "-"),
            ("SELECT coalesce(name, 'x') AS name, 1 AS id FROM people", "- -"),
            ("VALUES (1)", "-"),
        ] {
            let parameters = Parameters::default();
            let planned = query::plan(&session, sql, &parameters).await.unwrap();
            let found: Vec<String> = passed(&planned)
                .into_iter()
                .map(|found| found.map_or("-".to_owned(), |Passed { table, column }| format!("{table}.{column}")))
                .collect();
            assert_eq!(found.join(" "), wanted, "{sql}");
        }
    }
}
