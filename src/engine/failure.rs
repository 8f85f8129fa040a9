//! Why queries stop while they run.

use datafusion::error::DataFusionError;

use super::store::ShortFile;
use crate::{
    causes::{causes, is_disk_full},
    exit_code::ExitCode,
};

/// Why a query stopped while it ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// A value could not be computed: division by zero, overflow, a cast that does not hold.
    Value,
    /// More memory or temporary disk was needed than the limit allows.
    Resources,
    /// The lake's store did not answer, or a file is no longer there.
    Store,
    /// A file of the lake is not readable Parquet.
    Damaged,
    /// The program is at fault.
    Internal,
}

impl FailureKind {
    /// What happened, in words that hold no value.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Value => "a value could not be computed (cast, overflow or division by zero)",
            Self::Resources => {
                "it needs more memory than memory_limit, and more room than there is in temp_dir; raise memory_limit, or give \
                 temp_dir a folder with more room"
            }
            Self::Store => "the lake could not be read; run it again",
            Self::Damaged => "a file of the lake is damaged; `lucca-lake verify` names it",
            Self::Internal => "internal error",
        }
    }

    /// The exit code that tells a scheduler what to do about it.
    pub(crate) fn exit_code(self) -> ExitCode {
        match self {
            // The same statement with the same limit fails again, so running again without a change is pointless.
            Self::Value | Self::Resources => ExitCode::Usage,
            Self::Store => ExitCode::Temporary,
            Self::Damaged => ExitCode::Conflict,
            Self::Internal => ExitCode::Bug,
        }
    }
}

/// Why a query stopped, from what DataFusion says.
pub(super) fn classify(error: &DataFusionError) -> FailureKind {
    if is_disk_full(error) {
        // The lake is only read here: what is written is what was spilled.
        return FailureKind::Resources;
    }
    if causes(error).any(|e| e.is::<ShortFile>()) {
        return FailureKind::Damaged;
    }
    match error.find_root() {
        DataFusionError::ResourcesExhausted(_) => FailureKind::Resources,
        DataFusionError::ObjectStore(_) | DataFusionError::IoError(_) => FailureKind::Store,
        DataFusionError::ParquetError(_) => classify_parquet(error),
        DataFusionError::Internal(_) | DataFusionError::ExecutionJoin(_) => FailureKind::Internal,
        DataFusionError::ArrowError(e, _) => match e.as_ref() {
            arrow::error::ArrowError::ParquetError(_) => FailureKind::Damaged,
            arrow::error::ArrowError::IoError(_, _) => FailureKind::Store,
            _ => FailureKind::Value,
        },
        _ => FailureKind::Value,
    }
}

/// The Parquet reader wraps what the store said; a file that is gone is not a damaged one.
fn classify_parquet(error: &DataFusionError) -> FailureKind {
    let is_stores = |e: &(dyn std::error::Error + 'static)| e.is::<object_store::Error>() || e.is::<std::io::Error>();
    if causes(error).any(is_stores) { FailureKind::Store } else { FailureKind::Damaged }
}
