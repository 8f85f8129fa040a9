//! A DataFusion session over the files of one or more snapshots.

use std::{collections::BTreeMap, fmt, num::NonZeroUsize, path::PathBuf, sync::Arc, thread::available_parallelism};

use datafusion::{
    common::TableReference,
    execution::{
        SessionStateBuilder,
        disk_manager::{DiskManagerBuilder, DiskManagerMode},
        memory_pool::FairSpillPool,
        object_store::ObjectStoreUrl,
        runtime_env::RuntimeEnvBuilder,
    },
    prelude::{SessionConfig, SessionContext},
};
use object_store::ObjectStore;

use super::{EngineError, TableFiles, provider::SnapshotTable};

/// The URL under which a session knows the lake's store; paths below it are lake-relative.
pub(crate) const STORE_URL: &str = "lake://snapshot";

/// Resources a session may use.
#[derive(Debug, Clone)]
pub struct SessionOptions {
    /// Memory for sorts, joins and aggregations, in bytes; beyond it they spill to disk, or fail where they cannot.
    pub memory_limit_bytes: usize,
    /// Plan fragments that run at the same time; by default the processors available.
    pub target_partitions: Option<NonZeroUsize>,
    /// Where to spill; by default the system's temporary directory.
    pub spill_dir: Option<PathBuf>,
}

impl Default for SessionOptions {
    fn default() -> Self {
        Self { memory_limit_bytes: 1024 * 1024 * 1024, target_partitions: None, spill_dir: None }
    }
}

/// Tables of the lake, ready for SQL.
pub struct Session {
    context: SessionContext,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").finish_non_exhaustive()
    }
}

impl Session {
    /// A session without tables. `store` is rooted at the lake.
    ///
    /// # Errors
    /// [`EngineError::Failed`] when the temporary directory is not usable.
    pub fn new(store: Arc<dyn ObjectStore>, options: &SessionOptions) -> Result<Self, EngineError> {
        let disk_mode = options
            .spill_dir
            .clone()
            .map_or(DiskManagerMode::OsTmpDirectory, |d| DiskManagerMode::Directories(vec![d]));
        let runtime = RuntimeEnvBuilder::new()
            .with_memory_pool(Arc::new(FairSpillPool::new(options.memory_limit_bytes)))
            .with_disk_manager_builder(DiskManagerBuilder::default().with_mode(disk_mode))
            .build_arc()
            .map_err(EngineError::running)?;
        let url = ObjectStoreUrl::parse(STORE_URL).map_err(EngineError::running)?;
        runtime.register_object_store(url.as_ref(), store);

        let partitions =
            options.target_partitions.or_else(|| available_parallelism().ok()).map_or(2, NonZeroUsize::get);
        let config = session_config().with_target_partitions(partitions);
        let state =
            SessionStateBuilder::new().with_config(config).with_runtime_env(runtime).with_default_features().build();
        Ok(Self { context: SessionContext::new_with_state(state) })
    }

    /// Makes tables known by their names; entries of one table are its as-of dates. A table that was known is replaced.
    ///
    /// # Errors
    /// [`EngineError::TableConflict`] when the dates of a table disagree on a column's type.
    pub fn register(&self, tables: &[TableFiles]) -> Result<(), EngineError> {
        let mut by_name: BTreeMap<&str, Vec<&TableFiles>> = BTreeMap::new();
        for table in tables {
            by_name.entry(&table.table).or_default().push(table);
        }
        for (name, dates) in by_name {
            let provider = Arc::new(SnapshotTable::try_new(name, &dates)?);
            // A bare reference, so that no name is ever read as `schema.table`.
            let reference = TableReference::bare(name);
            self.context.deregister_table(reference.clone()).map_err(EngineError::running)?;
            self.context.register_table(reference, provider).map_err(EngineError::running)?;
        }
        Ok(())
    }

    /// Whether a table of this name is registered.
    pub fn has_table(&self, name: &str) -> bool {
        self.context.table_exist(TableReference::bare(name)).unwrap_or(false)
    }

    /// Names of all tables, sorted.
    pub fn table_names(&self) -> Vec<String> {
        let options = self.context.copied_config();
        let catalog = &options.options().catalog;
        let schema = self.context.catalog(&catalog.default_catalog).and_then(|c| c.schema(&catalog.default_schema));
        let mut names = schema.map(|schema| schema.table_names()).unwrap_or_default();
        names.sort();
        names
    }

    /// Removes a table; nothing happens when it is not known.
    pub(crate) fn forget(&self, name: &str) -> Result<(), EngineError> {
        self.context.deregister_table(TableReference::bare(name)).map(|_| ()).map_err(EngineError::running)
    }

    /// The DataFusion context.
    pub(crate) fn context(&self) -> &SessionContext {
        &self.context
    }
}

fn session_config() -> SessionConfig {
    let mut config = SessionConfig::new().with_information_schema(true).with_collect_statistics(true);
    let options = config.options_mut();
    // Results have the types that files and catalogue declare: plain strings, no views.
    options.execution.parquet.schema_force_view_types = false;
    options.sql_parser.map_string_types_to_utf8view = false;
    // So that errors say where in the statement.
    options.sql_parser.collect_spans = true;
    options.execution.time_zone = Some("UTC".to_owned());
    config
}
