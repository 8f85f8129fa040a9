//! What can go wrong with the lake, sorted by what the reader of the message should do.

use std::{error::Error as StdError, io};

use chrono::NaiveDate;
use parquet::errors::ParquetError;

use super::{SnapshotId, layout};
use crate::{
    catalog::TypeClash,
    causes::{is_disk_full, is_of_kind},
    exit_code::ExitCode,
    run_id::RunId,
};

/// An error of the lake: one line that says what, where and the remedy; the cause is its source.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LakeError {
    /// The lake's location cannot be used as given.
    #[error("lake location {location}: {reason}")]
    Location {
        /// The location, without credentials.
        location: String,
        /// What is wrong and what to do.
        reason: String,
        /// The library's reason, if it gave one.
        #[source]
        source: Option<Box<dyn StdError + Send + Sync>>,
    },
    /// The store refuses this identity.
    #[error("cannot {action} {path}: access denied; check the credentials and the bucket policy or file permissions")]
    Denied {
        /// What was tried.
        action: &'static str,
        /// Lake-relative path.
        path: String,
        /// The store's answer.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
    /// The store failed; `retryable` when running again may help.
    #[error("cannot {action} {path}: the store failed{}", if *.retryable { "; run again" } else { "; check the lake's location and store settings" })]
    Store {
        /// What was tried.
        action: &'static str,
        /// Lake-relative path.
        path: String,
        /// Whether running again makes sense.
        retryable: bool,
        /// The store's answer.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
    /// The disk of the lake is full, or the user's share of it.
    #[error("cannot {action} {path}: the disk is full; make room, then run again")]
    Full {
        /// What was tried.
        action: &'static str,
        /// Lake-relative path.
        path: String,
        /// What the operating system said.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
    /// A batch does not have the columns of its table.
    #[error("table {table}: the data does not fit its declared columns: {reason}")]
    Schema {
        /// The table.
        table: String,
        /// The first difference.
        reason: String,
    },
    /// Parquet could not be encoded.
    #[error("table {table}: cannot encode Parquet; please report this")]
    Encode {
        /// The table.
        table: String,
        /// The encoder's reason.
        #[source]
        source: ParquetError,
    },
    /// What was read back is not what was written.
    #[error("{path} was damaged while it was written: {reason}; nothing was published, run again")]
    Damaged {
        /// Lake-relative path.
        path: String,
        /// The difference.
        reason: String,
    },
    /// What a run holds back is no longer what it was.
    #[error(
        "what run {run_id} holds back has changed since: {}; nothing was published, read the day again with          `lucca-lake sync --as-of {as_of}`", .findings.join("; ")
    )]
    HeldDamaged {
        /// The date it describes.
        as_of: NaiveDate,
        /// The run.
        run_id: RunId,
        /// What is not as it was, file by file.
        findings: Vec<String>,
    },
    /// Another run published the same as-of date first.
    #[error(
        "as-of date {as_of}: another run published snapshot {sequence} first ({winner}); nothing was changed, run again if this run's data should replace it"
    )]
    Conflict {
        /// The date both runs describe.
        as_of: NaiveDate,
        /// The sequence number both wanted, or the one found in place of the expected.
        sequence: u64,
        /// The run that published.
        winner: String,
    },
    /// Somebody else published or deleted while files were being deleted.
    #[error("the lake at {lake} was changed by somebody else meanwhile; what was not deleted yet stays, run again")]
    ChangedMeanwhile {
        /// Where.
        lake: String,
    },
    /// Another process writes to the lake.
    #[error("the lake at {lake} is being written to by {holder}; wait for it to end, then run again")]
    Locked {
        /// Where.
        lake: String,
        /// Who, and since when.
        holder: String,
    },
    /// The store ignores the condition that publishing rests on.
    #[error(
        "the store of {lake} overwrites objects that must be put only if absent, so two runs could undo each other; use a store \
         that honours If-None-Match, as AWS S3, current MinIO and Azure do, or x-goog-if-generation-match, as Google does"
    )]
    NotConditional {
        /// Where.
        lake: String,
    },
    /// A manifest cannot be believed.
    #[error("manifest {path} is not usable: {reason}; {}", corrupt_remedy(path))]
    Corrupt {
        /// Lake-relative path.
        path: String,
        /// What is wrong.
        reason: String,
        /// The parser's reason, if it gave one.
        #[source]
        source: Option<serde_json::Error>,
    },
    /// There are manifests, and none can be believed.
    #[error(
        "no manifest of the lake at {lake} is usable, {path} neither, so that nobody can tell whose data it holds; restore them \
         from a backup, or remove each day with `lucca-lake gc --drop DATE`"
    )]
    NoneReadable {
        /// Where.
        lake: String,
        /// The newest.
        path: String,
    },
    /// The lake was written by a later program.
    #[error("manifest {path} has format version {found}, this program reads up to {supported}; use a newer lucca-lake")]
    Newer {
        /// Lake-relative path.
        path: String,
        /// Version found.
        found: u32,
        /// Newest version understood.
        supported: u32,
    },
    /// The snapshot is published, but what follows from it is not: it still names the files that were replaced, which stay
    /// therefore.
    #[error("the snapshot of {} is published, but its {behind} could not be written; run again", .published.as_of)]
    Behind {
        /// What is published.
        published: SnapshotId,
        /// What is not.
        behind: &'static str,
        /// Why.
        #[source]
        source: Box<LakeError>,
    },
    /// The tables have Delta logs, and the run would not keep them.
    #[error(
        "{table} is a Delta Lake table, and this run would delete files that its log names; run with --table-format delta, or \
         delete every _delta_log folder of the lake for good"
    )]
    DeltaIgnored {
        /// Zone and name.
        table: String,
    },
    /// One Delta table cannot hold what the snapshots of a table hold.
    #[error(
        "table {table}: {clash}, which one Delta table cannot hold; nothing was changed; drop the days until then, or use a lake \
         of its own"
    )]
    DeltaTypes {
        /// The table.
        table: String,
        /// Which days of it disagree on what.
        clash: TypeClash,
    },
    /// The manifests are as they should be, but a Delta log could not follow them.
    #[error("the Delta log of {table} could not be brought up to what is published{}", if *.retryable { "; run again" } else { "; \
        find out who else writes to it, or move its _delta_log folder away and run again" })]
    Delta {
        /// Zone and name.
        table: String,
        /// Whether running again makes sense.
        retryable: bool,
        /// Why.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
    /// The lake was used in a way that the program must not.
    #[error("internal error in the lake: {reason}; please report this")]
    Internal {
        /// What was asked.
        reason: String,
    },
}

impl LakeError {
    /// Whether doing the same again may succeed.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Store { retryable, .. } | Self::Delta { retryable, .. } => *retryable,
            Self::Damaged { .. } | Self::Full { .. } => true,
            Self::Behind { source, .. } => source.is_retryable(),
            _ => false,
        }
    }

    /// The exit code a command ends with when this is its error.
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Location { .. }
            | Self::Denied { .. }
            | Self::Corrupt { .. }
            | Self::NoneReadable { .. }
            | Self::NotConditional { .. }
            | Self::Newer { .. }
            | Self::DeltaIgnored { .. }
            | Self::DeltaTypes { .. } => ExitCode::Usage,
            Self::Store { retryable: true, .. }
            | Self::Delta { retryable: true, .. }
            | Self::Damaged { .. }
            | Self::Full { .. } => ExitCode::Temporary,
            Self::Store { retryable: false, .. } | Self::Delta { retryable: false, .. } => ExitCode::Usage,
            Self::Conflict { .. } | Self::ChangedMeanwhile { .. } | Self::Locked { .. } => ExitCode::Conflict,
            Self::HeldDamaged { .. } => ExitCode::Gate,
            Self::Behind { source, .. } => source.exit_code(),
            Self::Schema { .. } | Self::Encode { .. } | Self::Internal { .. } => ExitCode::Bug,
        }
    }

    /// Sorts an object store's error: refused, to be tried again, or a matter of settings.
    pub(super) fn store(action: &'static str, path: impl ToString, source: object_store::Error) -> Self {
        use object_store::Error as E;
        let path = path.to_string();
        let status = status_in_words(&source);
        let denied = matches!(source, E::PermissionDenied { .. } | E::Unauthenticated { .. });
        if denied || matches!(status, Some(401 | 403)) || is_of_kind(&source, is_denied_kind) {
            return Self::Denied { action, path, source: Box::new(source) };
        }
        if is_disk_full(&source) {
            return Self::Full { action, path, source: Box::new(source) };
        }
        // Something listed a moment ago may be gone because a run replaced it: reading again finds its successor.
        // A write or a list that is "not found" means the bucket is.
        let retryable = match source {
            E::NotFound { .. } => action == "read",
            E::NotSupported { .. }
            | E::NotImplemented { .. }
            | E::InvalidPath { .. }
            | E::UnknownConfigurationKey { .. } => false,
            E::Generic { .. } => status != Some(404),
            _ => true,
        };
        Self::Store { action, path, retryable, source: Box::new(source) }
    }

    /// Sorts an operating system's error.
    pub(super) fn io(action: &'static str, path: impl ToString, source: io::Error) -> Self {
        let path = path.to_string();
        if is_denied_kind(source.kind()) {
            Self::Denied { action, path, source: Box::new(source) }
        } else if is_disk_full(&source) {
            Self::Full { action, path, source: Box::new(source) }
        } else {
            Self::Store { action, path, retryable: true, source: Box::new(source) }
        }
    }

    /// Sorts a Parquet error: the store's, which the writer wraps, or the encoder's own.
    pub(super) fn parquet(table: &str, path: impl ToString, source: ParquetError) -> Self {
        match into_store_error(source) {
            Ok(store) => Self::store("write", path, store),
            Err(source) => Self::Encode { table: table.to_owned(), source },
        }
    }

    /// Sorts an error of reading a Parquet file: the store's, or what the file holds.
    pub(super) fn read_back(path: impl ToString, source: ParquetError) -> Self {
        match into_store_error(source) {
            Ok(store) => Self::store("read", path, store),
            Err(source) => Self::Damaged { path: path.to_string(), reason: source.to_string() },
        }
    }

    /// What was published all the same.
    pub(crate) fn published(&self) -> Option<SnapshotId> {
        match self {
            Self::Behind { published, .. } => Some(*published),
            _ => None,
        }
    }

    /// Whether room on the disk was what was missing.
    pub(crate) fn is_full(&self) -> bool {
        match self {
            Self::Full { .. } => true,
            Self::Behind { source, .. } => source.is_full(),
            _ => false,
        }
    }

    /// Whether the store answered that there is no such object.
    pub(super) fn is_not_found(&self) -> bool {
        let Self::Store { source, .. } = self else { return false };
        matches!(source.downcast_ref(), Some(object_store::Error::NotFound { .. }))
    }
}

/// What to do about a manifest that cannot be believed.
fn corrupt_remedy(path: &str) -> String {
    match layout::parse_manifest(&object_store::path::Path::from(path)) {
        Some(id) => format!(
            "`lucca-lake verify` checks the other days; restore it from a backup, read the day again with `lucca-lake sync \
             --as-of {0}`, or remove the day with `lucca-lake gc --drop {0}`",
            id.as_of
        ),
        None => "restore it from a backup, or remove it".to_owned(),
    }
}

/// The store's error inside a Parquet error, however often it is wrapped.
fn into_store_error(error: ParquetError) -> Result<object_store::Error, ParquetError> {
    match error {
        ParquetError::External(inner) => match inner.downcast::<object_store::Error>() {
            Ok(store) => Ok(*store),
            Err(inner) => match inner.downcast::<ParquetError>() {
                Ok(parquet) => into_store_error(*parquet),
                Err(inner) => Err(ParquetError::External(inner)),
            },
        },
        other => Err(other),
    }
}

/// The HTTP status of an error that the store's client did not sort: of a refused listing it tells only in words.
fn status_in_words(error: &object_store::Error) -> Option<u16> {
    let object_store::Error::Generic { source, .. } = error else { return None };
    let text = source.to_string();
    let (_, after) = text.split_once("non-2xx status code: ")?;
    after.get(..3)?.parse().ok()
}

/// Whether the store does not know what it was asked to do.
pub(super) fn is_unknown_to_the_store(error: &object_store::Error) -> bool {
    use object_store::Error as E;
    matches!(error, E::NotSupported { .. } | E::NotImplemented { .. }) || status_in_words(error) == Some(501)
}

fn is_denied_kind(kind: io::ErrorKind) -> bool {
    matches!(kind, io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem)
}
