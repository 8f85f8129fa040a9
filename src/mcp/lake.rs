//! A day of the lake below the ceiling.

use chrono::NaiveDate;

use super::{answer::ToolError, ceiling};
use crate::{
    catalog::{Catalog, Privacy, Table},
    engine::{Session, SessionOptions},
    lake::{Lake, Snapshot},
};

/// The lake as tools see it.
#[derive(Debug)]
pub(crate) struct LakeSide {
    /// What exists.
    pub(crate) catalog: Catalog,
    /// Where it is published.
    pub(crate) lake: Lake,
    /// What a statement may use.
    pub(crate) engine: SessionOptions,
    /// The most private class that is seen.
    pub(crate) ceiling: Privacy,
}

/// One snapshot, with what may be seen of it.
#[derive(Debug)]
pub(super) struct Day {
    pub(super) snapshot: Snapshot,
    pub(super) tables: Vec<Table>,
}

impl LakeSide {
    /// The snapshot of a day; the newest one where none is named.
    pub(super) async fn day(&self, as_of: Option<NaiveDate>) -> Result<Day, ToolError> {
        let (snapshot, missing) = match as_of {
            None => {
                (self.lake.newest().await?, "the lake has no snapshot yet: `lucca-lake sync` publishes one".to_owned())
            }
            Some(day) => (
                self.lake.snapshot(day).await?,
                format!("the lake has no snapshot of {day}; the tool snapshots lists them"),
            ),
        };
        let snapshot = snapshot.ok_or(ToolError(missing))?;
        let tables = ceiling::visible(&self.catalog, &snapshot, self.ceiling);
        Ok(Day { snapshot, tables })
    }

    /// SQL over what may be seen of a day.
    pub(super) fn session(&self, day: &Day) -> Result<Session, ToolError> {
        let files = ceiling::files(&day.snapshot, &day.tables);
        let session = Session::over(self.lake.store(), &self.engine, files)?;
        session.give_functions();
        Ok(session)
    }
}

impl Day {
    /// The table of that name, if it may be seen.
    pub(super) fn table(&self, name: &str) -> Result<&Table, ToolError> {
        let found = self.tables.iter().find(|table| table.name == name);
        found.ok_or_else(|| ToolError::new("there is no such table here; list_tables says which there are"))
    }

    /// How many rows the table has.
    pub(super) fn rows(&self, name: &str) -> u64 {
        let held = self.snapshot.tables.iter().filter(|held| held.name == name);
        held.flat_map(|held| &held.files).map(|file| file.rows).sum()
    }
}
