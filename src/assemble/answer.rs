//! The answer of a query, row by row.

use arrow::{
    array::{Array as _, AsArray as _, StringArray},
    record_batch::RecordBatch,
};
use futures::StreamExt as _;

use crate::{
    engine::{Rows, Session, prepared},
    error::Error,
};

/// Runs a statement.
pub(super) async fn run(session: &Session, sql: &str) -> Result<Rows, Error> {
    Ok(prepared::rows(session, sql).await?)
}

/// One row of an answer.
#[derive(Clone, Copy)]
pub(super) struct Row<'b> {
    pub(super) batch: &'b RecordBatch,
    pub(super) index: usize,
}

impl<'b> Row<'b> {
    pub(super) fn text(&self, column: usize) -> Option<&'b str> {
        let texts: &StringArray = self.batch.columns().get(column)?.as_string_opt()?;
        texts.is_valid(self.index).then(|| texts.value(self.index))
    }
}

/// Does something with each row of an answer.
pub(super) async fn for_each(rows: Rows, mut each: impl FnMut(Row<'_>)) -> Result<(), Error> {
    let mut batches = rows.into_stream();
    while let Some(batch) = batches.next().await {
        let batch = batch?;
        (0..batch.num_rows()).for_each(|index| each(Row { batch: &batch, index }));
    }
    Ok(())
}
