//! Why a collection must not begin unless somebody who saw the list says so.

use std::fmt;

use chrono::NaiveDate;
use serde::{Serialize, Serializer};

use crate::catalog::Zone;

/// Unreadable manifests that a message names.
const NAMED: usize = 3;

/// Something that makes a list of garbage doubtful. Each reads as one clause that says what was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Objection {
    /// Data files, and no manifest at all.
    NoManifest {
        /// How many.
        files: usize,
        /// Their size.
        bytes: u64,
    },
    /// Manifests that cannot be read: what they name cannot be told from garbage.
    Unreadable {
        /// Lake-relative paths and reasons.
        manifests: Vec<(String, String)>,
    },
    /// More than half of the files of a zone, and nothing says why they are there.
    MostOfZone {
        /// The zone.
        zone: Zone,
        /// Files that no manifest names.
        unexplained: usize,
        /// Files of the zone.
        files: usize,
    },
    /// Files that no manifest names, of a day from which a manifest or files have vanished.
    Vanished {
        /// The day.
        as_of: NaiveDate,
        /// How many files.
        files: usize,
        /// What is not there that should be.
        missing: String,
    },
    /// The lake is not of the tenant that is configured.
    OtherTenant {
        /// Whose data it holds.
        held: String,
        /// The configured one.
        asked: String,
    },
}

impl fmt::Display for Objection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoManifest { files, bytes } => {
                write!(
                    f,
                    "it has {files} data files ({bytes} bytes) and not one manifest: this may be another folder than meant"
                )
            }
            Self::Unreadable { manifests } => {
                let named = manifests.iter().take(NAMED).map(|(path, reason)| format!("{path} ({reason})"));
                let named: Vec<String> = named.collect();
                let more = manifests.len().saturating_sub(NAMED);
                let more = if more > 0 { format!(" and {more} more") } else { String::new() };
                write!(
                    f,
                    "what manifests name that cannot be read is not to be told from garbage: {}{more}; restore them, or \
                     remove their days with `gc --drop DATE`",
                    named.join(", ")
                )
            }
            Self::MostOfZone { zone, unexplained, files } => {
                write!(
                    f,
                    "{unexplained} of the {files} files in {zone}/ are in no manifest, and no snapshot that went explains them"
                )
            }
            Self::Vanished { as_of, files, missing } => {
                write!(f, "{files} files of {as_of} are in no manifest, but {missing}")
            }
            Self::OtherTenant { held, asked } => write!(f, "it holds the data of {held}, while {asked} is configured"),
        }
    }
}

/// As it reads.
impl Serialize for Objection {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
