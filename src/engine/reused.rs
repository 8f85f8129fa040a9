//! What a session shares with those of other days, and what it needs for it.

use std::sync::Arc;

use datafusion::{
    catalog::MemoryCatalogProviderList,
    execution::{SessionState, SessionStateBuilder, TaskContext},
    prelude::SessionContext,
};

use super::{held::HeldTables, plans::Plans};

/// Kept plans, and the tables of one day that they can be run for.
#[derive(Debug)]
pub(super) struct Reused {
    /// Shared by the sessions of all days.
    pub(super) plans: Arc<Plans>,
    /// Of this day.
    pub(super) held: Arc<HeldTables>,
    /// The session's tables, to make plans that are kept.
    pub(super) planning: SessionState,
    /// For running them.
    pub(super) task: Arc<TaskContext>,
}

impl Reused {
    /// For the session of `context`, whose memory statements share.
    pub(super) fn new(context: &SessionContext, plans: Arc<Plans>, memory_limit: usize) -> Self {
        let pool = Arc::clone(&context.runtime_env().memory_pool);
        let held = Arc::new(HeldTables::new(pool, memory_limit));
        // Few rows: two fragments of a plan would only wait for one another.
        let mut config = context.copied_config().with_target_partitions(1).with_extension(Arc::clone(&held));
        let optimizer = &mut config.options_mut().optimizer;
        // What a filter learns from the rows of one day is not true of the next.
        optimizer.enable_dynamic_filter_pushdown = false;
        optimizer.enable_topk_dynamic_filter_pushdown = false;
        optimizer.enable_join_dynamic_filter_pushdown = false;
        optimizer.enable_aggregate_dynamic_filter_pushdown = false;
        let planning = SessionStateBuilder::new_from_existing(context.state()).with_config(config).build();
        let task = Arc::new(TaskContext::from(&planning));
        Self { plans, held, planning, task }
    }
}

/// A context as `like`, with no table yet.
pub(super) fn without_tables(like: &SessionContext) -> SessionContext {
    let state = SessionStateBuilder::new_from_existing(like.state())
        .with_catalog_list(Arc::new(MemoryCatalogProviderList::new()));
    let config = like.copied_config().with_create_default_catalog_and_schema(true);
    SessionContext::new_with_state(state.with_config(config).build())
}
