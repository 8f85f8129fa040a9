//! Names of the columns that the lake adds.

/// Columns that the lake adds to every API table, after the API's own.
pub(crate) const EXTRA: &str = "_extra";
/// When the page that held the record was received.
pub(crate) const EXTRACTED_AT: &str = "_extracted_at";
/// The run that wrote the record.
pub(crate) const RUN_ID: &str = "_run_id";
