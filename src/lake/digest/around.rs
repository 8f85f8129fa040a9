//! Of which days a run, and a query over all of them, needs to know what.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use arrow::datatypes::SchemaRef;
use chrono::NaiveDate;

use super::{Believe, Gist};
use crate::{
    catalog::LakeType,
    lake::{
        Lake, LakeError, SnapshotColumn, SnapshotId,
        days::{Days, first_types},
        last_written::{Written, last_written},
        layout,
        manifest::arrow_schema,
    },
};

impl Lake {
    /// The days of the lake for a run that publishes `days`: read are these, those that come before each, and the newest. Of
    /// the others no more is known than what the digest says. A day that cannot be read is warned of.
    ///
    /// # Errors
    /// When the store refuses or fails, or a manifest is of a newer format.
    pub(crate) async fn days_around(&self, days: &[NaiveDate]) -> Result<Days, LakeError> {
        let surveyed = self.survey(Believe::Digest).await?;
        let readable = || surveyed.gists.iter().map(|gist| gist.id);
        let these = readable().filter(|id| days.contains(&id.as_of));
        let before = days.iter().filter_map(|day| readable().rfind(|id| id.as_of < *day));
        let newest = readable().rfind(|id| self.may_be_synced(id.as_of));
        let needed: BTreeSet<SnapshotId> = these.chain(before).chain(newest).collect();
        let read = self.read_days(&needed.iter().copied().collect::<Vec<_>>()).await?;
        if !read.unreadable.is_empty() {
            // One has changed since: another may come before it now.
            return self.days().await;
        }
        self.tell_of(&surveyed.unreadable);
        let unread = readable().filter(|id| !needed.contains(id)).collect();
        let (wide_types, last_written) =
            (wide_types(&surveyed.gists), last_written(surveyed.gists.iter().flat_map(written)));
        Ok(Days { unreadable: surveyed.unreadable, unread, wide_types, last_written, ..read })
    }

    /// The type that each column of the wide tables had first, in any of the snapshots.
    ///
    /// # Errors
    /// When the store refuses or fails, or a manifest is of a newer format.
    pub(crate) async fn wide_types(&self) -> Result<BTreeMap<String, LakeType>, LakeError> {
        let surveyed = self.survey(Believe::Digest).await?;
        self.tell_of(&surveyed.unreadable);
        Ok(wide_types(&surveyed.gists))
    }

    /// The tables of the current snapshots of all days, ascending by day. A day that cannot be read is warned of.
    ///
    /// # Errors
    /// When the store refuses or fails, or a manifest is of a newer format.
    pub(crate) async fn tables_of_all_days(&self) -> Result<Vec<DayTable>, LakeError> {
        let surveyed = self.survey(Believe::Digest).await?;
        self.tell_of(&surveyed.unreadable);
        let mut tables = Vec::new();
        let mut schemas = Vec::<(Arc<Vec<SnapshotColumn>>, SchemaRef)>::new();
        for gist in &surveyed.gists {
            for (table, files) in gist.files() {
                let known = schemas.iter().find(|(columns, _)| Arc::ptr_eq(columns, &table.columns));
                let schema = known.map_or_else(|| arrow_schema(&table.columns), |(_, schema)| Arc::clone(schema));
                if known.is_none() {
                    schemas.push((Arc::clone(&table.columns), Arc::clone(&schema)));
                }
                tables.push(DayTable { as_of: gist.as_of(), name: table.name.clone(), schema, files });
            }
        }
        Ok(tables)
    }
}

/// A table of one day.
#[derive(Debug)]
pub(crate) struct DayTable {
    pub(crate) as_of: NaiveDate,
    pub(crate) name: String,
    /// Of its files.
    pub(crate) schema: SchemaRef,
    /// Path and bytes of each.
    pub(crate) files: Vec<(String, u64)>,
}

/// The tables of a snapshot, and who wrote them.
fn written(gist: &Gist) -> impl Iterator<Item = Written<'_>> {
    gist.tables().iter().map(|table| {
        let runs = gist.file_names(table).filter_map(|name| layout::run_of(&name));
        Written { of: gist.id, table: &table.name, run: runs.max() }
    })
}

fn wide_types(ascending: &[Gist]) -> BTreeMap<String, LakeType> {
    first_types(ascending.iter().map(Gist::wide_types))
}
