//! What others declare tables by: `CREATE TABLE` for warehouses, with what tables and columns mean and how private they are.
//!
//! - `dbt`: the tables as dbt sources
//! - `dialect`: what differs between the dialects, as one table
//! - `statements`: the statements of one table
//! - `rows`: where its rows come from: folders, files, copies
//! - `text`: names and texts as a dialect writes them

mod dbt;
mod dialect;
mod rows;
mod statements;
#[cfg(test)]
mod tests;
mod text;

pub(crate) use self::{dbt::sources, dialect::Dialect, rows::Place};
use crate::catalog::Table;

/// The statements that declare these tables, say what they mean, and give them the rows of the newest day.
pub(crate) fn statements(tables: &[Table], dialect: Dialect, place: &Place<'_>) -> String {
    let each = tables.iter().map(|table| statements::of_table(table, dialect, place));
    std::iter::once(rows::before(dialect, place)).chain(each).collect()
}
