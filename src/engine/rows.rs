//! The result of a query: a schema and a stream of record batches.

use std::{fmt, panic::AssertUnwindSafe};

use arrow::{
    array::{RecordBatch, RecordBatchOptions},
    datatypes::SchemaRef,
    error::ArrowError,
};
use datafusion::execution::SendableRecordBatchStream;
use futures::{
    StreamExt, TryStreamExt,
    future::ready,
    stream::{BoxStream, once},
};

use super::{EngineError, headings};

/// Rows on their way: nothing is read before the stream is polled, and memory holds a few batches at a time.
pub struct Rows {
    schema: SchemaRef,
    stream: BoxStream<'static, Result<RecordBatch, EngineError>>,
    explain: bool,
    title: Option<String>,
}

impl fmt::Debug for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rows").field("schema", &self.schema).finish_non_exhaustive()
    }
}

impl Rows {
    /// Rows from a stream whose batches all have `schema`.
    pub(crate) fn new(schema: SchemaRef, stream: BoxStream<'static, Result<RecordBatch, EngineError>>) -> Self {
        Self { schema, stream, explain: false, title: None }
    }

    /// The running plan's rows; a panic inside it becomes an error.
    pub(crate) fn of_plan(plan: SendableRecordBatchStream) -> Self {
        let schema = plan.schema();
        let stream = AssertUnwindSafe(plan)
            .catch_unwind()
            .map(|item| match item {
                Ok(batch) => batch.map_err(EngineError::running),
                Err(payload) => Err(EngineError::panicked(&*payload)),
            })
            .boxed();
        Self { schema, stream, explain: false, title: None }
    }

    /// The same rows with each batch changed by `f`, which gives batches of `schema`.
    pub(crate) fn try_map<F>(self, schema: SchemaRef, f: F) -> Self
    where
        F: FnMut(Result<RecordBatch, EngineError>) -> Result<RecordBatch, EngineError> + Send + 'static,
    {
        Self { schema, stream: self.stream.map(f).boxed(), explain: self.explain, title: self.title }
    }

    /// The same rows; `done` is called once all of them were taken, and not after an error.
    pub(crate) fn and_then<F>(self, done: F) -> Self
    where
        F: FnOnce() + Send + 'static,
    {
        let mut done = Some(done);
        let told = move |item: Option<Result<RecordBatch, EngineError>>| {
            match &item {
                Some(Ok(_)) => {}
                Some(Err(_)) => done = None,
                None => done.take().into_iter().for_each(|done| done()),
            }
            ready(item)
        };
        let stream = self.stream.map(Some).chain(once(ready(None))).filter_map(told).boxed();
        Self { stream, ..self }
    }

    /// The same rows, known to be the text of a plan.
    pub(crate) fn that_explain(self) -> Self {
        Self { explain: true, ..self }
    }

    /// Whether these are the text of a plan, as EXPLAIN gives it.
    pub(crate) fn explain(&self) -> bool {
        self.explain
    }

    /// The same rows below other headings, as many as there are columns.
    pub(crate) fn headed(self, headings: &[String]) -> Self {
        let schema = headings::head(&self.schema, headings);
        let target = SchemaRef::clone(&schema);
        self.try_map(schema, move |batch| {
            let batch = batch?;
            let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
            let headed =
                RecordBatch::try_new_with_options(SchemaRef::clone(&target), batch.columns().to_vec(), &options);
            headed.map_err(|error| EngineError::Internal { message: error.to_string() })
        })
    }

    /// Only these columns of the rows, by their places.
    ///
    /// # Errors
    /// When there is no such column.
    pub(crate) fn only(self, places: &[usize]) -> Result<Self, EngineError> {
        let failed = |error: ArrowError| EngineError::Internal { message: error.to_string() };
        let schema = SchemaRef::new(self.schema.project(places).map_err(failed)?);
        let places = places.to_vec();
        Ok(self.try_map(schema, move |batch| batch?.project(&places).map_err(failed)))
    }

    /// The same rows, called so where a format has a place for it.
    pub(crate) fn titled(self, title: Option<String>) -> Self {
        Self { title, ..self }
    }

    /// What they are called.
    pub(crate) fn title(&self) -> Option<&str> {
        self.title.as_deref()
    }

    /// Columns of every batch.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// The batches, ending after the first error.
    pub fn into_stream(self) -> BoxStream<'static, Result<RecordBatch, EngineError>> {
        let mut failed = false;
        self.stream
            .take_while(move |item| {
                let go_on = !failed;
                failed = item.is_err();
                ready(go_on)
            })
            .boxed()
    }

    /// All batches at once: for results known to be small.
    ///
    /// # Errors
    /// The first error of the stream.
    pub async fn collect(self) -> Result<Vec<RecordBatch>, EngineError> {
        self.into_stream().try_collect().await
    }
}
