//! The queries that make tables of what the older APIs say: `queries/legacy/`.

use std::{collections::BTreeSet, sync::Arc};

use arrow::{
    array::{Array as _, ArrayRef, new_null_array},
    datatypes::{FieldRef, Schema},
    record_batch::RecordBatch,
};
use object_store::ObjectStore;

use super::{
    EngineError, Parameters, Rows, Session, SessionOptions, TableFiles, derive,
    nulls::{self, Columns},
    prepared, query,
};
use crate::catalog::{Mapped, Table};

/// A query and the tables that it reads.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    pub(crate) mapped: Mapped,
    pub(crate) reads: BTreeSet<String>,
}

/// Orders queries so that each comes after those whose tables it reads; otherwise by name.
///
/// # Errors
/// A query that does not parse, or waits for itself.
pub(crate) fn order(queries: &[Mapped]) -> Result<Vec<Step>, EngineError> {
    let session = Session::of_declared([])?;
    let reads = |mapped: &Mapped| prepared::reads(&session, &mapped.sql).map_err(|e| e.in_derived(&mapped.file()));
    let step = |mapped: &Mapped| Ok(Step { mapped: mapped.clone(), reads: BTreeSet::clone(&*reads(mapped)?) });
    let mut waiting = queries.iter().map(step).collect::<Result<Vec<_>, EngineError>>()?;
    waiting.sort_by(|a, b| a.mapped.name.cmp(&b.mapped.name));
    let mut ordered = Vec::new();
    while !waiting.is_empty() {
        let names: BTreeSet<String> = waiting.iter().map(|step| step.mapped.name.clone()).collect();
        let (ready, later): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|step| step.reads.is_disjoint(&names));
        if ready.is_empty() {
            return Err(EngineError::DeriveCycle { queries: names.into_iter().collect() });
        }
        ordered.extend(ready);
        waiting = later;
    }
    Ok(ordered)
}

/// A session over tables of the older APIs, with the functions over JSON texts.
///
/// # Errors
/// When the engine cannot be set up.
pub(crate) fn session(
    store: Arc<dyn ObjectStore>,
    options: &SessionOptions,
    tables: impl IntoIterator<Item = TableFiles>,
) -> Result<Session, EngineError> {
    let session = Session::over(store, options, tables)?;
    session.give_json_functions();
    Ok(session)
}

/// The rows of one query in the declared columns of its `table`.
#[derive(Debug)]
pub(crate) struct MappedRows {
    pub(crate) rows: Rows,
    /// Columns that are null in every row, whatever else the tables hold.
    pub(crate) nulls: Vec<String>,
}

/// Asks one query, of tables some of whose columns are `known` to be null.
///
/// # Errors
/// What is wrong with it; what fails later comes out of the rows. No error quotes a value of the data.
pub(crate) async fn ask(
    session: &Session,
    mapped: &Mapped,
    table: &Table,
    parameters: &Parameters,
    known: &Columns,
) -> Result<MappedRows, EngineError> {
    let file = mapped.file();
    let planned = query::plan(session, &mapped.sql, parameters).await.map_err(|e| e.in_derived(&file))?;
    let nulls = nulls::names(planned.logical(), known);
    let rows = planned.rows_as_planned().await.map_err(|e| e.in_derived(&file))?;
    Ok(MappedRows { rows: derive::conformed(typed(rows, &nulls, table), &file, table)?, nulls })
}

/// The same rows, whose columns that are always null have the types that `table` declares: a null alone has none.
fn typed(rows: Rows, nulls: &[String], table: &Table) -> Rows {
    let declared = table.arrow_schema();
    let field = |field: &FieldRef| match declared.field_with_name(field.name()) {
        Ok(declared) if nulls.contains(field.name()) => Arc::new(declared.clone().with_nullable(true)),
        _ => Arc::clone(field),
    };
    let schema = Arc::new(Schema::new(rows.schema().fields().iter().map(field).collect::<Vec<_>>()));
    let target = Arc::clone(&schema);
    rows.try_map(schema, move |batch| {
        let batch = batch?;
        let column = |(array, field): (&ArrayRef, &FieldRef)| match array.data_type() == field.data_type() {
            true => Arc::clone(array),
            false => new_null_array(field.data_type(), array.len()),
        };
        let columns = batch.columns().iter().zip(target.fields()).map(column).collect();
        RecordBatch::try_new(Arc::clone(&target), columns).map_err(|e| EngineError::running(e.into()))
    })
}

#[cfg(test)]
mod tests;
