//! What the views of every engine have in common: which there are, over which files, with which columns.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use arrow::datatypes::{Schema, SchemaRef};
use chrono::NaiveDate;
use url::Url;

use crate::{
    catalog::{AS_OF, LakeType, Table, TypeClash, Types, columns_over_days},
    day_list::days_in_words,
    lake::{
        SnapshotColumn, UnreadableDay,
        address::address,
        digest::{Gist, GistTable},
        layout,
        manifest::arrow_schema,
    },
};

/// What there is to make views of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Published<'a> {
    /// Where the lake is.
    pub(crate) lake: &'a Url,
    /// The current snapshots of all days that can be read, ascending.
    pub(crate) snapshots: &'a [Gist],
    /// The other days, which have no part in any view.
    pub(crate) unreadable: &'a [UnreadableDay],
    /// The day that a table's own name stands for.
    pub(crate) newest: Option<NaiveDate>,
    /// The tables whose meaning is known.
    pub(crate) tables: &'a [Table],
}

/// One table, of the newest day or of all.
pub(super) struct View<'a> {
    pub(super) table: &'a str,
    pub(super) of_all_days: bool,
    pub(super) columns: Vec<ViewColumn>,
    /// Ascending by date.
    pub(super) parts: Vec<Part<'a>>,
}

/// A table of one snapshot.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part<'a> {
    pub(super) snapshot: &'a Gist,
    pub(super) table: &'a GistTable,
}

pub(super) struct ViewColumn {
    pub(super) name: String,
    pub(super) lake_type: LakeType,
    /// Whether every snapshot that has the column agrees on its type.
    pub(super) one_type: bool,
}

impl<'a> Part<'a> {
    pub(super) fn as_of(&self) -> NaiveDate {
        self.snapshot.as_of()
    }

    /// Lake-relative paths of its files, in writing order.
    pub(super) fn paths(&self) -> impl Iterator<Item = String> {
        let folder = layout::data_dir(self.table.zone, &self.table.name, self.as_of());
        self.snapshot.file_names(self.table).map(move |name| format!("{folder}/{name}"))
    }

    /// The type of a column in its files.
    pub(super) fn type_of(&self, column: &str) -> Option<LakeType> {
        self.table.columns.iter().find(|have| have.name == column).map(|have| have.lake_type)
    }
}

impl<'a> View<'a> {
    fn new(table: &'a str, of_all_days: bool, parts: Vec<Part<'a>>) -> Result<Self, TypeClash> {
        Ok(View { table, of_all_days, columns: columns(&parts)?, parts })
    }

    /// The day it reads, unless it reads all.
    pub(super) fn day(&self) -> Option<NaiveDate> {
        let first = self.parts.first().map(Part::as_of);
        first.filter(|_| !self.of_all_days)
    }

    /// Whether all files have the same columns, of the same types and in the same order.
    pub(super) fn has_equal_files(&self) -> bool {
        self.parts.array_windows().all(|[a, b]| a.table.columns == b.table.columns)
    }
}

/// The views by name: those of the newest day, then those of all days.
pub(super) struct Views<'a> {
    pub(super) newest: Vec<View<'a>>,
    pub(super) all_days: Vec<View<'a>>,
    /// Tables that the newest day does not have.
    pub(super) older: Vec<&'a str>,
    /// Tables whose days have no columns in common that hold every value.
    pub(super) clashing: Vec<(&'a str, TypeClash)>,
}

impl<'a> Views<'a> {
    pub(super) fn of(published: &Published<'a>) -> Self {
        let mut by_table = BTreeMap::<&str, Vec<Part<'_>>>::new();
        for snapshot in published.snapshots {
            for table in snapshot.tables() {
                by_table.entry(&table.name).or_default().push(Part { snapshot, table });
            }
        }
        let mut views = Self { newest: Vec::new(), all_days: Vec::new(), older: Vec::new(), clashing: Vec::new() };
        for (name, mut parts) in by_table {
            parts.sort_by_key(Part::as_of);
            match parts.iter().find(|part| Some(part.as_of()) == published.newest) {
                // One day agrees with itself.
                Some(newest) => views.newest.extend(View::new(name, false, vec![*newest])),
                None => views.older.push(name),
            }
            match View::new(name, true, parts) {
                Ok(view) => views.all_days.push(view),
                Err(clash) => views.clashing.push((name, clash)),
            }
        }
        views
    }
}

fn columns(parts: &[Part<'_>]) -> Result<Vec<ViewColumn>, TypeClash> {
    let mut newest_first = Vec::<(NaiveDate, &Arc<Vec<SnapshotColumn>>)>::new();
    for part in parts.iter().rev() {
        // Of days in a row with the same columns one is enough, and the last is the one that a clash names.
        if newest_first.last().is_none_or(|(_, later)| *later != &part.table.columns) {
            newest_first.push((part.as_of(), &part.table.columns));
        }
    }
    let schemas: Vec<(NaiveDate, SchemaRef)> =
        newest_first.into_iter().map(|(as_of, columns)| (as_of, arrow_schema(columns))).collect();
    let schemas: Vec<(NaiveDate, &Schema)> = schemas.iter().map(|(as_of, schema)| (*as_of, &**schema)).collect();
    let columns = columns_over_days(&schemas, Types::Widened)?.into_iter().filter_map(|column| {
        let lake_type = LakeType::of(column.field.data_type())?;
        Some(ViewColumn { name: column.field.name().clone(), lake_type, one_type: column.one_type })
    });
    Ok(columns.collect())
}

/// The first lines of both files, and what the snapshots do not have although it was asked for. `all_days` is how the engine
/// names a table of all days.
pub(super) fn header(engine: &str, all_days: &str, published: &Published<'_>) -> String {
    let mut text = format!(
        "-- Views over exactly the published files of this lake, for {engine}.\n\
         -- Generated by lucca-lake at every publication: changes made here do not last.\n"
    );
    if let Some(newest) = published.newest {
        text.push_str(&format!(
            "-- A table by its own name is the newest day, {newest}. All days together are {all_days}employees and so on.\n"
        ));
    }
    for UnreadableDay { as_of, path, .. } in published.unreadable {
        text.push_str(&format!("-- {as_of} is left out: its manifest {path} cannot be read\n"));
    }
    let mut absent = BTreeMap::<(&str, &str), BTreeSet<NaiveDate>>::new();
    for snapshot in published.snapshots {
        for (table, reason) in snapshot.absent() {
            absent.entry((table, reason)).or_default().insert(snapshot.as_of());
        }
    }
    for ((table, reason), days) in absent {
        let reason = reason.replace(['\n', '\r', ';'], " ");
        let days = days_in_words(&days.into_iter().collect::<Vec<_>>());
        text.push_str(&format!("-- {table} is not in the snapshot of {days}: {reason}\n"));
    }
    text
}

/// What stands for the view of a table that the newest day does not have.
pub(super) fn only_older(all_days: &str, table: &str) -> String {
    format!("-- {table} is not in the newest day: only {all_days}{table} has it.\n")
}

/// What stands for the view of all days of a table whose days disagree: any one type would change values, or hide them.
pub(super) fn left_out(all_days: &str, table: &str, clash: &TypeClash) -> String {
    format!("-- {all_days}{table} is left out: its {clash}. Read those days apart.\n")
}

/// Address of the folder of a table, up to where the day begins: `…/core/employees/as_of=`.
pub(super) fn address_of_days(
    lake: &Url,
    part: &Part<'_>,
    s3: &str,
    local: &str,
    escape: fn(&str) -> String,
) -> String {
    let folder = layout::table_dir(part.table.zone, &part.table.name);
    format!("{}/{AS_OF}=", address(lake, folder.as_ref(), s3, local, escape))
}
