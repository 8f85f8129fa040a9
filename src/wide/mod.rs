//! Attributes in their wide form: one row per employee, one column (or a few) per definition.
//!
//! ```text
//! definitions ─ kind ─▶ Kind ─ plan ─▶ WidePlan ─┐
//!                                                ├─ pivot ─▶ RecordBatch
//! attributes, sorted by employee ────────────────┘
//! ```
//!
//! Types come from the definitions' JSON Schemas alone, never from the data. A value of another shape is kept as JSON in
//! [`UNFORESEEN`] and counted. Pure: no I/O, no clock.

mod kind;
mod names;
mod pivot;
mod plan;
#[cfg(test)]
mod tests;
mod value;

pub use kind::{Kind, REFERENCE_NAMES};
pub use pivot::{Attribute, Names, Pivot, Unforeseen};
pub use plan::{Definition, Sorting, WidePlan};

/// Column that holds values of a shape that their definition does not announce: a JSON object from definition to a list of
/// values; null when there are none.
pub const UNFORESEEN: &str = "_unforeseen";
/// Column of the employee.
pub const EMPLOYEE_ID: &str = "employee_id";
