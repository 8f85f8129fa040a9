//! The rows of one query, as far as they are shown.

use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    asked::Asked,
    missing::{self, MissingTable},
};
use crate::{
    catalog::{DerivedTable, Privacy},
    engine::{
        derive,
        output::{self, Format},
    },
    error::Error,
};

/// A row: its columns by name, and `_key`, the values of its key as JSON.
pub(super) type Row = Map<String, Value>;

/// What a query of `queries/report/` gave.
#[derive(Debug, Default, Serialize)]
pub(super) struct Answer {
    /// Name of the query.
    pub(super) query: String,
    /// The columns that may be seen.
    pub(super) columns: Vec<String>,
    /// The rows that are shown.
    pub(super) rows: Vec<Row>,
    /// How many there are.
    pub(super) total: usize,
    /// How many of them are not shown.
    pub(super) more: usize,
    /// Why it was not asked.
    pub(super) absent: Option<Absent>,
    /// The most private class of what is shown.
    #[serde(skip)]
    pub(super) most_private: Privacy,
}

/// Why a query was not asked.
#[derive(Debug, Serialize)]
pub(super) struct Absent {
    /// The class that its rows need, where that is above the ceiling.
    pub(super) class: Option<String>,
    /// The tables that the snapshot lacks.
    pub(super) tables: Vec<MissingTable>,
}

impl Answer {
    /// Asks a query, and keeps its first rows.
    ///
    /// # Errors
    /// When a table cannot be read.
    pub(super) async fn of(asked: &Asked<'_>, query: &DerivedTable, most: usize) -> Result<Self, Error> {
        let name = query.table.name.clone();
        if query.rows() > asked.ceiling {
            let absent = Absent { class: Some(query.rows().to_string()), tables: Vec::new() };
            return Ok(Self { query: name, absent: Some(absent), ..Self::default() });
        }
        let tables = missing::tables(asked, query)?;
        if !tables.is_empty() {
            return Ok(Self { query: name, absent: Some(Absent { class: None, tables }), ..Self::default() });
        }
        let origin = format!("queries/report/{name}.sql");
        let as_of = asked.snapshot.as_of;
        let rows = derive::start(asked.session, &origin, &query.sql, &query.table, as_of).await?;
        let mut json = Vec::new();
        output::write(Format::Json, rows, &mut json).await?;
        let unread = |error| Error::Bug(format!("{origin}: its rows are no JSON: {error}"));
        let rows: Vec<Row> = serde_json::from_slice(&json).map_err(unread)?;
        let total = rows.len();
        let seen = || query.table.columns.iter().filter(|column| column.privacy <= asked.ceiling);
        let rows: Vec<Row> = rows.into_iter().take(most).map(|row| shown(query, row, asked.ceiling)).collect();
        let most_private = seen().map(|column| column.privacy).fold(Privacy::None, Ord::max);
        Ok(Self {
            query: name,
            columns: seen().map(|column| column.name.clone()).collect(),
            more: total - rows.len(),
            most_private: if rows.is_empty() { Privacy::None } else { most_private },
            rows,
            total,
            absent: None,
        })
    }
}

/// The row without what is above the ceiling, and with its nulls.
fn shown(query: &DerivedTable, mut row: Row, ceiling: Privacy) -> Row {
    let mut shown = Row::new();
    for column in query.table.columns.iter().filter(|column| column.privacy <= ceiling) {
        shown.insert(column.name.clone(), row.remove(&column.name).unwrap_or(Value::Null));
    }
    let key = query.table.quality.key.iter().map(|name| shown.get(name).cloned().unwrap_or(Value::Null));
    let key = Value::Array(key.collect()).to_string();
    shown.insert("_key".to_owned(), Value::String(key));
    shown
}

/// The text of a column; empty where there is none.
pub(super) fn text<'r>(row: &'r Row, column: &str) -> &'r str {
    row.get(column).and_then(Value::as_str).unwrap_or_default()
}

/// The whole number of a column; 0 where there is none.
pub(super) fn whole(row: &Row, column: &str) -> i64 {
    row.get(column).and_then(Value::as_i64).unwrap_or_default()
}
