//! Records by their ids in a published snapshot, without a request.

use arrow::array::RecordBatch;
use chrono::NaiveDate;

use super::rows;
use crate::{
    catalog::{AS_OF, Resource},
    commands::query::{Opened, Which, open},
    engine::{Rows, SessionOptions, query as statement},
    error::Error,
    lake::Lake,
};

/// Most ids that one statement names.
const IDS_OF_A_STATEMENT: usize = 1_000;

/// What a snapshot has of some ids.
#[derive(Debug)]
pub(super) struct InLake {
    /// Which tables of which day were asked.
    pub(super) place: String,
    /// The rows, in the order of the ids.
    pub(super) rows: Rows,
    /// Ids that no row has.
    pub(super) missing: Vec<String>,
}

/// Looks ids up in the tables of a collection, of a day or the newest one. An id that no record has is looked up as the
/// schema says that ids may be taken for.
///
/// # Errors
/// When there is no such snapshot, or it has none of the tables.
pub(super) async fn find(
    lake: &Lake,
    resource: &Resource,
    day: Option<NaiveDate>,
    ids: &[String],
    engine: &SessionOptions,
) -> Result<InLake, Error> {
    let opened = open(lake, &day.map_or(Which::Newest, Which::Date), engine).await?;
    let day = opened.day().map(|day| day.to_string()).unwrap_or_default();
    let names = || resource.tables().into_iter().map(|table| table.name);
    let tables: Vec<String> = names().filter(|table| opened.session.has_table(table)).collect();
    if tables.is_empty() {
        let names = names().collect::<Vec<_>>().join(",");
        let why = format!("the snapshot of {day} has no table {names}: `lucca-lake sync --tables {names}` reads it");
        return Err(Error::NoSnapshot(why));
    }
    let mut batches = select(&opened, &tables, "id", ids).await?;
    let others = resource.other_id.as_ref().map(|other| other.column.as_str());
    if let Some(column) = others {
        let known = rows::places(&rows::whole(&batches)?, "id")?;
        let unknown: Vec<String> = ids.iter().filter(|id| !known.contains_key(*id)).cloned().collect();
        batches.extend(select(&opened, &tables, column, &unknown).await?);
    }
    // The day is the folder's name, not a column of the records.
    let all = rows::without(&rows::whole(&batches)?, AS_OF)?;
    let by_id = rows::places(&all, "id")?;
    let by_other = others.map(|column| rows::places(&all, column)).transpose()?.unwrap_or_default();
    let (mut places, mut missing) = (Vec::new(), Vec::new());
    for id in ids {
        match by_id.get(id).or_else(|| by_other.get(id)) {
            Some(at) => places.extend(at),
            None => missing.push(id.clone()),
        }
    }
    Ok(InLake { place: format!("{} of {day}", tables.join(", ")), rows: rows::at(&all, places)?, missing })
}

/// The rows that have one of some ids in a column.
async fn select(opened: &Opened, tables: &[String], column: &str, ids: &[String]) -> Result<Vec<RecordBatch>, Error> {
    let mut batches = Vec::new();
    for table in tables {
        for some in ids.chunks(IDS_OF_A_STATEMENT) {
            let ids: Vec<String> = some.iter().map(|id| format!("'{}'", id.replace('\'', "''"))).collect();
            let sql = format!("SELECT * FROM {table} WHERE {column} IN ({})", ids.join(", "));
            let rows = statement::run(&opened.session, &sql, opened.day()).await?;
            let schema = rows.schema().clone();
            batches.push(RecordBatch::new_empty(schema));
            batches.extend(rows.collect().await?);
        }
    }
    Ok(batches)
}
