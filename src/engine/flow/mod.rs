//! What flows from the columns of tables into those of a result, by its logical plan, whatever it is that flows: how private
//! a column is, or which columns it is made of.
//!
//! Two things are computed. What flows into each column: all whose values it shows or is made of. And what flows into the
//! *rows*: every column that chose which rows there are (filters, joins, groups, order, limits). A filter does not flow into
//! a column by itself, since no value of the filtered column is shown, but:
//!
//! - aggregates and window functions are made of rows: a count of the women of a department is as private as the filter;
//! - what an outer join leaves null tells its condition, and a row of a lookup table joined by a private key tells the key;
//! - a literal in one branch of a `UNION` tells which filter a row came through;
//! - whoever publishes a result answers for its rows too.
//!
//! What is not understood is made of all that goes into it.

mod how;
mod plan;
mod reads;
mod value;
mod walk;

use datafusion::logical_expr::LogicalPlan;

pub(crate) use self::how::How;
pub(super) use self::{
    value::{Tables, Value},
    walk::Flow,
};

/// What comes out of a plan over these tables: a column for each field of its schema, and the rows.
pub(super) fn of_plan<T: Tables>(plan: &LogicalPlan, tables: &T) -> Flow<T::Value> {
    walk::Walk::new(tables).flow(plan)
}
