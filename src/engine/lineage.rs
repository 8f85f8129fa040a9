//! Which columns the columns of derived tables are made of, and in which way, computed from the plans of their queries.
//!
//! Internal tables are resolved: nobody finds one in a snapshot, so that a column is told to be made of what the internal
//! tables between are made of, with the filters and joins of theirs.

mod value;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use datafusion::logical_expr::LogicalPlan;

pub(crate) use self::value::{Field, Fields};
use self::value::{Lineage, Made};
pub(crate) use super::flow::How;
use super::{
    EngineError, Parameters, Session, derive,
    flow::{self, Tables},
    privacy::Classes,
    query,
};
use crate::catalog::{ALL_DAYS, DerivedTable, Table};

/// What a derived table is made of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct TableLineage {
    /// The published tables that it reads, itself or through internal ones.
    pub(crate) reads: BTreeSet<String>,
    /// The internal tables between, in the order of their computation.
    pub(crate) through: Vec<String>,
    /// What each column is made of, by its name. What decides about all rows is among [`Self::rows`] alone.
    pub(crate) columns: BTreeMap<String, Fields>,
    /// What decides which rows there are.
    pub(crate) rows: Fields,
}

/// What each derived table is made of, by its name, internal ones too. `api_tables` are the tables of the API.
///
/// # Errors
/// When a query cannot be planned, or the queries cannot be ordered.
pub(crate) async fn of_queries(
    queries: &[DerivedTable],
    api_tables: &[Table],
) -> Result<BTreeMap<String, TableLineage>, EngineError> {
    let tables: Vec<Table> = api_tables.iter().chain(queries.iter().map(|q| &q.table)).cloned().collect();
    let session = Session::of_declared(&tables)?;
    let api_names: Vec<&str> = api_tables.iter().map(|table| table.name.as_str()).collect();
    let mut known = Known { classes: Classes::of(&tables), internal: BTreeMap::new() };
    let mut found = BTreeMap::<String, TableLineage>::new();
    for step in derive::order(queries, &api_names)? {
        let Some(query) = queries.iter().find(|query| query.table.name == step.table) else { continue };
        let parameters = Parameters::of_day(Some(NaiveDate::default()));
        let planned = query::plan(&session, &query.sql, &parameters).await.map_err(|e| e.in_derived(&query.file()))?;
        let made = made_of(planned.logical(), planned.headings(), &known);
        let (mut reads, mut through) = (BTreeSet::new(), Vec::new());
        for read in step.reads {
            match found.get(&read).filter(|_| known.internal.contains_key(&read)) {
                Some(internal) => {
                    reads.extend(internal.reads.iter().cloned());
                    through.extend(internal.through.iter().cloned());
                    through.push(read);
                }
                None => drop(reads.insert(read)),
            }
        }
        let mut seen = BTreeSet::new();
        through.retain(|table| seen.insert(table.clone()));
        let columns = made.columns.iter().map(|(name, value)| (name.clone(), value.beside(&made.rows))).collect();
        let lineage = TableLineage { reads, through, columns, rows: made.rows.fields.clone() };
        found.insert(step.table.clone(), lineage);
        if query.internal {
            known.internal.insert(step.table, made);
        }
    }
    Ok(found)
}

/// What the columns of a plan are made of, under these names, and its rows.
fn made_of(plan: &LogicalPlan, names: &[String], known: &Known) -> Made {
    let flow = flow::of_plan(plan, known);
    let values = flow.columns.into_iter().map(|column| column.value);
    Made { columns: names.iter().cloned().zip(values).collect(), rows: flow.rows }
}

/// The tables that plans read: columns of themselves, but for those of internal tables.
#[derive(Debug)]
struct Known {
    classes: Classes,
    internal: BTreeMap<String, Made>,
}

impl Tables for Known {
    type Value = Lineage;

    fn column(&self, table: &str, column: &str) -> Lineage {
        let class = self.classes.column(table, column);
        let internal = self.internal.get(table).and_then(|made| made.columns.get(column));
        match internal {
            Some(made) => Lineage { class, ..made.clone() },
            None => Lineage::of(Field { table: of_all_days(table).to_owned(), column: column.to_owned() }, class),
        }
    }

    fn rows(&self, table: &str) -> Lineage {
        self.internal.get(table).map(|made| made.rows.clone()).unwrap_or_default()
    }
}

/// The table of which this is perhaps that of all days.
fn of_all_days(table: &str) -> &str {
    table.strip_prefix(ALL_DAYS).and_then(|table| table.strip_prefix('_')).unwrap_or(table)
}

#[cfg(test)]
mod tests;
