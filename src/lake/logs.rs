//! The Delta logs of a lake follow its manifests, where it has them.

use futures::TryStreamExt as _;
use object_store::ObjectStore as _;

#[cfg(feature = "delta")]
use super::delta;
use super::{Lake, LakeError, Snapshot, TableFormat, folders, layout, side_by_side::side_by_side};
use crate::catalog::Zone;

/// Makes a lake ready for a run: logs that a run which died left behind its manifests follow them now. A lake whose tables
/// have logs is refused to a run that would not keep them: it would delete files that they name.
///
/// # Errors
/// [`LakeError::DeltaIgnored`]; as the publication's for logs that cannot follow.
pub(crate) async fn align(lake: &Lake) -> Result<(), LakeError> {
    match lake.format {
        TableFormat::Delta => follow(lake).await,
        TableFormat::Parquet => match with_logs(lake).await?.into_iter().next() {
            Some((zone, name)) => Err(LakeError::DeltaIgnored { table: format!("{zone}/{name}") }),
            None => Ok(()),
        },
    }
}

/// Refuses a snapshot that the tables of the format could not take in beside those of the other dates.
pub(super) async fn check(lake: &Lake, next: &Snapshot) -> Result<(), LakeError> {
    match lake.format {
        TableFormat::Parquet => Ok(()),
        #[cfg(feature = "delta")]
        TableFormat::Delta => {
            let mut snapshots = lake.days().await?.snapshots;
            snapshots.retain(|snapshot| snapshot.as_of != next.as_of);
            snapshots.push(next.clone());
            delta::check(&snapshots)
        }
        #[cfg(not(feature = "delta"))]
        TableFormat::Delta => {
            let _ = next;
            Err(not_built())
        }
    }
}

/// Brings what readers of the format see up to the manifests.
pub(super) async fn follow(lake: &Lake) -> Result<(), LakeError> {
    match lake.format {
        TableFormat::Parquet => Ok(()),
        #[cfg(feature = "delta")]
        TableFormat::Delta => delta::follow(lake, &lake.days().await?, with_logs(lake).await?).await,
        #[cfg(not(feature = "delta"))]
        TableFormat::Delta => Err(not_built()),
    }
}

#[cfg(not(feature = "delta"))]
fn not_built() -> LakeError {
    LakeError::Internal { reason: "a build without Delta Lake was to write its logs".into() }
}

/// The tables that have a Delta log, whether or not a manifest names them.
pub(super) async fn with_logs(lake: &Lake) -> Result<Vec<(Zone, String)>, LakeError> {
    let folders = folders::tables_found(lake).await?;
    let with_log = async |(zone, name): (Zone, String)| {
        let log = layout::delta_log(zone, &name);
        let first = lake.store.list(Some(&log)).try_next().await.map_err(|e| LakeError::store("list", &log, e))?;
        Ok(first.map(|_| (zone, name)))
    };
    let found = side_by_side(folders, with_log).await?;
    Ok(found.into_iter().flatten().collect())
}
