//! The catalogue as events of OpenLineage: what each table is designed to be made of.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{
    catalogue::Catalogue,
    entry::{Entry, MadeOf},
};
use crate::{
    catalog::{Origin, Table},
    openlineage::{
        ColumnLineage, Dataset, Event, FieldsMade, InputField, Job, JobEvent, JobFacets, JobType, Sql, Transformation,
    },
};

/// Namespace of the datasets of a lake whose address nobody told.
pub(crate) const NO_LAKE: &str = "lucca-lake";

/// One event for each table that is made of others, in JSON, a line each. Their time is that of the newest snapshot, or the beginning of time
/// where there is none: what the program declares happens at no moment.
///
/// # Errors
/// Never, as all of it is texts and numbers.
pub(crate) fn events(catalogue: &Catalogue, namespace: &str) -> Result<String, serde_json::Error> {
    let time = catalogue.newest.as_ref().map_or(DateTime::<Utc>::UNIX_EPOCH, |newest| newest.published_at);
    let tables: BTreeMap<&str, &Table> =
        catalogue.entries.iter().map(|entry| (entry.table.name.as_str(), &entry.table)).collect();
    let mut lines = String::new();
    for entry in &catalogue.entries {
        let event = Event::at(time, of_table(entry, namespace, &tables));
        lines.push_str(&serde_json::to_string(&event)?);
        lines.push('\n');
    }
    Ok(lines)
}

fn of_table(entry: &Entry, namespace: &str, tables: &BTreeMap<&str, &Table>) -> JobEvent {
    let known = |name: &String| tables.get(name.as_str()).map(|table| Dataset::named(namespace, table));
    let mut output = Dataset::of(namespace, &entry.table);
    let (command, kind) = match entry.table.origin {
        Origin::Query => ("derive", "QUERY"),
        _ => ("sync", "SYNC"),
    };
    if !entry.reads.is_empty() {
        output.facets.column_lineage = Some(lineage(entry, &known).into());
    }
    let sql = entry.sql.clone().map(|query| Sql { query, dialect: "datafusion" }.into());
    let facets = JobFacets { job_type: Some(JobType::batch(kind).into()), sql };
    let job = Job { namespace: namespace.to_owned(), name: format!("{command}/{}", entry.table.name), facets };
    JobEvent { job, inputs: entry.reads.iter().filter_map(known).collect(), outputs: vec![output] }
}

fn lineage(entry: &Entry, known: &dyn Fn(&String) -> Option<Dataset>) -> ColumnLineage {
    let fields = |made: &[MadeOf]| made.iter().filter_map(|made| input(made, known)).collect::<Vec<_>>();
    let columns = entry
        .columns
        .iter()
        .map(|column| (column.column.name.clone(), FieldsMade { input_fields: fields(&column.made_of) }));
    ColumnLineage {
        fields: columns.filter(|(_, made)| !made.input_fields.is_empty()).collect(),
        dataset: fields(&entry.rows),
    }
}

fn input(made: &MadeOf, known: &dyn Fn(&String) -> Option<Dataset>) -> Option<InputField> {
    let Dataset { namespace, name, .. } = known(&made.table)?;
    let transformations = made.how.iter().map(|how| Transformation::from(*how)).collect();
    Some(InputField { namespace, name, field: made.column.clone(), transformations })
}
