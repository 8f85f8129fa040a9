//! A report as a lake has it: whatever wrote it, this version or another, and whether it came to its end.

use super::RunReport;

impl RunReport {
    /// Reads a report.
    ///
    /// # Errors
    /// Why it is none, in one phrase that quotes nothing of it.
    pub(crate) fn read(json: &[u8]) -> Result<Self, String> {
        serde_json::from_slice(json).map_err(|error| match error.classify() {
            serde_json::error::Category::Data => "says less than this version of the program needs".to_owned(),
            serde_json::error::Category::Eof if json.is_empty() => "is empty".to_owned(),
            serde_json::error::Category::Eof => format!("ends in the middle, after {} bytes", json.len()),
            _ => format!("is no JSON at line {}", error.line()),
        })
    }
}
