//! No clause is ignored: what the parser takes and the engine does not do, or does otherwise than SQL says, is an error.
//!
//! The parser takes the SQL of many databases, and the planner drops a good part of it without a word: a `TABLESAMPLE`
//! would give all rows, a `WITH ROLLUP` no totals. [`check`] walks a parsed statement and takes every struct and every
//! variant apart field by field, without a `..`, so that a parser that learns a new clause does not compile here until
//! somebody has decided what becomes of it. What is let through is what the planner was seen to execute;
//! `tests/executed.txt` has statements for it with their answers, and `tests/refused.txt` those for everything else.
//!
//! It recurses once per operator and must therefore run after [`guard::check`](super::guard::check).

use datafusion::{execution::SessionState, sql::parser::Statement};

use self::walk::Walk;
use super::{EngineError, tokens::tokens};

mod callee;
mod chance;
mod constant;
mod data_type;
mod distinct_from;
mod expression;
mod function;
mod literal;
mod operation;
mod order_lost;
mod ordering;
mod pipe;
mod query;
mod refusal;
mod relation;
mod select;
mod statement;
mod unplanned;
mod walk;
mod window;

/// Checks that the engine executes every clause of a statement as SQL says. `state` knows which functions there are.
///
/// # Errors
/// [`EngineError::NotExecuted`] with the first clause that it does not, where it stands, and what to write instead.
pub(crate) fn check(statement: &Statement, sql: &str, state: &SessionState) -> Result<(), EngineError> {
    Walk::new(state).statement(statement).map_err(|refusal| {
        let position = refusal.position(sql, &tokens(sql)).map(Box::new);
        EngineError::NotExecuted { clause: refusal.clause, remedy: refusal.remedy, position }
    })
}

#[cfg(test)]
mod tests;
