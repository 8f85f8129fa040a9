//! Declared classes of derived tables against the computed ones.

use chrono::NaiveDate;

use super::{classes::Classes, computed};
use crate::{
    catalog::{DerivedTable, Lowered, Privacy, Table},
    engine::{EngineError, Parameters, Session, derive, query},
};

/// What is wrong with the declared classes of `queries`, a line each: a column, or the rows of a table, less private than
/// what flows into them without a `-- lowered` line, and such lines that lower nothing. `api_tables` are the tables of the
/// API. The rows of a table are as private as its most private column, or as a line lowers them to; those of an internal table are as private as what
/// chose them, for whoever reads it.
///
/// # Errors
/// When a query cannot be planned, or the queries cannot be ordered.
pub(crate) async fn problems(queries: &[DerivedTable], api_tables: &[Table]) -> Result<Vec<String>, EngineError> {
    let tables: Vec<Table> = api_tables.iter().chain(queries.iter().map(|q| &q.table)).cloned().collect();
    let session = Session::of_declared(&tables)?;
    let mut classes = Classes::of(&tables);
    let mut problems = Vec::new();
    let api_names: Vec<&str> = api_tables.iter().map(|t| &*t.name).collect();
    for step in derive::order(queries, &api_names)? {
        let Some(query) = queries.iter().find(|q| q.table.name == step.table) else { continue };
        let name = &query.table.name;
        let parameters = Parameters::of_day(Some(NaiveDate::default()));
        let planned = query::plan(&session, &query.sql, &parameters).await.map_err(|e| e.in_derived(&query.file()))?;
        let computed = computed(&planned, &classes);
        let columns = &query.table.columns;
        let most_private = columns.iter().map(|c| c.privacy).fold(Privacy::None, Ord::max);
        let rows = if query.internal { Privacy::Sensitive } else { query.rows() };
        if query.internal {
            classes.choose_rows(name, computed.rows);
        }
        let declared = columns.iter().map(|c| (c.name.as_str(), c.privacy)).chain([(Lowered::ROWS, rows)]);
        let found = computed.columns.iter().map(|(_, class)| *class).chain([computed.rows]);
        for ((column, declared), computed) in declared.zip(found) {
            let lowered = query.lowered.iter().any(|l| l.column == column);
            if computed > declared && !lowered {
                problems.push(format!(
                    "queries/{name}.sql: {column} is declared {declared}, but {computed} data flows into it: declare it \
                     {computed}, or add `-- lowered {column} to {declared}: <reason>`"
                ));
            }
            let below_columns = column == Lowered::ROWS && declared < most_private;
            if computed <= declared && lowered && !below_columns {
                problems
                    .push(format!("queries/{name}.sql: {column} is lowered, but nothing more private flows into it"));
            }
        }
    }
    Ok(problems)
}
