//! Statements of somebody who may see a part of the lake only.
//!
//! The part is what a session was given: a column that no table of it has does not exist. What is left to refuse here is
//! whatever tells of more than those tables' rows: the text of a plan, and the engine's tables about itself.

use datafusion::{common::tree_node::TreeNodeRecursion, error::DataFusionError, logical_expr::LogicalPlan};

use super::{EngineError, query::Planned};

/// Checks that a statement reads nothing but the tables that its session was given, and gives rows.
///
/// # Errors
/// [`EngineError::Confined`], which says what is refused and what to ask instead.
pub(crate) fn check(planned: &Planned<'_>) -> Result<(), EngineError> {
    let mut refused = None;
    let told = |error: DataFusionError| EngineError::running(error);
    let visit = |node: &LogicalPlan| {
        refused = refused.take().or_else(|| refusal(node));
        Ok(if refused.is_some() { TreeNodeRecursion::Stop } else { TreeNodeRecursion::Continue })
    };
    planned.logical().apply_with_subqueries(visit).map_err(told)?;
    refused.map_or(Ok(()), |message| Err(EngineError::Confined { message }))
}

fn refusal(node: &LogicalPlan) -> Option<String> {
    match node {
        LogicalPlan::Explain(_) | LogicalPlan::Analyze(_) => {
            Some("plans are not shown here; ask for rows, without EXPLAIN".to_owned())
        }
        LogicalPlan::DescribeTable(_) => Some("ask describe_table for the columns of a table".to_owned()),
        LogicalPlan::TableScan(scan) => {
            let schema = scan.table_name.schema().filter(|schema| *schema != "public");
            schema.map(|schema| {
                format!("{schema} cannot be asked here; list_tables and describe_table say which tables and columns there are")
            })
        }
        _ => None,
    }
}
