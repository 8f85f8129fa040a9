//! What a Parquet file says about itself.

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use arrow::datatypes::{Field, Schema};
use bytes::Bytes;
use futures::{FutureExt, future::BoxFuture};
use object_store::{ObjectStore, ObjectStoreExt, path::Path};
use parquet::{
    arrow::{async_reader::MetadataFetch, parquet_to_arrow_schema},
    errors::{ParquetError, Result},
    file::metadata::{ParquetMetaData, ParquetMetaDataReader},
};

/// One request is enough for the footer of nearly every file of the lake.
const PREFETCH_BYTES: usize = 64 << 10;

/// Rows and columns of a Parquet file, from its footer.
pub(super) struct Footer {
    pub(super) rows: u64,
    pub(super) schema: Schema,
    /// Values that are not null, by column; of lists, their elements. Columns without statistics are left out.
    pub(super) filled: BTreeMap<String, u64>,
}

/// Reads the footer of the file at `path`, which is `bytes` long.
pub(super) async fn read(store: &Arc<dyn ObjectStore>, path: &Path, bytes: u64) -> Result<Footer> {
    let fetch = Fetch { store: Arc::clone(store), path: path.clone() };
    let reader = ParquetMetaDataReader::new().with_prefetch_hint(Some(PREFETCH_BYTES));
    let metadata = reader.load_and_finish(fetch, bytes).await?;
    let file = metadata.file_metadata();
    let rows = u64::try_from(file.num_rows())
        .map_err(|_| ParquetError::General(format!("the footer counts {} rows", file.num_rows())))?;
    Ok(Footer { rows, schema: parquet_to_arrow_schema(file.schema_descr(), None)?, filled: filled(&metadata) })
}

fn filled(metadata: &ParquetMetaData) -> BTreeMap<String, u64> {
    let columns = metadata.file_metadata().schema_descr().columns();
    let mut filled: BTreeMap<String, u64> =
        columns.iter().filter_map(|c| Some((c.path().parts().first()?.clone(), 0))).collect();
    for chunk in metadata.row_groups().iter().flat_map(|group| group.columns()) {
        let Some(column) = chunk.column_path().parts().first() else { continue };
        let values = u64::try_from(chunk.num_values()).unwrap_or(0);
        match chunk.statistics().and_then(|s| s.null_count_opt()) {
            Some(nulls) => *filled.entry(column.clone()).or_default() += values.saturating_sub(nulls),
            None => drop(filled.remove(column)),
        }
    }
    filled
}

/// The first difference between two schemas in names, order, types or nullability.
pub(super) fn difference(expected: &Schema, found: &Schema) -> Option<String> {
    let (expected, found) = (expected.fields(), found.fields());
    for (position, (want, have)) in expected.iter().zip(found.iter()).enumerate() {
        if (want.name(), want.data_type(), want.is_nullable()) != (have.name(), have.data_type(), have.is_nullable()) {
            return Some(format!("column {position} should be {}, is {}", describe(want), describe(have)));
        }
    }
    (expected.len() != found.len()).then(|| format!("{} columns expected, {} found", expected.len(), found.len()))
}

fn describe(field: &Field) -> String {
    format!("{} {}{}", field.name(), field.data_type(), if field.is_nullable() { "" } else { " not null" })
}

struct Fetch {
    store: Arc<dyn ObjectStore>,
    path: Path,
}

impl MetadataFetch for Fetch {
    fn fetch(&mut self, range: Range<u64>) -> BoxFuture<'_, Result<Bytes>> {
        async move { self.store.get_range(&self.path, range).await.map_err(|e| ParquetError::External(Box::new(e))) }
            .boxed()
    }
}
