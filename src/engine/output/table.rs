//! Answers for people: tables, and records where a table would be too wide.
//!
//! - `cells`: the texts of a block of rows, and which columns stand to the right
//! - `fit`: which columns a screen has room for, and how wide
//! - `draw`: a block as lines of text
//! - `whole`: all rows, block by block
//! - `abridged`: the first and last rows, in what a screen has room for
//! - `plan`: the answer to EXPLAIN

mod abridged;
mod cells;
mod draw;
mod fit;
mod plan;
#[cfg(test)]
mod tests;
mod whole;

pub(super) use self::{abridged::AbridgedEncoder, plan::PlanEncoder, whole::WholeEncoder};
