//! The wide tables of attributes: `employee_snapshot` and `personal_snapshot`, whose columns are the tenant's own
//! definitions. The definitions, the attributes and the names come from the tables of one snapshot, published or staged.

use std::collections::{BTreeMap, HashMap};

use arrow::{
    array::{Array as _, AsArray as _, StringArray},
    datatypes::Date32Type,
    record_batch::RecordBatch,
};
use chrono::NaiveDate;
use futures::StreamExt as _;

use super::{attributes::AttributesRead, session::session_over};
use crate::{
    catalog::{Catalog, LakeType, Table, WideTable, matches_any},
    decode::{Label, Labels},
    engine::{Rows, Session, SessionOptions, derive::Skipped, query},
    error::Error,
    lake::{Described, Lake, SnapshotTable, StagedTable, TableWriter, WriterOptions},
    report::{UnforeseenReport, WideReport},
    run_id::RunId,
    surrogates,
    wide::{Attribute, Definition, Names, Pivot, REFERENCE_NAMES, Sorting, WidePlan},
};

const DEFINITIONS: &str = "employee_attribute_definitions";
const EMPLOYEES: &str = "employees";
/// Memory for sorting the attributes, if so much is allowed; beyond it they are sorted on disk.
const SORT_MEMORY_BYTES: usize = 256 << 20;
/// Rows built before they are written.
const ROWS_AT_ONCE: usize = 2048;

/// What the wide tables are made with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WideInputs<'a> {
    pub(crate) day: NaiveDate,
    /// How the attributes were read: columns of other definitions and rows of other people would only seem empty.
    pub(crate) attributes: &'a AttributesRead,
    /// The types that columns had in earlier snapshots.
    pub(crate) known: &'a BTreeMap<String, LakeType>,
    /// What SQL may use.
    pub(crate) engine: &'a SessionOptions,
}

/// What became of the wide tables.
#[derive(Debug, Default)]
pub(crate) struct Widened {
    pub(crate) staged: Vec<StagedTable>,
    pub(crate) skipped: Vec<Skipped>,
    pub(crate) reports: Vec<WideReport>,
    pub(crate) types: BTreeMap<String, LakeType>,
    /// What the tables and their columns mean.
    pub(crate) described: BTreeMap<String, Described>,
}

/// Tables that the wide tables are made of: with names, where they are there.
pub(crate) fn sources_of_wide_tables(catalog: &Catalog) -> Vec<&str> {
    let named = REFERENCE_NAMES.iter().map(|(_, table, _)| *table);
    catalog.wide.iter().map(|wide| wide.long).chain([DEFINITIONS, EMPLOYEES]).chain(named).collect()
}

/// Stages the labels that came with the pages of a collection as its `table` of them.
///
/// # Errors
/// When the lake cannot be written.
pub(crate) async fn stage_labels(
    lake: &Lake,
    run_id: &RunId,
    table: &Table,
    labels: &Labels,
) -> Result<StagedTable, Error> {
    let ids: StringArray = labels.0.keys().map(Some).collect();
    let names: StringArray = labels.0.values().map(|Label { name, .. }| name.as_deref()).collect();
    let taxonomies: StringArray = labels.0.values().map(|l| l.taxonomy_id.as_deref()).collect();
    let columns: Vec<arrow::array::ArrayRef> =
        vec![std::sync::Arc::new(ids), std::sync::Arc::new(names), std::sync::Arc::new(taxonomies)];
    let rows = RecordBatch::try_new(table.arrow_schema(), columns).map_err(|_| internal("labels"))?;
    let mut writer = TableWriter::new(lake, run_id, table, WriterOptions::default());
    if rows.num_rows() > 0 {
        writer.write(&rows).await?;
    }
    Ok(writer.close().await?)
}

/// Stages the wide tables of one day over `tables`. Memory: the names of what is referred to, and the sorting of the
/// attributes, which spills to disk.
///
/// # Errors
/// When the tables cannot be read, or written.
pub(crate) async fn stage_wide(
    lake: &Lake,
    run_id: &RunId,
    catalog: &Catalog,
    tables: &[SnapshotTable],
    inputs: WideInputs<'_>,
) -> Result<Widened, Error> {
    let memory_limit_bytes = inputs.engine.memory_limit_bytes.min(SORT_MEMORY_BYTES);
    let options = SessionOptions { memory_limit_bytes, ..inputs.engine.clone() };
    let session = session_over(lake, inputs.day, tables, &options)?;
    let mut widened = Widened::default();
    for wide in &catalog.wide {
        let needed = [wide.long, DEFINITIONS];
        let missing: Vec<String> = needed.iter().filter(|t| !session.has_table(t)).map(|t| (*t).to_owned()).collect();
        if missing.is_empty() {
            stage_one(lake, run_id, &session, wide, inputs, &mut widened).await?;
        } else {
            widened.skipped.push(Skipped { table: wide.table.name.clone(), missing });
        }
    }
    Ok(widened)
}

async fn stage_one(
    lake: &Lake,
    run_id: &RunId,
    session: &Session,
    WideTable { table: declared, long }: &WideTable,
    inputs: WideInputs<'_>,
    widened: &mut Widened,
) -> Result<(), Error> {
    let mut definitions = definitions(session).await?;
    definitions.retain(|d| inputs.attributes.shows(&d.id, declared.zone));
    let plan = WidePlan::new(declared, &definitions, inputs.known, |id| matches_any(&inputs.attributes.patterns, id));
    let table = plan.table(|id| inputs.attributes.split.class(id));
    let names = names(session, &plan.named()).await?;
    let day = arrow::datatypes::Date32Type::from_naive_date(inputs.day);
    let mut pivot = Pivot::new(&plan, &names, day, inputs.attributes.whole_history);
    let mut writer = TableWriter::new(lake, run_id, &table, WriterOptions::default());
    let built = build(session, long, inputs.attributes.statuses.as_deref(), &table, &mut pivot, &mut writer).await;
    if let Err(error) = built {
        writer.abort().await;
        return Err(error);
    }
    widened.staged.push(writer.close().await?);
    let unforeseen = pivot.unforeseen().iter().map(|(definition, found)| {
        (definition.clone(), UnforeseenReport { other_shape: found.other_shape, several: found.several })
    });
    let unforeseen = unforeseen.collect();
    widened.reports.push(WideReport { table: table.name.clone(), unforeseen, ..WideReport::default() });
    widened.types.extend(plan.types());
    widened.described.insert(table.name.clone(), Described::from(&table));
    Ok(())
}

/// Merges the employees with their attributes, both in the order of their ids.
async fn build(
    session: &Session,
    from: &str,
    statuses: Option<&[String]>,
    table: &Table,
    pivot: &mut Pivot<'_>,
    writer: &mut TableWriter,
) -> Result<(), Error> {
    let mut employees = Vec::new();
    if session.has_table(EMPLOYEES) {
        let sql = format!("SELECT id, status FROM {EMPLOYEES} ORDER BY id");
        let is_read = |row: Row<'_>| {
            statuses.is_none_or(|some| row.text(1).is_some_and(|status| some.iter().any(|s| s == status)))
        };
        let add = |row: Row<'_>| employees.extend(row.text(0).filter(|_| is_read(row)).map(str::to_owned));
        for_each(run(session, &sql).await?, add).await?;
    }
    let sql = format!(
        "SELECT employee_id, definition_id, id, applicability_start, applicability_end, value FROM {from} \
         ORDER BY employee_id, definition_id, id"
    );
    let mut waiting = employees.into_iter().peekable();
    let (mut current, mut attributes): (Option<String>, Vec<Attribute>) = (None, Vec::new());
    let mut batches = run(session, &sql).await?.into_stream();
    while let Some(batch) = batches.next().await {
        let batch = batch?;
        for index in 0..batch.num_rows() {
            let row = Row { batch: &batch, index };
            let Some(employee) = row.text(0) else { continue };
            if current.as_deref() != Some(employee) {
                if let Some(done) = current.replace(employee.to_owned()) {
                    pivot.employee(&done, &attributes);
                }
                attributes.clear();
                // Employees without an attribute have their row all the same.
                while let Some(before) = waiting.next_if(|id| id.as_str() < employee) {
                    pivot.employee(&before, &[]);
                }
                waiting.next_if(|id| id == employee);
                if pivot.rows() >= ROWS_AT_ONCE {
                    writer.write(&pivot.take(table).map_err(|_| internal(&table.name))?).await?;
                }
            }
            attributes.push(Attribute {
                definition: row.text(1).unwrap_or_default().to_owned(),
                id: row.text(2).unwrap_or_default().to_owned(),
                starts: row.date(3),
                ends: row.date(4),
                value: row.text(5).map(|value| surrogates::replaced(value).into_owned()),
            });
        }
    }
    if let Some(done) = current {
        pivot.employee(&done, &attributes);
    }
    for employee in waiting {
        pivot.employee(&employee, &[]);
    }
    let rest = pivot.take(table).map_err(|_| internal(&table.name))?;
    if rest.num_rows() > 0 {
        writer.write(&rest).await?;
    }
    Ok(())
}

async fn definitions(session: &Session) -> Result<Vec<Definition>, Error> {
    let sql = format!(
        "SELECT id, name, schema, multiple_value_handling_sorting, multiple_value_handling_sorting_property \
         FROM {DEFINITIONS} ORDER BY id"
    );
    let mut definitions = Vec::new();
    for_each(run(session, &sql).await?, |row| {
        let text = |column| row.text(column).unwrap_or_default().to_owned();
        let sorting =
            |sorting: &str| Sorting { descending: sorting == "descending", property: row.text(4).map(str::to_owned) };
        definitions.push(Definition {
            id: text(0),
            name: text(1),
            schema: text(2),
            multiple: row.text(3).map(sorting),
        });
    })
    .await?;
    Ok(definitions)
}

/// Names of the records of some types, where their tables are there.
async fn names(session: &Session, types: &[String]) -> Result<Names, Error> {
    let mut names = Names::new();
    for (of, table, expression) in REFERENCE_NAMES.iter().filter(|(of, ..)| types.iter().any(|t| t == of)) {
        let known: &mut HashMap<String, String> = names.entry((*of).to_owned()).or_default();
        if session.has_table(table) {
            let sql = format!("SELECT id, {expression} AS name FROM {table}");
            let add =
                |row: Row<'_>| known.extend(row.text(0).zip(row.text(1)).map(|(i, n)| (i.to_owned(), n.to_owned())));
            for_each(run(session, &sql).await?, add).await?;
        }
    }
    Ok(names)
}

async fn run(session: &Session, sql: &str) -> Result<Rows, Error> {
    Ok(query::run(session, sql, None).await?)
}

/// One row of an answer.
#[derive(Clone, Copy)]
struct Row<'b> {
    batch: &'b RecordBatch,
    index: usize,
}

impl<'b> Row<'b> {
    fn text(&self, column: usize) -> Option<&'b str> {
        let texts: &StringArray = self.batch.columns().get(column)?.as_string_opt()?;
        texts.is_valid(self.index).then(|| texts.value(self.index))
    }

    fn date(&self, column: usize) -> Option<i32> {
        let dates = self.batch.columns().get(column)?.as_primitive_opt::<Date32Type>()?;
        dates.is_valid(self.index).then(|| dates.value(self.index))
    }
}

async fn for_each(rows: Rows, mut each: impl FnMut(Row<'_>)) -> Result<(), Error> {
    let mut batches = rows.into_stream();
    while let Some(batch) = batches.next().await {
        let batch = batch?;
        (0..batch.num_rows()).for_each(|index| each(Row { batch: &batch, index }));
    }
    Ok(())
}

fn internal(what: &str) -> Error {
    Error::Bug(format!("the rows of {what} do not fit its columns"))
}
