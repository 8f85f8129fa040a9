//! Whether a snapshot is fit to be published.
//!
//! ```text
//! schemas/, queries/        ─▶ statement (keys, intervals, rules)  ─┐
//! the snapshot before       ─▶ compare   (rows, values, references) ─┴▶ finding ─▶ data_quality_findings
//!                                                                                └▶ breach, when a gate's threshold is passed
//! ```
//!
//! Pure: it says what to ask and what the answers mean; the commands ask.
//!
//! - [`statement`]: SQL whose rows are findings
//! - [`compare`]: findings that need the snapshot before, or numbers only
//! - [`thresholds`]: how much is too much

pub(crate) mod compare;
pub(crate) mod statement;
pub(crate) mod thresholds;

pub(crate) use compare::Counts;
pub(crate) use statement::{Gate, Statement};
pub(crate) use thresholds::Thresholds;

#[cfg(test)]
mod tests;
