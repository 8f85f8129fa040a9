//! Which tables and columns there are below a ceiling of privacy.
//!
//! A column above the ceiling is not hidden but absent: sessions are opened over what is left, so no statement can show it,
//! filter, join, group or sort by it, or learn that it is there. A table is absent as a whole where that it has a row tells
//! more than the ceiling lets through, and where only identifiers and times of records would be left.

use std::sync::Arc;

use arrow::datatypes::{Field, Schema};

use crate::{
    catalog::{Catalog, Privacy, Table},
    engine::{FileRef, TableFiles},
    lake::{Snapshot, published::published},
};

/// The tables of a snapshot that may be seen, with the columns that may be seen.
pub(super) fn visible(catalog: &Catalog, snapshot: &Snapshot, ceiling: Privacy) -> Vec<Table> {
    let mut tables = published(catalog, std::slice::from_ref(snapshot));
    tables.retain(|table| catalog.privacy_of_rows(table) <= ceiling);
    for table in &mut tables {
        let held = snapshot.tables.iter().find(|held| held.name == table.name);
        let is_held = |name: &str| held.is_some_and(|held| held.columns.iter().any(|column| column.name == name));
        table.columns.retain(|column| column.privacy <= ceiling && is_held(&column.name));
    }
    tables.retain(|table| table.columns.iter().any(|column| tells(&column.name)));
    tables
}

/// Whether a column tells more than which record it is and when it was written.
pub(super) fn tells(column: &str) -> bool {
    let is_key = matches!(column, "id" | "url") || column.ends_with("_id");
    let is_time = matches!(column, "created_at" | "updated_at" | "last_updated_at");
    !(is_key || is_time || column.starts_with('_'))
}

/// The files of some tables, of which nothing is read but these columns.
pub(super) fn files(snapshot: &Snapshot, tables: &[Table]) -> Vec<TableFiles> {
    let of = |table: &Table| {
        let held = snapshot.tables.iter().find(|held| held.name == table.name)?;
        let columns = held.columns.iter().filter(|held| table.columns.iter().any(|column| column.name == held.name));
        let fields: Vec<Field> = columns.map(|c| Field::new(&c.name, c.lake_type.arrow(), c.nullable)).collect();
        Some(TableFiles {
            table: table.name.clone(),
            as_of: snapshot.as_of,
            schema: Arc::new(Schema::new(fields)),
            files: held.files.iter().map(|f| FileRef { path: f.path.clone(), bytes: f.bytes }).collect(),
        })
    };
    tables.iter().filter_map(of).collect()
}
