//! From the batches of one resource to the staged files of its tables.

use std::collections::BTreeMap;

use arrow::{array::AsArray as _, record_batch::RecordBatch};
use tokio::sync::mpsc;

use super::job::Job;
use crate::{
    catalog::{Resource, Table},
    decode::{SeenIds, keep, split},
    error::Error,
    lake::{Provenance, StagedTable, TableWriter, WriterOptions},
};

/// The ids of a column that are told to those that are read by them.
#[derive(Debug, Clone)]
pub(super) struct Collecting {
    pub(super) column: String,
    /// Only those of the rows that have one of these values in that column.
    pub(super) only: Option<(String, Vec<String>)>,
    /// Whether there is one for each row: empty where it is null.
    pub(super) with_nulls: bool,
}

/// Ids by the column that they are of.
pub(super) type Collected = BTreeMap<String, Vec<String>>;

/// The writers of one resource's tables.
pub(super) struct Writers<'e> {
    resource: &'e Resource,
    /// The definitions that are wanted, as patterns, where not all are.
    wanted: Option<&'e [String]>,
    collecting: &'e [Collecting],
    writers: Vec<(String, TableWriter)>,
    ids: Collected,
    /// What is written of a table that grows, or that is read by several lists: each record once, whoever has it first.
    merged: Option<SeenIds>,
    rows: u64,
}

impl<'e> Writers<'e> {
    /// Nothing is written before the first rows, or `close`.
    pub(super) fn new(
        job: &Job,
        resource: &'e Resource,
        tables: &[Table],
        wanted: Option<&'e [String]>,
        collecting: &'e [Collecting],
    ) -> Self {
        // What has come together over the days is of none of them.
        let grows = resource.grows.is_some();
        let as_of = job.provenance.as_of.filter(|_| !grows);
        let provenance = Provenance { as_of, ..job.provenance.clone() };
        let writer = |table: &Table| {
            TableWriter::new(&job.lake, &job.run_id, table, WriterOptions::default())
                .with_provenance(provenance.clone())
        };
        let writers = tables.iter().map(|t| (t.name.clone(), writer(t))).collect();
        let ids = collecting.iter().map(|collecting| (collecting.column.clone(), Vec::new())).collect();
        // Whoever moves while lists of ids are read may be in two of them.
        let is_by_lists = resource.route.as_ref().is_some_and(|route| route.required.is_some());
        let merged = (grows || is_by_lists).then(|| SeenIds::new(resource));
        Self { resource, wanted, collecting, writers, ids, merged, rows: 0 }
    }

    /// Writes everything that comes.
    pub(super) async fn write_all(&mut self, mut batches: mpsc::Receiver<RecordBatch>) -> Result<(), Error> {
        while let Some(batch) = batches.recv().await {
            self.take(batch).await?;
        }
        Ok(())
    }

    /// Writes rows, and tells how many were not there.
    pub(super) async fn take(&mut self, batch: RecordBatch) -> Result<u64, Error> {
        self.collect(&batch)?;
        let batch = match (&self.resource.filter, self.wanted) {
            (Some(filter), Some(patterns)) => keep(&batch, &filter.column, patterns)?,
            _ => batch,
        };
        let batch = match &mut self.merged {
            Some(merged) => merged.keep_new(batch, true)?.0,
            None => batch,
        };
        let rows = batch.num_rows() as u64;
        self.rows += rows;
        match &self.resource.split {
            None => self.write(&self.resource.table_name(), &batch).await?,
            Some(second) => {
                let (first_rows, second_rows) = split(&batch, second)?;
                self.write(&self.resource.table_name(), &first_rows).await?;
                self.write(&second.table, &second_rows).await?;
            }
        }
        Ok(rows)
    }

    /// Remembers the ids that others are read by.
    fn collect(&mut self, batch: &RecordBatch) -> Result<(), Error> {
        for Collecting { column, only, with_nulls } in self.collecting {
            let some = only.as_ref().map(|(column, values)| keep(batch, column, values)).transpose()?;
            let ids = some.as_ref().unwrap_or(batch).column_by_name(column).and_then(|c| c.as_string_opt::<i32>());
            let ids = ids.into_iter().flatten();
            let ids = ids.filter(|id| *with_nulls || id.is_some()).map(|id| id.unwrap_or_default().to_owned());
            self.ids.entry(column.clone()).or_default().extend(ids);
        }
        Ok(())
    }

    async fn write(&mut self, table: &str, batch: &RecordBatch) -> Result<(), Error> {
        let writer = self.writers.iter_mut().find(|(name, _)| name == table);
        if let (Some((_, writer)), true) = (writer, batch.num_rows() > 0) {
            writer.write(batch).await?;
        }
        Ok(())
    }

    /// The staged tables, and the ids collected.
    pub(super) async fn close(self) -> Result<(Vec<StagedTable>, Collected), Error> {
        let mut staged = Vec::new();
        for (_, writer) in self.writers {
            staged.push(writer.close().await?);
        }
        Ok((staged, self.ids))
    }

    /// Gives the tables up.
    pub(super) async fn abort(self) {
        for (_, writer) in self.writers {
            writer.abort().await;
        }
    }
}
