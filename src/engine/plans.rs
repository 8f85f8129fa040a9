//! Plans that are kept: a statement over tables that are held in memory is planned once, and run again for other days.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use arrow::datatypes::SchemaRef;
use chrono::NaiveDate;
use datafusion::{
    common::tree_node::{TreeNode as _, TreeNodeRecursion},
    error::Result,
    execution::{SendableRecordBatchStream, SessionState, TaskContext},
    logical_expr::LogicalPlan,
    physical_plan::{
        ExecutionPlan, execute_stream, execution_plan::reset_plan_states, recursive_query::RecursiveQueryExec,
    },
};

use super::{as_of::Day, held::HeldTables};

/// Statements remembered at most: a day asks some hundreds.
const MAX_STATEMENTS: usize = 1024;

/// A plan over held tables, good for every day on which these have the same columns.
#[derive(Debug)]
pub(super) struct KeptPlan {
    plan: Plan,
    day: Day,
    /// Whether it was planned with a day.
    has_day: bool,
    /// The tables that it reads, with their columns.
    inputs: Vec<(String, SchemaRef)>,
}

#[derive(Debug)]
enum Plan {
    /// Never run itself: each run has a copy in its first state.
    Physical(Arc<dyn ExecutionPlan>),
    /// One with a recursive part, whose operators cannot be put back into their first state: they are made for each run, of
    /// the plan that was optimised.
    Optimized(LogicalPlan),
}

impl KeptPlan {
    /// Optimises and plans a statement in which `$as_of` stands for `day`. `state` has held tables.
    ///
    /// # Errors
    /// When it cannot be planned, or not without the value of `$as_of`.
    pub(super) async fn new(
        state: &SessionState,
        logical: &LogicalPlan,
        day: Day,
        has_day: bool,
        inputs: Vec<(String, SchemaRef)>,
    ) -> Result<Self> {
        let optimized = state.optimize(logical)?;
        let physical = state.query_planner().create_physical_plan(&optimized, state).await?;
        let mut is_recursive = false;
        physical.apply(|node| {
            is_recursive |= node.is::<RecursiveQueryExec>();
            Ok(if is_recursive { TreeNodeRecursion::Stop } else { TreeNodeRecursion::Continue })
        })?;
        let plan = if is_recursive { Plan::Optimized(optimized) } else { Plan::Physical(physical) };
        Ok(Self { plan, day, has_day, inputs })
    }

    /// Whether the tables are as they were when it was planned.
    pub(super) fn fits(&self, tables: &HeldTables, as_of: Option<NaiveDate>) -> bool {
        let is_same = |(name, schema): &(String, SchemaRef)| tables.schema(name).is_some_and(|now| now == *schema);
        self.has_day == as_of.is_some() && self.inputs.iter().all(is_same)
    }

    /// Starts it for one day, whose tables `task` has. It must not be started again before the rows were all taken.
    ///
    /// # Errors
    /// What fails before a row is read.
    pub(super) async fn start(
        &self,
        state: &SessionState,
        task: &Arc<TaskContext>,
        as_of: Option<NaiveDate>,
    ) -> Result<SendableRecordBatchStream> {
        self.day.set(None);
        let plan = match &self.plan {
            Plan::Physical(plan) => reset_plan_states(Arc::clone(plan))?,
            Plan::Optimized(plan) => state.query_planner().create_physical_plan(plan, state).await?,
        };
        self.day.set(as_of);
        execute_stream(plan, Arc::clone(task))
    }
}

/// What is remembered of statements, by their text.
#[derive(Debug, Default)]
pub(super) struct Plans {
    statements: Mutex<Statements>,
}

#[derive(Debug, Default)]
struct Statements {
    by_text: HashMap<String, Remembered>,
    /// Counts how often one was asked for.
    clock: u64,
}

#[derive(Debug)]
struct Remembered {
    reads: Arc<BTreeSet<String>>,
    plan: Option<KeptPlan>,
    used: u64,
}

impl Plans {
    /// The tables that a statement reads, where that is remembered.
    pub(super) fn reads(&self, sql: &str) -> Option<Arc<BTreeSet<String>>> {
        let mut statements = self.lock();
        statements.clock += 1;
        let now = statements.clock;
        let known = statements.by_text.get_mut(sql)?;
        known.used = now;
        Some(Arc::clone(&known.reads))
    }

    /// Remembers which tables a statement reads.
    pub(super) fn remember(&self, sql: &str, reads: BTreeSet<String>) -> Arc<BTreeSet<String>> {
        let mut statements = self.lock();
        if statements.by_text.len() >= MAX_STATEMENTS {
            let oldest = statements.by_text.iter().min_by_key(|(_, known)| known.used).map(|(sql, _)| sql.clone());
            oldest.and_then(|sql| statements.by_text.remove(&sql));
        }
        let (reads, used) = (Arc::new(reads), statements.clock);
        statements.by_text.insert(sql.to_owned(), Remembered { reads: Arc::clone(&reads), plan: None, used });
        reads
    }

    /// Lends the plan of a statement: nobody else has it until it is kept again.
    pub(super) fn take(&self, sql: &str) -> Option<KeptPlan> {
        self.lock().by_text.get_mut(sql)?.plan.take()
    }

    /// Keeps the plan of a statement that is remembered.
    pub(super) fn keep(&self, sql: &str, plan: KeptPlan) {
        if let Some(known) = self.lock().by_text.get_mut(sql) {
            known.plan = Some(plan);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Statements> {
        self.statements.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
