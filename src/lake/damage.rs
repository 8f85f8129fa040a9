//! What is found when a lake is checked.

use std::fmt;

use serde::Serialize;

/// Something about a snapshot that is not as its manifest says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct Damage {
    /// Lake-relative path.
    pub(crate) path: String,
    /// What is wrong with it.
    pub(crate) problem: Problem,
}

/// What can be wrong.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub(crate) enum Problem {
    /// The file does not exist.
    Missing,
    /// The size differs.
    Size {
        /// Bytes in the manifest.
        expected: u64,
        /// Bytes in the store.
        found: u64,
    },
    /// The content differs.
    Content {
        /// SHA-256 in the manifest.
        expected: String,
        /// SHA-256 of the file.
        found: String,
    },
    /// The footer counts other rows.
    Rows {
        /// Rows in the manifest.
        expected: u64,
        /// Rows in the footer.
        found: u64,
    },
    /// The columns differ.
    Schema {
        /// The first difference.
        difference: String,
    },
    /// It is not Parquet.
    Unreadable {
        /// The reader's reason.
        reason: String,
    },
    /// It lies among the table's files, but the snapshot does not name it; readers that glob count its rows.
    Stray,
    /// The manifest is not the one its successor replaced.
    #[serde(rename = "chain")]
    Succession {
        /// What differs.
        reason: String,
    },
    /// A file with views is not what the published snapshots give.
    Views,
    /// It says of a manifest what that does not say.
    Digest,
    /// The day is gone, and no collection removed it.
    Vanished {
        /// Path of what still names it.
        named_by: String,
    },
    /// It says which days were removed, and cannot be read.
    Removal,
    /// A snapshot names it, and the Delta log of its table does not.
    NotInLog,
    /// The Delta log of its table names it, and no snapshot does.
    OnlyInLog,
    /// A Delta log cannot be read.
    Log {
        /// What is wrong with it.
        reason: String,
    },
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.path)?;
        match &self.problem {
            Problem::Missing => f.write_str("the file is missing"),
            Problem::Size { expected, found } => write!(f, "{found} bytes, {expected} were written"),
            Problem::Content { expected, found } => write!(f, "SHA-256 is {found}, {expected} was written"),
            Problem::Rows { expected, found } => write!(f, "{found} rows, {expected} were written"),
            Problem::Schema { difference } => write!(f, "other columns than were written: {difference}"),
            Problem::Unreadable { reason } => write!(f, "not readable as Parquet: {reason}"),
            Problem::Stray => f.write_str("belongs to no snapshot, but readers that glob will read it"),
            Problem::Succession { reason } => write!(f, "broken chain of manifests: {reason}"),
            Problem::Views => {
                f.write_str("is not what the published snapshots give; `lucca-lake derive` writes it again")
            }
            Problem::Digest => {
                f.write_str("says what a manifest does not say; delete it, and `lucca-lake derive` writes it again")
            }
            Problem::Vanished { named_by } => {
                write!(
                    f,
                    "the day is gone, though {named_by} names it and no gc removed it; restore it from a backup, read the day again, or let the lake forget it with `lucca-lake gc --drop`"
                )
            }
            Problem::Removal => f.write_str("which days a gc removed cannot be read from it; restore it from a backup"),
            Problem::NotInLog => f.write_str("the Delta log of its table lacks it; run with --table-format delta"),
            Problem::OnlyInLog => {
                f.write_str("the Delta log of its table names it, no snapshot does; run with --table-format delta")
            }
            Problem::Log { reason } => write!(f, "the Delta log cannot be read: {reason}"),
        }
    }
}
