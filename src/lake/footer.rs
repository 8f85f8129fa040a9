//! What a Parquet file says about itself.

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use arrow::datatypes::{Field, Schema};
use bytes::Bytes;
use futures::{FutureExt, future::BoxFuture};
use object_store::{ObjectStore, ObjectStoreExt, path::Path};
use parquet::{
    arrow::{arrow_reader::ArrowReaderOptions, async_reader::AsyncFileReader, parquet_to_arrow_schema},
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
    let mut file = StoredFile { store: Arc::clone(store), path: path.clone(), bytes };
    let metadata = file.get_metadata(None).await?;
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

/// A Parquet file in a store.
pub(super) struct StoredFile {
    pub(super) store: Arc<dyn ObjectStore>,
    pub(super) path: Path,
    /// How long it is.
    pub(super) bytes: u64,
}

impl AsyncFileReader for StoredFile {
    fn get_bytes(&mut self, range: Range<u64>) -> BoxFuture<'_, Result<Bytes>> {
        async move { self.store.get_range(&self.path, range).await.map_err(|e| ParquetError::External(Box::new(e))) }
            .boxed()
    }

    fn get_metadata<'a>(
        &'a mut self,
        options: Option<&'a ArrowReaderOptions>,
    ) -> BoxFuture<'a, Result<Arc<ParquetMetaData>>> {
        async move {
            let reader = ParquetMetaDataReader::new().with_arrow_reader_options(options);
            let bytes = self.bytes;
            let reader = reader.with_prefetch_hint(Some(PREFETCH_BYTES));
            Ok(Arc::new(reader.load_and_finish(self, bytes).await?))
        }
        .boxed()
    }
}
