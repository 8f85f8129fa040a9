//! What every format is written with.

use arrow::array::RecordBatch;

use super::layout::LeftOut;

/// Writes batches of one schema; errors are what the encoder said.
pub(super) trait Encoder: Send {
    /// Writes the rows of a batch.
    fn write(&mut self, batch: &RecordBatch) -> Result<(), String>;
    /// Ends the output and flushes it; says what was left out of it.
    fn finish(self: Box<Self>) -> Result<LeftOut, String>;
}

/// An error in one line.
pub(super) fn words(error: impl ToString) -> String {
    crate::engine::wording::flatten(&error.to_string())
}
