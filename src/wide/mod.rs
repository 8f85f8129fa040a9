//! Attributes in their wide form: one row per employee, one column (or a few) per definition.
//!
//! ```text
//! definitions ─ kind ─▶ Kind ─ plan ─▶ WidePlan ─┐
//!                                                ├─ pivot ─▶ RecordBatch
//! attributes, sorted by employee ────────────────┘
//! ```
//!
//! Types come from the definitions' JSON Schemas alone, never from the data. A value of another shape is kept as JSON in
//! [`UNFORESEEN`](crate::catalog::wide::UNFORESEEN) and counted. Pure: no I/O, no clock.

mod kind;
mod names;
mod pivot;
mod plan;
#[cfg(test)]
mod tests;
mod value;

#[cfg(test)]
use kind::Kind;
pub(crate) use kind::REFERENCE_NAMES;
#[cfg(test)]
use pivot::Unforeseen;
pub(crate) use pivot::{Attribute, Names, Pivot};
pub(crate) use plan::{Definition, Sorting, WidePlan};
