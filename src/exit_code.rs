//! Why the process ended, as the number that a scheduler sees.

use serde::{Serialize, Serializer};

/// Why the process ended: stable numbers that a scheduler may rely on. Never 99, which Airflow reads as "skipped".
/// The manual lists them in the words of their comments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
#[repr(u8)]
pub(crate) enum ExitCode {
    /// Everything asked for was done.
    Ok = 0,
    /// The command line, the configuration or an SQL statement is wrong.
    Usage = 2,
    /// Authentication failed or a permission is missing.
    Permission = 3,
    /// The API broke its contract: schema or pagination.
    Contract = 4,
    /// A quality gate refused to publish; or two lakes that were compared differ.
    Gate = 5,
    /// Another writer was faster, or holds the lake; or something speaks against what `gc` would delete.
    Conflict = 6,
    /// A defect of this program.
    Bug = 70,
    /// Rate limit, server error or network: running again makes sense.
    Temporary = 75,
}

/// As its number.
impl Serialize for ExitCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(*self as u8)
    }
}
