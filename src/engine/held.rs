//! Small tables, held in memory: read and decoded once for all statements about a day.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, Weak},
};

use arrow::{
    array::{Date32Array, RecordBatch},
    compute::cast,
    datatypes::{Date32Type, Schema, SchemaRef},
};
use async_trait::async_trait;
use chrono::NaiveDate;
use datafusion::{
    catalog::{Session as CatalogSession, memory::MemorySourceConfig},
    common::{internal_err, project_schema, tree_node::TreeNodeRecursion},
    datasource::{TableProvider, TableType},
    error::Result,
    execution::{
        SendableRecordBatchStream, TaskContext,
        memory_pool::{MemoryConsumer, MemoryPool, MemoryReservation},
    },
    logical_expr::Expr,
    physical_expr::EquivalenceProperties,
    physical_plan::{
        ChildrenPropertiesMode, DisplayAs, DisplayFormatType, ExecutionPlan, Partitioning, PhysicalExpr,
        PlanProperties, ReplaceChildrenOptions,
        execution_plan::{Boundedness, EmissionType},
        memory::MemoryStream,
    },
};

use super::{columns, own_texts, provider::as_of_field};

/// Of the memory that statements may use, the share that tables may be held in: one part of so many.
const SHARE: usize = 8;

/// A table in memory; its last column is `as_of`.
#[derive(Debug)]
pub(super) struct Held {
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
    /// Given back when the table is forgotten and nobody reads it any more.
    memory: MemoryReservation,
}

/// The tables of one day that are held in memory.
#[derive(Debug)]
pub(super) struct HeldTables {
    tables: RwLock<BTreeMap<String, Arc<Held>>>,
    pool: Arc<dyn MemoryPool>,
    /// Most bytes of all of them.
    limit: usize,
}

impl HeldTables {
    /// None yet. They count as used memory of `pool`, which has `memory_limit` bytes.
    pub(super) fn new(pool: Arc<dyn MemoryPool>, memory_limit: usize) -> Self {
        Self { tables: RwLock::default(), pool, limit: memory_limit / SHARE }
    }

    /// Holds a table: batches of `schema`, to which `as_of` is added. Nothing happens, and `None` is given, when there is no
    /// memory for it.
    pub(super) fn hold(
        &self,
        name: &str,
        as_of: NaiveDate,
        schema: &Schema,
        batches: &[RecordBatch],
    ) -> Result<Option<HeldTable>> {
        self.forget(name);
        let held: usize = self.read().values().map(|table| table.memory.size()).sum();
        let (schema, batches) = with_day(as_of, schema, batches)?;
        let bytes = batches.iter().map(RecordBatch::get_array_memory_size).sum();
        let memory = MemoryConsumer::new("tables held in memory").register(&self.pool);
        if held.saturating_add(bytes) > self.limit || memory.try_grow(bytes).is_err() {
            return Ok(None);
        }
        let table = Arc::new(Held { schema: Arc::clone(&schema), batches, memory });
        self.tables.write().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), Arc::clone(&table));
        Ok(Some(HeldTable { name: name.to_owned(), schema, table: Arc::downgrade(&table) }))
    }

    /// The columns of a table that is held.
    pub(super) fn schema(&self, name: &str) -> Option<SchemaRef> {
        self.read().get(name).map(|table| Arc::clone(&table.schema))
    }

    /// Lets a table go.
    pub(super) fn forget(&self, name: &str) {
        self.tables.write().unwrap_or_else(PoisonError::into_inner).remove(name);
    }

    fn read(&self) -> RwLockReadGuard<'_, BTreeMap<String, Arc<Held>>> {
        self.tables.read().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Batches of `schema` as files are read: with string views, and `as_of`.
pub(super) fn with_day(
    as_of: NaiveDate,
    schema: &Schema,
    batches: &[RecordBatch],
) -> Result<(SchemaRef, Vec<RecordBatch>)> {
    let fields = columns::with_views(schema).fields().iter().cloned().chain([as_of_field()]).collect::<Vec<_>>();
    let schema = Arc::new(Schema::new(fields));
    let day = Date32Type::from_naive_date(as_of);
    let with_day = |batch: &RecordBatch| {
        let typed = batch.columns().iter().zip(schema.fields());
        let mut columns =
            typed.map(|(column, field)| cast(column, field.data_type())).collect::<std::result::Result<Vec<_>, _>>()?;
        columns.push(Arc::new(Date32Array::from_value(day, batch.num_rows())));
        own_texts::of_its_own(&RecordBatch::try_new(Arc::clone(&schema), columns)?)
    };
    let batches = batches.iter().map(with_day).collect::<Result<_>>()?;
    Ok((schema, batches))
}

/// A held table as statements read it. Where the session's configuration has the tables of a day, a plan is made that reads
/// whatever table of the name the day has for which it runs; otherwise one over the rows that are held now.
pub(super) struct HeldTable {
    name: String,
    schema: SchemaRef,
    /// A plan that is kept does not keep the rows.
    table: Weak<Held>,
}

impl fmt::Debug for HeldTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HeldTable").field("name", &self.name).finish_non_exhaustive()
    }
}

#[async_trait]
impl TableProvider for HeldTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        state: &dyn CatalogSession,
        projection: Option<&Vec<usize>>,
        _: &[Expr],
        _: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        if state.config().get_extension::<HeldTables>().is_some() {
            return Ok(Arc::new(HeldExec::new(&self.name, &self.schema, projection)?));
        }
        let Some(table) = self.table.upgrade() else {
            return internal_err!("the rows of {} are not held any more", self.name);
        };
        let partitions = std::slice::from_ref(&table.batches);
        Ok(MemorySourceConfig::try_new_exec(partitions, self.schema(), projection.cloned())?)
    }
}

/// Reads a held table of the day for which the plan runs.
#[derive(Debug)]
pub(super) struct HeldExec {
    table: String,
    /// Columns of the table.
    schema: SchemaRef,
    projection: Option<Vec<usize>>,
    properties: Arc<PlanProperties>,
}

impl HeldExec {
    fn new(table: &str, schema: &SchemaRef, projection: Option<&Vec<usize>>) -> Result<Self> {
        // Nothing is said of the number of rows, or of their order: other days have others.
        let properties = PlanProperties::new(
            EquivalenceProperties::new(project_schema(schema, projection)?),
            Partitioning::UnknownPartitioning(1),
            EmissionType::Incremental,
            Boundedness::Bounded,
        );
        Ok(Self {
            table: table.to_owned(),
            schema: Arc::clone(schema),
            projection: projection.cloned(),
            properties: Arc::new(properties),
        })
    }
}

impl DisplayAs for HeldExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HeldExec: table={}", self.table)
    }
}

impl ExecutionPlan for HeldExec {
    fn name(&self) -> &'static str {
        "HeldExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        Vec::new()
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn replace_children(
        self: Arc<Self>,
        _: Vec<Arc<dyn ExecutionPlan>>,
        _: ReplaceChildrenOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(self)
    }

    fn with_new_children(self: Arc<Self>, children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        self.replace_children(children, ReplaceChildrenOptions::new(ChildrenPropertiesMode::Recompute))
    }

    fn execute(&self, _: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let tables = context.session_config().get_extension::<HeldTables>();
        let table = tables.and_then(|tables| tables.read().get(&self.table).cloned());
        let Some(table) = table.filter(|table| table.schema == self.schema) else {
            return internal_err!("a plan was kept for other columns of {}", self.table);
        };
        let schema = Arc::clone(self.properties.eq_properties.schema());
        Ok(Box::pin(MemoryStream::try_new(table.batches.clone(), schema, self.projection.clone())?))
    }
}
