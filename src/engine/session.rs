//! A DataFusion session over the files of one or more snapshots.

use std::{collections::BTreeMap, fmt, num::NonZeroUsize, path::PathBuf, sync::Arc, thread::available_parallelism};

use arrow::{array::RecordBatch, datatypes::SchemaRef};
use chrono::NaiveDate;
use datafusion::{
    catalog::TableProvider,
    common::TableReference,
    datasource::MemTable,
    execution::{
        SessionStateBuilder,
        disk_manager::DiskManagerBuilder,
        memory_pool::{FairSpillPool, MemoryConsumer, MemoryPool, MemoryReservation},
        object_store::ObjectStoreUrl,
        runtime_env::RuntimeEnvBuilder,
    },
    physical_optimizer::PhysicalOptimizerRule,
    prelude::{SessionConfig, SessionContext},
};
use futures::FutureExt as _;
use object_store::{ObjectStore, memory::InMemory};

use super::{
    EngineError, TableFiles, countries, functions, held, json_functions,
    known::Known,
    own_texts,
    plans::Plans,
    provider::FileTable,
    reused::{self, Reused},
    segmented_window,
    spill::SpillFolder,
    store::{STORE_URL, WholeRanges},
    turned_joins,
};
use crate::catalog::Table;

/// Memory for which it is worth running one more plan fragment at the same time: sorts that run side by side leave little
/// for whoever merges them, which cannot spill.
const MEMORY_OF_A_FRAGMENT: usize = 512 << 20;

/// Sorts of one plan fragment that are thought to hold rows at the same time. What they keep for merging nobody else can use,
/// so that much of it for each is little for the others.
const SORTS_AT_ONCE: usize = 8;

/// Bytes that are sorted as one piece. Merging many small pieces takes memory that nobody set aside; of a large one, columns of
/// string views count as many times as it has batches.
const SORTED_AS_ONE: usize = 4 << 20;

/// Resources a session may use.
#[derive(Debug, Clone)]
pub struct SessionOptions {
    /// Memory for sorts, joins and aggregations, in bytes; beyond it they spill to disk, or fail where they cannot.
    pub memory_limit_bytes: usize,
    /// Plan fragments that run at the same time; by default as many as there are processors and memory for.
    pub target_partitions: Option<NonZeroUsize>,
    /// Folder in which a private one is made for what is spilled; by default the system's temporary folder.
    pub temp_dir: Option<PathBuf>,
}

impl Default for SessionOptions {
    fn default() -> Self {
        Self { memory_limit_bytes: 1024 * 1024 * 1024, target_partitions: None, temp_dir: None }
    }
}

/// Tables of the lake, ready for SQL. Its clones share them.
#[derive(Clone)]
pub struct Session {
    context: SessionContext,
    memory_limit_bytes: usize,
    /// What it shares with those of other days.
    reused: Option<Arc<Reused>>,
    /// Memory of others that it has, given back when nobody uses it any more.
    set_aside: Option<Arc<MemoryReservation>>,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let has_own = self.set_aside.is_some();
        f.debug_struct("Session").field("has_memory_of_its_own", &has_own).finish_non_exhaustive()
    }
}

impl Session {
    /// A session without tables. `store` is rooted at the lake.
    ///
    /// # Errors
    /// [`EngineError::Failed`] when the engine cannot be set up.
    pub(crate) fn new(store: Arc<dyn ObjectStore>, options: &SessionOptions) -> Result<Self, EngineError> {
        let spilled = Arc::new(SpillFolder::new(options.temp_dir.as_deref()));
        let runtime = RuntimeEnvBuilder::new()
            // Fair, not first come first served: whoever can spill gets an equal share and spills beyond it, which leaves
            // room for those who cannot, such as the built side of a join.
            .with_memory_pool(Arc::new(FairSpillPool::new(options.memory_limit_bytes)))
            .with_disk_manager_builder(DiskManagerBuilder::default().with_temp_file_factory(spilled))
            .build_arc()
            .map_err(EngineError::running)?;
        let url = ObjectStoreUrl::parse(STORE_URL).map_err(EngineError::running)?;
        runtime.register_object_store(url.as_ref(), Arc::new(WholeRanges::new(store)));

        let processors = available_parallelism().map_or(2, NonZeroUsize::get);
        let affordable = (options.memory_limit_bytes / MEMORY_OF_A_FRAGMENT).max(1);
        let partitions = options.target_partitions.map_or(processors.min(affordable), NonZeroUsize::get);
        let mut config = session_config().with_target_partitions(partitions);
        let execution = &mut config.options_mut().execution;
        execution.sort_in_place_threshold_bytes = SORTED_AS_ONE;
        // What each sort keeps for merging those pieces, and what it spilled.
        let fragments = partitions * queries_at_once(options.memory_limit_bytes);
        execution.sort_spill_reservation_bytes = options.memory_limit_bytes / fragments / SORTS_AT_ONCE;
        let state = SessionStateBuilder::new()
            .with_config(config)
            .with_runtime_env(runtime)
            .with_default_features()
            .with_physical_optimizer_rules(physical_optimizer_rules())
            .build();
        Ok(Self {
            context: SessionContext::new_with_state(state),
            memory_limit_bytes: options.memory_limit_bytes,
            reused: None,
            set_aside: None,
        })
    }

    /// A session without tables for one more day, which shares memory and `plans` with those of other days.
    pub(super) fn for_a_day(&self, plans: Arc<Plans>) -> Self {
        let context = reused::without_tables(&self.context);
        let reused = Arc::new(Reused::new(&context, plans, self.memory_limit_bytes));
        Self { context, memory_limit_bytes: self.memory_limit_bytes, reused: Some(reused), set_aside: None }
    }

    /// What it shares with those of other days.
    pub(super) fn reused(&self) -> Option<&Reused> {
        self.reused.as_deref()
    }

    /// Queries that may run at the same time: as many as there are processors and memory for.
    pub(crate) fn queries_at_once(&self) -> usize {
        queries_at_once(self.memory_limit_bytes)
    }

    /// Whether a table is held in memory.
    pub(crate) fn holds(&self, name: &str) -> bool {
        self.reused.as_ref().is_some_and(|reused| reused.held.schema(name).is_some())
    }

    /// The same tables with memory of its own, at most `bytes` and a quarter of what there is, which others cannot use meanwhile;
    /// where they have it already, it is shared. There is one plan fragment, so that rows that nobody sorts come in the order of
    /// their files.
    ///
    /// # Errors
    /// [`EngineError::Failed`] when the engine cannot be set up.
    pub(crate) fn with_memory(&self, bytes: usize) -> Result<Self, EngineError> {
        let shared = Arc::clone(&self.context.runtime_env().memory_pool);
        let own = bytes.min(self.memory_limit_bytes / 4);
        let set_aside = MemoryConsumer::new("memory that others cannot use").register(&shared);
        let is_own = set_aside.try_grow(own).is_ok();
        let limit = if is_own { own } else { self.memory_limit_bytes };
        let pool: Arc<dyn MemoryPool> = if is_own { Arc::new(FairSpillPool::new(own)) } else { shared };
        let runtime = RuntimeEnvBuilder::from_runtime_env(&self.context.runtime_env())
            .with_memory_pool(pool)
            .build_arc()
            .map_err(EngineError::running)?;
        // A default catalogue of its own would take the place of the one that has the tables.
        let config = self.context.copied_config().with_create_default_catalog_and_schema(false);
        let mut config = config.with_target_partitions(1);
        config.options_mut().execution.sort_spill_reservation_bytes = limit / SORTS_AT_ONCE;
        let state = SessionStateBuilder::new_from_existing(self.context.state());
        let state = state.with_config(config).with_runtime_env(runtime).build();
        Ok(Self {
            context: SessionContext::new_with_state(state),
            memory_limit_bytes: limit,
            reused: self.reused.clone(),
            set_aside: Some(Arc::new(set_aside)),
        })
    }

    /// A session over the files of some tables. `store` is rooted at the lake.
    ///
    /// # Errors
    /// As `Session::new` and `Session::register`.
    pub fn over(
        store: Arc<dyn ObjectStore>,
        options: &SessionOptions,
        tables: impl IntoIterator<Item = TableFiles>,
    ) -> Result<Self, EngineError> {
        let session = Self::new(store, options)?;
        session.register(&tables.into_iter().collect::<Vec<_>>())?;
        Ok(session)
    }

    /// A session over declared tables without a row: to plan statements by the catalogue alone.
    ///
    /// # Errors
    /// As [`Session::over`].
    pub(crate) fn of_declared<'t>(tables: impl IntoIterator<Item = &'t Table>) -> Result<Self, EngineError> {
        let as_of = NaiveDate::default();
        let tables = tables.into_iter();
        let files =
            tables.map(|t| TableFiles { table: t.name.clone(), as_of, schema: t.arrow_schema(), files: Vec::new() });
        Self::over(Arc::new(InMemory::new()), &SessionOptions::default(), files)
    }

    /// Makes tables known by their names; entries of one table are its as-of dates. A table that was known is replaced.
    ///
    /// # Errors
    /// [`EngineError::TableConflict`] when the dates of a table disagree on a column's type.
    pub(crate) fn register(&self, tables: &[TableFiles]) -> Result<(), EngineError> {
        let mut by_name: BTreeMap<&str, Vec<&TableFiles>> = BTreeMap::new();
        for table in tables {
            by_name.entry(&table.table).or_default().push(table);
        }
        for (name, dates) in by_name {
            let provider = Arc::new(FileTable::try_new(name, &dates)?);
            self.know(name, provider)?;
        }
        Ok(())
    }

    /// Makes a table known that has no files: batches of `schema`, the rows of `as_of`.
    ///
    /// # Errors
    /// [`EngineError::Failed`] when the batches do not have these columns.
    pub(crate) fn register_rows(
        &self,
        name: &str,
        as_of: NaiveDate,
        schema: &SchemaRef,
        batches: &[RecordBatch],
    ) -> Result<(), EngineError> {
        let table =
            held::with_day(as_of, schema, batches).and_then(|(schema, rows)| MemTable::try_new(schema, vec![rows]));
        self.know(name, Arc::new(table.map_err(EngineError::running)?))
    }

    /// Makes a table known that is held in memory, if there is memory for it: batches of `schema`, the rows of `as_of`.
    ///
    /// # Errors
    /// [`EngineError::Failed`] when the batches do not have these columns.
    pub(crate) fn hold(
        &self,
        name: &str,
        as_of: NaiveDate,
        schema: &SchemaRef,
        batches: &[RecordBatch],
    ) -> Result<(), EngineError> {
        let Some(reused) = &self.reused else { return Ok(()) };
        match reused.held.hold(name, as_of, schema, batches).map_err(EngineError::running)? {
            Some(table) => self.know_held(name, Arc::new(table)),
            None => Ok(()),
        }
    }

    fn know(&self, name: &str, table: Arc<dyn TableProvider>) -> Result<(), EngineError> {
        self.forget(name)?;
        self.know_held(name, table)
    }

    fn know_held(&self, name: &str, table: Arc<dyn TableProvider>) -> Result<(), EngineError> {
        // A bare reference, so that no name is ever read as `schema.table`.
        let reference = TableReference::bare(name);
        self.context.deregister_table(reference.clone()).map_err(EngineError::running)?;
        self.context.register_table(reference, table).map(|_| ()).map_err(EngineError::running)
    }

    /// Whether a table of this name is registered.
    pub(crate) fn has_table(&self, name: &str) -> bool {
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

    /// Gives the session the functions that `query` has beside DataFusion's own.
    pub(crate) fn give_functions(&self) {
        functions::give(&self.context);
    }

    /// Gives the session the functions of mapping queries: over JSON texts, and for countries.
    pub(crate) fn give_json_functions(&self) {
        json_functions::give(&self.context);
        countries::give(&self.context);
        countries::give(&self.context);
    }

    /// The names that the session knows.
    pub(super) fn known(&self) -> Known {
        let columns = |table: &String| {
            // Tables in memory are there at once.
            let found = self.context.table_provider(TableReference::bare(table.as_str())).now_or_never();
            let fields = found.and_then(Result::ok).map(|table| table.schema().fields().clone());
            fields.iter().flatten().map(|field| field.name().clone()).collect()
        };
        let tables = self.table_names().into_iter().map(|table| (table.clone(), columns(&table))).collect();
        let state = self.context.state();
        let functions = state.scalar_functions().keys().chain(state.aggregate_functions().keys());
        let functions = functions.chain(state.window_functions().keys()).cloned().collect();
        Known { tables, functions }
    }

    /// Removes a table; nothing happens when it is not known.
    pub(crate) fn forget(&self, name: &str) -> Result<(), EngineError> {
        self.reused.iter().for_each(|reused| reused.held.forget(name));
        self.context.deregister_table(TableReference::bare(name)).map(|_| ()).map_err(EngineError::running)
    }

    /// Names of the functions that statements may call, sorted.
    pub(crate) fn function_names(&self) -> Vec<String> {
        let state = self.context.state();
        let scalar = state.scalar_functions().keys();
        let mut names: Vec<String> =
            scalar.chain(state.aggregate_functions().keys()).chain(state.window_functions().keys()).cloned().collect();
        names.sort();
        names.dedup();
        names
    }

    /// The DataFusion context.
    pub(crate) fn context(&self) -> &SessionContext {
        &self.context
    }
}

/// DataFusion's rules, and ours.
fn physical_optimizer_rules() -> Vec<Arc<dyn PhysicalOptimizerRule + Send + Sync>> {
    own_texts::added_to(turned_joins::added_to(segmented_window::physical_optimizer_rules()))
}

fn queries_at_once(memory_limit_bytes: usize) -> usize {
    let processors = available_parallelism().map_or(1, NonZeroUsize::get);
    processors.min(memory_limit_bytes / MEMORY_OF_A_FRAGMENT).max(1)
}

fn session_config() -> SessionConfig {
    let mut config = SessionConfig::new().with_information_schema(true).with_collect_statistics(true);
    let options = config.options_mut();
    // Texts are string views, whether they are read or made.
    options.sql_parser.map_string_types_to_utf8view = true;
    // So that errors say where in the statement.
    options.sql_parser.collect_spans = true;
    // ORDER BY of a subquery is what a LIMIT around it goes by.
    options.sql_parser.enable_subquery_sort_elimination = false;
    options.execution.time_zone = Some("UTC".to_owned());
    config
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::testing::empty_session;

    #[test]
    fn memory_of_its_own_is_taken_from_others_and_given_back() {
        let session = empty_session();
        let used = || session.context.runtime_env().memory_pool.reserved();
        let own = session.with_memory(usize::MAX).unwrap();
        assert_eq!((own.memory_limit_bytes, used()), (256 << 20, 256 << 20));
        let more = own.clone();
        drop(own);
        assert_eq!(used(), 256 << 20);
        drop(more);
        let little = session.with_memory(1 << 20).unwrap();
        assert_eq!((little.memory_limit_bytes, used()), (1 << 20, 1 << 20));
        drop(little);
        assert_eq!(used(), 0);
        // Where others have all of it, it is shared.
        let others = MemoryConsumer::new("others").register(&session.context.runtime_env().memory_pool);
        others.try_grow(session.memory_limit_bytes).unwrap();
        let shared = session.with_memory(1 << 20).unwrap();
        assert_eq!(shared.memory_limit_bytes, session.memory_limit_bytes);
        assert!(Arc::ptr_eq(&shared.context.runtime_env().memory_pool, &session.context.runtime_env().memory_pool));
    }
}
