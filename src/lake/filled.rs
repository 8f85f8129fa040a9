//! How many rows of a table have a value in each column, from the footers of its files.

use std::collections::BTreeMap;

use object_store::path::Path;

use super::{Lake, LakeError, SnapshotTable, footer, side_by_side::side_by_side};

impl Lake {
    /// Values that are not null, by column; of lists, their elements. A column that some file has no statistics of is
    /// left out. One small request a file.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub(crate) async fn filled(&self, table: &SnapshotTable) -> Result<BTreeMap<String, u64>, LakeError> {
        let one = |(path, bytes): (Path, u64)| async move {
            footer::read(&self.store, &path, bytes).await.map_err(|e| LakeError::read_back(&path, e))
        };
        let files = table.files.iter().map(|f| (Path::from(f.path.as_str()), f.bytes));
        let footers: Vec<footer::Footer> = side_by_side(files, one).await?;
        let mut filled: Option<BTreeMap<String, u64>> = None;
        for footer in footers {
            filled = Some(match filled {
                None => footer.filled,
                Some(before) => before
                    .into_iter()
                    .filter_map(|(column, n)| Some((column.clone(), n + footer.filled.get(&column)?)))
                    .collect(),
            });
        }
        Ok(filled.unwrap_or_default())
    }
}
