//! What runs have staged and not published.

use object_store::{ObjectStore as _, path::Path};

use super::{Lake, LakeError, SnapshotTable, StagedTable, disk, layout};
use crate::run_id::RunId;

/// The runs that have a folder in staging.
pub(super) async fn staged_runs(lake: &Lake) -> Result<Vec<RunId>, LakeError> {
    let folder = Path::from(layout::STAGING);
    let listing = lake.store().list_with_delimiter(Some(&folder)).await;
    let runs = listing.map_err(|e| LakeError::store("list", &folder, e))?.common_prefixes;
    Ok(runs.iter().filter_map(Path::filename).filter_map(|run| run.parse().ok()).collect())
}

/// Removes everything a run left in staging. Publishes and unpublishes nothing.
///
/// # Errors
/// When the store refuses or fails.
pub(crate) async fn discard(lake: &Lake, run_id: &RunId) -> Result<(), LakeError> {
    discard_folder(lake, &layout::staging_dir(run_id)).await
}

/// Removes a folder of staging with everything in it.
pub(super) async fn discard_folder(lake: &Lake, folder: &Path) -> Result<(), LakeError> {
    if disk::remove_folder(lake.root(), folder).await? {
        return Ok(());
    }
    let files = lake.objects_in(folder).await?;
    lake.remove(files.into_iter().map(|object| object.location).collect()).await
}

/// Removes the tables a run left in staging, not the pages it kept for the next one.
///
/// # Errors
/// When the store refuses or fails.
pub(crate) async fn discard_tables(lake: &Lake, run_id: &RunId) -> Result<(), LakeError> {
    for folder in layout::staging_zones(run_id) {
        discard_folder(lake, &folder).await?;
    }
    Ok(())
}

/// Removes the files of one staged table, which is not going to be published.
///
/// # Errors
/// When the store refuses or fails.
pub(crate) async fn discard_table(lake: &Lake, table: &StagedTable) -> Result<(), LakeError> {
    let SnapshotTable { zone, name, .. } = table.table();
    discard_folder(lake, &layout::staging_table(table.run_id(), *zone, name)).await
}
