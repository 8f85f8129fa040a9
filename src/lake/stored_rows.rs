//! The rows of a published table as they are, without SQL: for whoever writes them again.

use arrow::record_batch::RecordBatch;
use futures::{StreamExt as _, TryStreamExt as _, stream::BoxStream};
use object_store::path::Path;
use parquet::{
    arrow::{ProjectionMask, async_reader::ParquetRecordBatchStreamBuilder},
    errors::ParquetError,
};

use super::{DataFile, Lake, LakeError, SnapshotTable, footer::StoredFile};

/// Which columns and how many rows at once.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rowwise<'a> {
    /// The names of the columns that are wanted, of those that the files have; `None` for all.
    pub(crate) columns: Option<&'a [&'a str]>,
    /// Rows of one batch, at most.
    pub(crate) batch_rows: usize,
}

impl Lake {
    /// The rows of a table, file after file, in the files' order of rows and columns. Memory: a row group of one file.
    ///
    /// # Errors
    /// The stream's: when a file cannot be read, or has not the rows that its manifest counts.
    pub(crate) fn stored_rows<'t>(
        &'t self,
        table: &'t SnapshotTable,
        how: Rowwise<'t>,
    ) -> BoxStream<'t, Result<RecordBatch, LakeError>> {
        let one = move |file: &'t DataFile| async move { self.rows_of(file, how).await };
        futures::stream::iter(&table.files).then(one).try_flatten().boxed()
    }

    async fn rows_of<'t>(
        &'t self,
        file: &'t DataFile,
        how: Rowwise<'t>,
    ) -> Result<BoxStream<'t, Result<RecordBatch, LakeError>>, LakeError> {
        let path = Path::from(file.path.as_str());
        let failed = |error: ParquetError| LakeError::read_back(&file.path, error);
        let reader = StoredFile { store: self.store(), path, bytes: file.bytes };
        let builder = ParquetRecordBatchStreamBuilder::new(reader).await.map_err(failed)?;
        let counted = builder.metadata().file_metadata().num_rows();
        if u64::try_from(counted).ok() != Some(file.rows) {
            let reason = format!("its manifest counts {} rows, its footer {counted}", file.rows);
            return Err(LakeError::Damaged { path: file.path.clone(), reason });
        }
        let columns = builder.parquet_schema();
        let mask = match how.columns {
            None => ProjectionMask::all(),
            Some(names) => {
                let fields = columns.root_schema().get_fields().iter().enumerate();
                let wanted = fields.filter(|(_, field)| names.contains(&field.name()));
                ProjectionMask::roots(columns, wanted.map(|(index, _)| index).collect::<Vec<_>>())
            }
        };
        let stream = builder.with_projection(mask).with_batch_size(how.batch_rows.max(1)).build().map_err(failed)?;
        Ok(stream.map_err(failed).boxed())
    }
}
