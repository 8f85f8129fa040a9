//! One read-only statement.

use std::{collections::VecDeque, panic::AssertUnwindSafe, sync::Arc};

use arrow::{
    array::{RecordBatch, RecordBatchOptions},
    datatypes::SchemaRef,
};
use chrono::NaiveDate;
use datafusion::{
    execution::context::SQLOptions,
    logical_expr::LogicalPlan,
    sql::{
        parser::{DFParserBuilder, Statement},
        sqlparser::{ast, dialect::GenericDialect},
    },
};
use futures::FutureExt;

use super::{
    EngineError, Parameters, Rows, Session, clauses, columns, comparisons, functions, guard, headings, known::Known,
    names, stack,
};

/// Deepest nesting the parser accepts, in its own recursion steps; parentheses are limited by [`guard`] already.
const PARSER_RECURSION_LIMIT: usize = 256;

/// Plans one read-only statement over the session's tables and starts it. `$as_of` stands for `as_of` when that is
/// given.
///
/// Runs best below [`stack::run_with_deep_stack`]; elsewhere only shallow expressions are accepted.
///
/// # Errors
/// What is wrong with the statement, before any row is read; what fails later comes out of the stream.
pub async fn run(session: &Session, sql: &str, as_of: Option<NaiveDate>) -> Result<Rows, EngineError> {
    plan(session, sql, &Parameters::of_day(as_of)).await?.rows().await
}

/// A statement that was planned, with its parameters bound, and can be started.
#[derive(Debug)]
pub(crate) struct Planned<'s> {
    session: &'s Session,
    parameters: &'s Parameters,
    sql: String,
    plan: LogicalPlan,
    headings: Vec<String>,
}

impl Planned<'_> {
    /// What DataFusion planned, before it optimised anything.
    pub(crate) fn logical(&self) -> &LogicalPlan {
        &self.plan
    }

    /// What heads each column of the answer: its name, or the text that was typed.
    pub(crate) fn headings(&self) -> &[String] {
        &self.headings
    }

    /// The same statement by a plan with the same columns, made of its own.
    ///
    /// # Errors
    /// When none can be made.
    pub(super) fn with_plan(
        mut self,
        change: impl FnOnce(LogicalPlan) -> datafusion::error::Result<LogicalPlan>,
    ) -> Result<Self, EngineError> {
        self.plan = change(self.plan).map_err(EngineError::running)?;
        Ok(self)
    }

    /// Starts the statement; strings and bytes come in Arrow's plain types.
    ///
    /// # Errors
    /// What fails before a row is read; what fails later comes out of the stream.
    pub(crate) async fn rows(mut self) -> Result<Rows, EngineError> {
        let explains = matches!(self.plan, LogicalPlan::Explain(_) | LogicalPlan::Analyze(_));
        let headings = std::mem::take(&mut self.headings);
        let rows = plain(self.rows_as_planned().await?, |schema| headings::head(schema, &headings))?;
        Ok(if explains { rows.that_explain() } else { rows })
    }

    /// Starts the statement; its columns have the names and types of the plan.
    pub(crate) async fn rows_as_planned(self) -> Result<Rows, EngineError> {
        let refused = |error| self.parameters.hidden_in(EngineError::planning(error, &self.sql, &Known::default()));
        let work = async {
            let frame = self.session.context().execute_logical_plan(self.plan).await.map_err(refused)?;
            frame.execute_stream().await.map_err(refused)
        };
        let stream = AssertUnwindSafe(work).catch_unwind().await;
        Ok(Rows::of_plan(stream.unwrap_or_else(|payload| Err(EngineError::panicked(&*payload)))?))
    }
}

/// The rows with strings and bytes in Arrow's plain types, under columns that are named anew.
pub(super) fn plain(rows: Rows, named: impl FnOnce(&SchemaRef) -> SchemaRef) -> Result<Rows, EngineError> {
    let schema = columns::without_views(rows.schema());
    let casts = columns::casts(rows.schema(), &schema).map_err(|message| EngineError::Internal { message })?;
    let schema = named(&schema);
    let target = Arc::clone(&schema);
    Ok(rows.try_map(schema, move |batch| {
        let batch = batch?;
        let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        columns::apply(&batch, &casts)
            .and_then(|arrays| RecordBatch::try_new_with_options(Arc::clone(&target), arrays, &options))
            .map_err(|e| EngineError::running(e.into()))
    }))
}

/// Plans one read-only statement over the session's tables.
///
/// # Errors
/// What is wrong with the statement, and when a `$name` has no value. No error quotes a value of `parameters`.
pub(crate) async fn plan<'s>(
    session: &'s Session,
    sql: &str,
    parameters: &'s Parameters,
) -> Result<Planned<'s>, EngineError> {
    plan_with(session, sql, parameters, |plan| plan.with_param_values(parameters.to_values())).await
}

/// Plans one read-only statement, into which `bind` puts what `parameters` stand for.
///
/// # Errors
/// As [`plan`].
pub(super) async fn plan_with<'s>(
    session: &'s Session,
    sql: &str,
    parameters: &'s Parameters,
    bind: impl FnOnce(LogicalPlan) -> datafusion::error::Result<LogicalPlan>,
) -> Result<Planned<'s>, EngineError> {
    let refused = |error| EngineError::planning(error, sql, &session.known());
    let work = async {
        let state = session.context().state();
        let mut statement = parse_query(sql)?;
        clauses::check(&statement, sql, &state)?;
        let items = headings::items(&statement, sql);
        names::give(&mut statement, false);
        parameters.check_given(sql)?;
        let plan = match state.statement_to_plan(statement).await {
            Err(error) if names::are_alike(&error.strip_backtrace()) => {
                let mut statement = parse_query(sql)?;
                names::give(&mut statement, true);
                state.statement_to_plan(statement).await
            }
            planned => planned,
        };
        let plan = plan.map_err(refused)?;
        read_only().verify_plan(&plan).map_err(refused)?;
        functions::check_formats(&plan).map_err(refused)?;
        let headings = headings::of(&items, plan.schema());
        let plan = bind(plan).map_err(refused)?;
        comparisons::check(&plan).map_err(refused)?;
        Ok((plan, headings))
    };
    let plan = AssertUnwindSafe(work).catch_unwind().await;
    let plan = plan.unwrap_or_else(|payload| Err(EngineError::panicked(&*payload)));
    let (plan, headings) = plan.map_err(|error| parameters.hidden_in(error))?;
    Ok(Planned { session, parameters, sql: sql.to_owned(), plan, headings })
}

/// Parses exactly one statement that only reads.
pub(crate) fn parse_query(sql: &str) -> Result<Statement, EngineError> {
    guard::check(sql, stack::is_deep())?;
    let mut statements: VecDeque<Statement> = DFParserBuilder::new(sql)
        .with_dialect(&GenericDialect {})
        .with_recursion_limit(PARSER_RECURSION_LIMIT)
        .build()
        .and_then(|mut parser| parser.parse_statements())
        .map_err(|error| EngineError::planning(error, sql, &Known::default()))?;
    let found = statements.len();
    match (statements.pop_front(), found) {
        (Some(statement), 1) if is_query(&statement) => {
            expansion(&statement)?;
            Ok(statement)
        }
        (Some(_), 1) => Err(EngineError::NotAQuery { statement: first_word(sql) }),
        _ => Err(EngineError::NotOneStatement { found }),
    }
}

/// A list of what is allowed, so that a kind of statement we never heard of is refused.
fn is_query(statement: &Statement) -> bool {
    match statement {
        Statement::Explain(explain) => is_query(&explain.statement),
        Statement::Statement(inner) => match inner.as_ref() {
            ast::Statement::Explain { statement, .. } => matches!(statement.as_ref(), ast::Statement::Query(_)),
            ast::Statement::Query(_)
            | ast::Statement::ExplainTable { .. }
            | ast::Statement::ShowTables { .. }
            | ast::Statement::ShowColumns { .. } => true,
            _ => false,
        },
        _ => false,
    }
}

fn expansion(statement: &Statement) -> Result<(), EngineError> {
    match statement {
        Statement::Explain(explain) => expansion(&explain.statement),
        Statement::Statement(inner) => guard::check_expansion(inner.as_ref()),
        _ => Ok(()),
    }
}

fn read_only() -> SQLOptions {
    SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false)
}

/// The word that names the statement, for an error.
fn first_word(sql: &str) -> String {
    const MAX_CHARS: usize = 20;
    let explain = ["EXPLAIN", "ANALYZE", "VERBOSE"];
    let words = sql.split(|c: char| !c.is_alphanumeric()).filter(|word| word.starts_with(char::is_alphabetic));
    let mut words = words.map(|word| word.chars().take(MAX_CHARS).collect::<String>().to_uppercase());
    words.find(|word| !explain.contains(&&**word)).unwrap_or_default()
}

#[cfg(test)]
mod tests;
