//! Attributes in their wide form: one row per employee, one column (or a few) per definition.
//!
//! ```text
//! definitions ─ kind ─▶ Kind ─ plan ─▶ WidePlan ─┐
//!                                                ├─ pivot ─▶ RecordBatch
//! attributes, one employee after another ─────────┘
//! ```
//!
//! `choices`: the values that a schema enumerates; `meaning`: what is said of each column.
//!
//! Types come from the definitions' JSON Schemas alone, never from the data. A value of another shape is kept as JSON in
//! [`UNFORESEEN`](crate::catalog::wide::UNFORESEEN) and counted. Pure: no I/O, no clock.

mod choices;
mod definition;
mod kind;
mod meaning;
mod names;
mod pivot;
mod plan;
mod takes;
#[cfg(test)]
mod tests;
mod value;

pub(crate) use definition::{Definition, Sorting};
#[cfg(test)]
use kind::Kind;
pub(crate) use kind::REFERENCE_NAMES;
pub(crate) use pivot::{Attribute, Names, Pivot, Unforeseen};
pub(crate) use plan::WidePlan;

use crate::catalog::Catalog;

/// The table of definitions.
pub(crate) const DEFINITIONS: &str = "employee_attribute_definitions";
/// The table of employees, who have a row each, also without an attribute.
pub(crate) const EMPLOYEES: &str = "employees";

/// Tables that the wide tables are made of: with names, where they are there. Names are taken from tables on request too, which
/// are read when they are asked for.
pub(crate) fn sources(catalog: &Catalog) -> Vec<&str> {
    let is_on_request = |table: &str| catalog.resources.iter().any(|r| r.on_request && r.table_name() == table);
    let named = REFERENCE_NAMES.iter().map(|(_, table, _)| *table).filter(|table| !is_on_request(table));
    catalog.wide.iter().map(|wide| wide.long).chain([DEFINITIONS, EMPLOYEES]).chain(named).collect()
}
