//! Sessions for one day after another, over whose small tables a statement is planned once.

use std::{fmt, sync::Arc};

use arrow::array::RecordBatch;
use datafusion::{common::TableReference, error::Result, physical_plan::collect};
use object_store::ObjectStore;

use super::{EngineError, Session, SessionOptions, TableFiles, plans::Plans};

/// Tables of at most so many bytes of Parquet are read and decoded once for all statements about a day. What statements
/// over them cost is planning, not reading.
const SMALL: u64 = 1 << 20;

/// Makes the sessions of a run.
pub(crate) struct DaySessions {
    /// Without a table.
    template: Session,
    plans: Arc<Plans>,
}

impl fmt::Debug for DaySessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DaySessions").finish_non_exhaustive()
    }
}

impl DaySessions {
    /// Over a lake's store.
    ///
    /// # Errors
    /// [`EngineError::Failed`] when the engine cannot be set up.
    pub(crate) fn new(store: Arc<dyn ObjectStore>, options: &SessionOptions) -> std::result::Result<Self, EngineError> {
        Ok(Self { template: Session::new(store, options)?, plans: Arc::default() })
    }

    /// Whether a plan of a statement is kept.
    #[cfg(test)]
    pub(crate) fn keeps(&self, sql: &str) -> bool {
        self.plans.take(sql).map(|plan| self.plans.keep(sql, plan)).is_some()
    }

    /// A session over the tables of one day.
    ///
    /// # Errors
    /// As [`add`].
    pub(crate) async fn open(
        &self,
        tables: impl IntoIterator<Item = TableFiles>,
    ) -> std::result::Result<Session, EngineError> {
        let session = self.template.for_a_day(Arc::clone(&self.plans));
        for table in tables {
            add(&session, table).await?;
        }
        Ok(session)
    }
}

/// Makes a table of one day known to its session: held in memory when it is small.
///
/// # Errors
/// When its files cannot be read, or do not have its columns.
pub(crate) async fn add(session: &Session, table: TableFiles) -> std::result::Result<(), EngineError> {
    session.register(std::slice::from_ref(&table))?;
    let bytes: u64 = table.files.iter().map(|file| file.bytes).sum();
    if bytes > SMALL || session.reused().is_none() {
        return Ok(());
    }
    let batches = read(session, &table).await.map_err(EngineError::running)?;
    session.hold(&table.table, table.as_of, &table.schema, &batches)
}

/// All rows of a table, without `as_of`.
async fn read(session: &Session, table: &TableFiles) -> Result<Vec<RecordBatch>> {
    let columns: Vec<usize> = (0..table.schema.fields().len()).collect();
    let context = session.context();
    let provider = context.table_provider(TableReference::bare(table.table.as_str())).await?;
    let plan = provider.scan(&context.state(), Some(&columns), &[], None).await?;
    collect(plan, context.task_ctx()).await
}
