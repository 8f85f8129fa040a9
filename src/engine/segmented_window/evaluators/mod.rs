//! One function each, over all rows of a chunk at once.

mod carried;
mod count;
mod edges;
mod extreme;
mod ranks;
mod shifts;
mod sum;

use arrow::array::ArrayRef;
use datafusion::error::Result;

use super::runs::Segments;

pub(super) use count::Count;
pub(super) use edges::{FirstValue, LastValue};
pub(super) use extreme::Extreme;
pub(super) use ranks::{Rank, RowNumber};
pub(super) use shifts::{Lag, Lead};
pub(super) use sum::{can_be_added, sum};

/// Computes a window column, chunk after chunk.
pub(super) trait Evaluator: Send {
    /// The column for rows that follow those seen so far; `argument` has one value for each of them.
    ///
    /// The first partition may go on where the last chunk ended, except for functions that need whole partitions.
    fn evaluate(&mut self, segments: &Segments, argument: &ArrayRef) -> Result<ArrayRef>;
}
