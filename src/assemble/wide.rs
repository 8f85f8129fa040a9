//! The wide tables of attributes: `employee_snapshot` and `personal_snapshot`, whose columns are the tenant's own
//! definitions. The definitions, the attributes and the names come from the tables of one snapshot, published or staged.

mod rows;
mod together;

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use arrow::datatypes::Date32Type;
use tokio::time::Instant;

use self::rows::{Source, WideRows};
use super::{
    Assembler, Day,
    answer::{Row, for_each, run},
    session::table_files,
    staging,
};
use crate::{
    catalog::{LakeType, Table, WideTable, matches_any},
    engine::{Session, days, derive::Skipped},
    error::Error,
    lake::{Described, Lake, Snapshot, StagedTable},
    run_report::{UnforeseenReport, WideReport},
    wide::{DEFINITIONS, Definition, Names, Pivot, REFERENCE_NAMES, Sorting, WidePlan},
};

/// Memory for sorting the rows, if so much is allowed; beyond it they are sorted on disk.
const SORT_MEMORY_BYTES: usize = 192 << 20;

/// What became of the wide tables.
#[derive(Debug, Default)]
pub(super) struct Widened {
    pub(super) staged: Vec<StagedTable>,
    pub(super) skipped: Vec<Skipped>,
    pub(super) reports: Vec<WideReport>,
    /// The types of their columns.
    pub(super) types: BTreeMap<String, LakeType>,
    /// What the tables and their columns mean.
    pub(super) described: BTreeMap<String, Described>,
    /// Seconds of each table.
    pub(super) seconds: BTreeMap<String, f64>,
}

/// What became of one of them.
struct Made {
    staged: StagedTable,
    report: WideReport,
    types: BTreeMap<String, LakeType>,
    described: Described,
}

/// Stages the wide tables of one day and makes them known to the session. Memory: the names of what is referred to, and
/// the sorting of the rows, which spills to disk.
///
/// # Errors
/// When the tables cannot be read, or written.
pub(super) async fn widen(
    Assembler { lake, catalog, .. }: &Assembler<'_>,
    session: &Session,
    day: &Day<'_>,
) -> Result<Widened, Error> {
    let mut definitions: Option<Vec<Definition>> = None;
    let mut widened = Widened::default();
    // What is held in memory is sorted there. All of it is taken at once, before others use it.
    let is_held = |wide: &WideTable| !session.has_table(wide.long) || session.holds(wide.long);
    let sorting = if catalog.wide.iter().all(is_held) { None } else { Some(session.with_memory(SORT_MEMORY_BYTES)?) };
    for wide in &catalog.wide {
        let (name, needed) = (wide.table.name.clone(), [wide.long, DEFINITIONS]);
        let missing: Vec<String> = needed.iter().filter(|t| !session.has_table(t)).map(|t| (*t).to_owned()).collect();
        if !missing.is_empty() {
            widened.skipped.push(Skipped { table: name, missing });
            continue;
        }
        let begun = Instant::now();
        let definitions = match &definitions {
            Some(known) => known,
            None => definitions.insert(self::definitions(session).await?),
        };
        let sorting = sorting.as_ref().filter(|_| !is_held(wide)).unwrap_or(session);
        let Made { staged, report, types, described } = make(lake, sorting, wide, definitions, day).await?;
        days::add(session, table_files(staged.table(), day.as_of)).await?;
        widened.seconds.insert(name.clone(), begun.elapsed().as_secs_f64());
        widened.staged.push(staged);
        widened.reports.push(report);
        widened.types.extend(types);
        widened.described.insert(name, described);
    }
    Ok(widened)
}

async fn make(
    lake: &Lake,
    session: &Session,
    WideTable { table: declared, long }: &WideTable,
    definitions: &[Definition],
    day: &Day<'_>,
) -> Result<Made, Error> {
    let attributes = &day.attributes;
    let shown = definitions.iter().filter(|d| attributes.shows(&d.id, declared.zone));
    let definitions: Vec<Definition> = shown.cloned().collect();
    let plan = WidePlan::new(declared, &definitions, &day.known_types, |id| matches_any(&attributes.patterns, id));
    let (table, plan) = (plan.table(|id| attributes.split.class(id)), Arc::new(plan));
    let names = names(session, &plan.named()).await?;
    let as_of = Date32Type::from_naive_date(day.as_of);
    let pivot = Pivot::new(Arc::clone(&plan), names, as_of, attributes.whole_history);
    let source = Source { long, statuses: attributes.statuses.as_deref() };
    let WideRows { rows, unforeseen } = rows::begin(session, &source, table.clone(), pivot);
    let staged = staging::stage(lake, &day.run_id, day.provenance(), &table, rows.into_stream()).await?;
    let unforeseen = unforeseen.get().into_iter().flatten().map(|(definition, found)| {
        (definition.clone(), UnforeseenReport { other_shape: found.other_shape, several: found.several })
    });
    let unforeseen = unforeseen.collect();
    let [appeared, disappeared] = changed_columns(&table, day.before);
    let report = WideReport { table: table.name.clone(), appeared, disappeared, unforeseen };
    Ok(Made { staged, report, types: plan.types(), described: Described::from(&table) })
}

/// Columns that are new and those that are gone since the snapshot before, where that has the table.
fn changed_columns(table: &Table, before: Option<&Snapshot>) -> [Vec<String>; 2] {
    let Some(before) = before.and_then(|snapshot| snapshot.table(&table.name)) else { return Default::default() };
    let now: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
    let then: Vec<&str> = before.columns.iter().map(|column| column.name.as_str()).collect();
    let only = |these: &[&str], those: &[&str]| -> Vec<String> {
        these.iter().filter(|name| !those.contains(name)).map(|name| (*name).to_owned()).collect()
    };
    [only(&now, &then), only(&then, &now)]
}

async fn definitions(session: &Session) -> Result<Vec<Definition>, Error> {
    let sql = format!(
        "SELECT id, name, schema, multiple_value_handling_sorting, multiple_value_handling_sorting_property, t9n, \
         property_descriptions, taxonomy_id, target_type, CASE WHEN is_archived THEN 'true' END \
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
            t9n: row.text(5).map(str::to_owned),
            property_descriptions: row.text(6).map(str::to_owned),
            taxonomy_id: row.text(7).map(str::to_owned),
            target_type: row.text(8).map(str::to_owned),
            archived: row.text(9) == Some("true"),
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
