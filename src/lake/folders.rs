//! What lies in the folders of tables, whether or not a manifest names it.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use object_store::{ObjectStore as _, path::Path};

use super::{Lake, LakeError, layout, side_by_side::side_by_side};
use crate::catalog::{Zone, is_name};

/// Every object in the folders of `as_of` of every table, whether or not a manifest knows the table: a run may have
/// crashed before its first manifest.
pub(super) async fn data_files(lake: &Lake, as_of: NaiveDate) -> Result<Vec<Path>, LakeError> {
    let tables = tables_found(lake).await?;
    let folders = tables.into_iter().map(|(zone, table)| layout::data_dir(zone, &table, as_of));
    let listings = side_by_side(folders, async |folder| lake.objects_in(&folder).await).await?;
    Ok(listings.into_iter().flatten().map(|object| object.location).collect())
}

/// Every table that has a folder.
pub(super) async fn tables_found(lake: &Lake) -> Result<Vec<(Zone, String)>, LakeError> {
    let mut found = Vec::new();
    for zone in Zone::ALL {
        let folder = layout::zone_dir(zone);
        let tables = lake.store.list_with_delimiter(Some(&folder)).await;
        let tables = tables.map_err(|e| LakeError::store("list", &folder, e))?.common_prefixes;
        let names = tables.iter().filter_map(Path::filename).filter(|name| is_name(name));
        found.extend(names.map(|name| (zone, name.to_owned())));
    }
    Ok(found)
}

impl Lake {
    /// When the runs began that wrote the files of `as_of`, whether or not a manifest names them. Names that do not tell are
    /// left out.
    ///
    /// # Errors
    /// When the store refuses or fails.
    pub(crate) async fn written_at(&self, as_of: NaiveDate) -> Result<Vec<DateTime<Utc>>, LakeError> {
        let files = data_files(self, as_of).await?;
        Ok(files.iter().filter_map(|path| layout::run_of(path.filename()?)?.began_at()).collect())
    }

    /// The tables that have files of `as_of`, whether or not a manifest names them.
    ///
    /// # Errors
    /// When the store refuses or fails.
    pub(crate) async fn tables_with_files(&self, as_of: NaiveDate) -> Result<BTreeSet<String>, LakeError> {
        let files = data_files(self, as_of).await?;
        Ok(files.iter().filter_map(|path| path.parts().nth(1)).map(|table| table.as_ref().to_owned()).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_named_by_when_they_began() {
        let begun = Some("2026-11-27T22:01:33Z".parse().unwrap());
        for name in ["20261127T220133Z-ab12cd34-0000.parquet", "20261127T220133Z-ab12cd34.20260131-0000.parquet"] {
            assert_eq!(layout::run_of(name).and_then(|run| run.began_at()), begun, "{name}");
        }
        for name in ["older-0000.parquet", "20261127-0000.parquet", "x"] {
            assert_eq!(layout::run_of(name).and_then(|run| run.began_at()), None, "{name}");
        }
    }
}
