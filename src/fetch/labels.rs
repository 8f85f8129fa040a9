//! Labels that came with the pages of a collection, as a table.

use std::sync::Arc;

use arrow::{
    array::{ArrayRef, StringArray},
    record_batch::RecordBatch,
};

use super::job::Job;
use crate::{
    catalog::Table,
    decode::{Label, Labels},
    error::Error,
    lake::{StagedTable, TableWriter, WriterOptions},
};

/// Stages the labels that came with the pages of a collection as its `table` of them.
///
/// # Errors
/// When the lake cannot be written.
pub(super) async fn stage_labels(job: &Job, table: &Table, labels: &Labels) -> Result<StagedTable, Error> {
    let ids: StringArray = labels.0.keys().map(Some).collect();
    let names: StringArray = labels.0.values().map(|Label { name, .. }| name.as_deref()).collect();
    let taxonomies: StringArray = labels.0.values().map(|l| l.taxonomy_id.as_deref()).collect();
    let translations: StringArray = labels.0.values().map(|l| l.t9n.as_deref()).collect();
    let columns: Vec<ArrayRef> = vec![Arc::new(ids), Arc::new(names), Arc::new(taxonomies), Arc::new(translations)];
    let rows = RecordBatch::try_new(table.arrow_schema(), columns)
        .map_err(|_| Error::Bug("labels do not fit their columns".into()))?;
    let mut writer = TableWriter::new(&job.lake, &job.run_id, table, WriterOptions::default())
        .with_provenance(job.provenance.clone());
    if rows.num_rows() > 0 {
        writer.write(&rows).await?;
    }
    Ok(writer.close().await?)
}
