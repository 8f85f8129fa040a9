//! Rows into a staged table: all of them, or no upload stays open.

use arrow::record_batch::RecordBatch;
use futures::{StreamExt as _, stream::BoxStream};

use crate::{
    catalog::Table,
    engine::EngineError,
    error::Error,
    lake::{Lake, Provenance, StagedTable, TableWriter, WriterOptions},
    run_id::RunId,
};

/// Stages all rows of an answer as one table.
///
/// # Errors
/// The first error of the query; when the lake cannot be written.
pub(super) async fn stage(
    lake: &Lake,
    run_id: &RunId,
    provenance: Provenance,
    table: &Table,
    mut batches: BoxStream<'static, Result<RecordBatch, EngineError>>,
) -> Result<StagedTable, Error> {
    let mut writer = TableWriter::new(lake, run_id, table, WriterOptions::default()).with_provenance(provenance);
    let mut written = Ok(());
    while let (Ok(()), Some(batch)) = (&written, batches.next().await) {
        written = match batch {
            Ok(batch) => writer.write(&batch).await.map_err(Error::from),
            Err(error) => Err(error.into()),
        };
    }
    close(writer, written).await
}

/// Closes a table when everything was written, and gives it up otherwise.
///
/// # Errors
/// What went wrong while it was written; when the lake cannot be written.
pub(super) async fn close(writer: TableWriter, written: Result<(), Error>) -> Result<StagedTable, Error> {
    match written {
        Ok(()) => Ok(writer.close().await?),
        Err(error) => {
            writer.abort().await;
            Err(error)
        }
    }
}
