//! From the batches of one resource to the staged files of its tables.

use arrow::{array::StringArray, record_batch::RecordBatch};
use tokio::sync::mpsc;

use super::job::Job;
use crate::{
    catalog::{Resource, Table},
    decode::{keep, split},
    error::Error,
    lake::{StagedTable, TableWriter, WriterOptions},
};

/// Which ids of a resource are told to those that are read by them.
#[derive(Debug, Clone, Default)]
pub(super) enum Collected {
    /// None: nobody asks.
    #[default]
    None,
    /// All of them.
    All,
    /// Those of the rows that have one of these values in that column.
    Only(String, Vec<String>),
}

/// The writers of one resource's tables.
pub(super) struct Writers<'e> {
    resource: &'e Resource,
    /// The definitions that are wanted, as patterns, where not all are.
    wanted: Option<&'e [String]>,
    collected: &'e Collected,
    writers: Vec<(String, TableWriter)>,
    ids: Vec<String>,
}

impl<'e> Writers<'e> {
    /// Nothing is written before the first rows, or `close`.
    pub(super) fn new(
        job: &Job,
        resource: &'e Resource,
        tables: &[Table],
        wanted: Option<&'e [String]>,
        collected: &'e Collected,
    ) -> Self {
        let writer = |table: &Table| {
            TableWriter::new(&job.lake, &job.run_id, table, WriterOptions::default())
                .with_provenance(job.provenance.clone())
        };
        let writers = tables.iter().map(|t| (t.name.clone(), writer(t))).collect();
        Self { resource, wanted, collected, writers, ids: Vec::new() }
    }

    /// Writes everything that comes.
    pub(super) async fn write_all(&mut self, mut batches: mpsc::Receiver<RecordBatch>) -> Result<(), Error> {
        while let Some(batch) = batches.recv().await {
            self.collect(&batch)?;
            let batch = match (&self.resource.filter, self.wanted) {
                (Some(filter), Some(patterns)) => keep(&batch, &filter.column, patterns)?,
                _ => batch,
            };
            let Some(second) = &self.resource.split else {
                self.write(&self.resource.table_name(), &batch).await?;
                continue;
            };
            let (first_rows, second_rows) = split(&batch, second)?;
            self.write(&self.resource.table_name(), &first_rows).await?;
            self.write(&second.table, &second_rows).await?;
        }
        Ok(())
    }

    /// Remembers the ids that others are read by.
    fn collect(&mut self, batch: &RecordBatch) -> Result<(), Error> {
        let some = match self.collected {
            Collected::None => return Ok(()),
            Collected::All => None,
            Collected::Only(column, values) => Some(keep(batch, column, values)?),
        };
        let ids = some.as_ref().unwrap_or(batch).columns().first();
        let ids = ids.and_then(|c| c.as_any().downcast_ref::<StringArray>());
        self.ids.extend(ids.into_iter().flatten().flatten().map(str::to_owned));
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
    pub(super) async fn close(self) -> Result<(Vec<StagedTable>, Vec<String>), Error> {
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
