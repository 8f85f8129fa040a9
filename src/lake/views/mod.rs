//! SQL views over exactly the published files, for engines that know nothing of manifests.
//!
//! A table's own name means what it means to `query`: the newest day. All days together are a view beside it, in the schema
//! `all_days`, or with that prefix where views have no schema. The as-of date is the last column of both. A column that
//! some snapshots do not have is null there; its type is the newest snapshot's. A table that the newest day lacks has the
//! view of all days alone, and a comment says so: an older day under the name of the newest would be taken for it.

mod comments;
mod duckdb;
mod spark;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use object_store::path::Path;
use url::Url;

pub use duckdb::duckdb_sql;
pub use spark::spark_sql;

use self::comments::Comments;
use super::{Days, Lake, LakeError, Snapshot, SnapshotColumn, SnapshotTable, UnreadableDay, layout, location};
use crate::{
    catalog::{ALL_DAYS, Table},
    run_id::RunId,
};

/// Runs that publish at the same moment each write the views; this many rounds let the last of them see all snapshots.
const MAX_ROUNDS: usize = 4;

/// What there is to make views of.
#[derive(Debug, Clone, Copy)]
pub struct Published<'a> {
    /// Where the lake is.
    pub lake: &'a Url,
    /// The current snapshots of all days that can be read, ascending.
    pub snapshots: &'a [Snapshot],
    /// The other days, which have no part in any view.
    pub unreadable: &'a [UnreadableDay],
    /// The day that a table's own name stands for.
    pub newest: Option<NaiveDate>,
    /// The tables whose meaning is known.
    pub tables: &'a [Table],
}

/// Writes the views of everything published, by way of the staging of `run_id`. Another run may publish meanwhile, so
/// what was described is compared with what there is afterwards.
pub(super) async fn regenerate(lake: &Lake, run_id: &RunId) -> Result<(), LakeError> {
    let mut current = lake.snapshots().await?;
    for _ in 0..MAX_ROUNDS {
        let days = lake.read_days(&current).await?;
        for (path, sql) in files(lake, &days) {
            lake.replace(run_id, Path::from(path), sql.into_bytes()).await?;
        }
        let described = std::mem::replace(&mut current, lake.snapshots().await?);
        if described == current {
            return Ok(());
        }
    }
    Ok(())
}

/// Path and content of each file with views over `days`.
pub(super) fn files(lake: &Lake, days: &Days) -> [(&'static str, String); 2] {
    let Days { snapshots, unreadable, .. } = days;
    let newest = days.newest().map(|snapshot| snapshot.as_of);
    let published = Published { lake: lake.url(), snapshots, unreadable, newest, tables: lake.tables() };
    [(layout::DUCKDB_VIEWS, duckdb_sql(&published)), (layout::SPARK_VIEWS, spark_sql(&published))]
}

/// Whether a file has the views that it should have, in whatever words it describes them.
pub(super) fn are_the_same(found: &[u8], expected: &str) -> bool {
    let words_aside = |found: &str| comments::without_comments(found) == comments::without_comments(expected);
    found == expected.as_bytes() || std::str::from_utf8(found).is_ok_and(words_aside)
}

/// One table, of the newest day or of all.
struct View<'a> {
    table: &'a str,
    of_all_days: bool,
    columns: Vec<ViewColumn<'a>>,
    /// Ascending by date.
    parts: Vec<(NaiveDate, &'a SnapshotTable)>,
}

struct ViewColumn<'a> {
    column: &'a SnapshotColumn,
    /// Whether every snapshot that has the column agrees on its type.
    one_type: bool,
}

impl<'a> View<'a> {
    fn new(table: &'a str, of_all_days: bool, parts: Vec<(NaiveDate, &'a SnapshotTable)>) -> Self {
        View { table, of_all_days, columns: columns(&parts), parts }
    }

    /// The day it reads, unless it reads all.
    fn day(&self) -> Option<NaiveDate> {
        let first = self.parts.first().map(|(as_of, _)| *as_of);
        first.filter(|_| !self.of_all_days)
    }
}

/// The views by name: those of the newest day, then those of all days.
struct Views<'a> {
    newest: Vec<View<'a>>,
    all_days: Vec<View<'a>>,
    /// Tables that the newest day does not have.
    older: Vec<&'a str>,
}

impl<'a> Views<'a> {
    fn of(published: &Published<'a>) -> Self {
        let mut by_table = BTreeMap::<&str, Vec<(NaiveDate, &SnapshotTable)>>::new();
        for snapshot in published.snapshots {
            for table in &snapshot.tables {
                by_table.entry(&table.name).or_default().push((snapshot.as_of, table));
            }
        }
        let mut views = Self { newest: Vec::new(), all_days: Vec::new(), older: Vec::new() };
        for (name, mut parts) in by_table {
            parts.sort_by_key(|(as_of, _)| *as_of);
            match parts.iter().find(|(as_of, _)| Some(*as_of) == published.newest) {
                Some(newest) => views.newest.push(View::new(name, false, vec![*newest])),
                None => views.older.push(name),
            }
            views.all_days.push(View::new(name, true, parts));
        }
        views
    }
}

/// Columns: the newest snapshot's in its order, then those that only older ones have.
fn columns<'a>(parts: &[(NaiveDate, &'a SnapshotTable)]) -> Vec<ViewColumn<'a>> {
    let mut columns = Vec::<ViewColumn<'a>>::new();
    for column in parts.iter().rev().flat_map(|(_, table)| &table.columns) {
        match columns.iter_mut().find(|c| c.column.name == column.name) {
            Some(known) => known.one_type &= known.column.lake_type == column.lake_type,
            None => columns.push(ViewColumn { column, one_type: true }),
        }
    }
    columns
}

/// The first lines of both files, and what the snapshots do not have although it was asked for. `all_days` is how the engine
/// names a table of all days.
fn header(engine: &str, all_days: &str, published: &Published<'_>) -> String {
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
    for snapshot in published.snapshots {
        for (table, reason) in &snapshot.state.absent {
            let reason = reason.replace(['\n', '\r', ';'], " ");
            text.push_str(&format!("-- {table} is not in the snapshot of {}: {reason}\n", snapshot.as_of));
        }
    }
    text
}

/// What stands for the view of a table that the newest day does not have.
fn only_older(all_days: &str, table: &str) -> String {
    format!("-- {table} is not in the newest day: only {all_days}{table} has it.\n")
}

/// Address of a data file: an absolute local path, or a URL with `s3` as its scheme for S3. Nothing is percent-encoded,
/// as engines take paths literally; `escape` protects what they take for a pattern.
fn address(lake: &Url, file: &str, s3: &str, local: &str, escape: fn(&str) -> String) -> String {
    if let Some(folder) = location::folder_of(lake) {
        return format!("{local}{}", escape(&folder.join(file).to_string_lossy()));
    }
    let prefix = Path::from_url_path(lake.path()).unwrap_or_default();
    let key: Path = prefix.parts().chain(Path::from(file).parts()).collect();
    let scheme = if matches!(lake.scheme(), "s3" | "s3a") { s3 } else { lake.scheme() };
    format!("{scheme}://{}/{}", lake.host_str().unwrap_or_default(), escape(key.as_ref()))
}
