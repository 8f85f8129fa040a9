//! A collection that forgets: what the lake has of it stays, and what is new comes to it.
//!
//! Nobody promises the order of a feed. Where it shows the newest records first, its pages are read until one holds nothing
//! but what the lake has, and no more are counted than the lake can have; otherwise to the end, like any collection.

use std::sync::Arc;

use arrow::{array::AsArray as _, datatypes::TimestampMicrosecondType, record_batch::RecordBatch};
use chrono::{DateTime, Utc};
use futures::{StreamExt as _, TryStreamExt as _, stream::BoxStream};

use super::{carried::Carried, job::Job};
use crate::{
    catalog::{Grows, Resource, Table},
    decode::SeenIds,
    error::Error,
    lake::SnapshotTable,
    run_report::WindowMissed,
};

/// Rows of one batch of what the lake has.
const BATCH_ROWS: usize = 8192;

/// What the lake has of a table that grows.
#[derive(Debug)]
pub(super) struct Grown {
    /// Column that says when a record came to be.
    at: String,
    declared: Table,
    table: Option<SnapshotTable>,
    ids: SeenIds,
    count: u64,
    /// When the newest of its records came to be, in microseconds.
    newest: Option<i64>,
}

impl Grown {
    /// Reads which records the lake has.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(super) async fn of(
        job: &Job,
        resource: &Resource,
        Grows { at, .. }: &Grows,
        declared: &Table,
    ) -> Result<Self, Error> {
        let table = job.last_tables.get(&declared.name).cloned();
        let mut grown = Self {
            at: at.clone(),
            declared: declared.clone(),
            table,
            ids: SeenIds::new(resource),
            count: 0,
            newest: None,
        };
        if let Some(table) = &grown.table {
            let names = ["id", at.as_str()];
            let mut rows = Carried { lake: &job.lake, table }.columns(&names);
            while let Some(batch) = job.stop.unless_stopped(rows.try_next()).await? {
                grown.newest = grown.newest.max(times(&batch, at).max());
                let (batch, _) = grown.ids.keep_new(batch, true)?;
                grown.count += batch.num_rows() as u64;
            }
        }
        Ok(grown)
    }

    /// The rows that the lake has.
    pub(super) fn rows<'j>(&'j self, job: &'j Job) -> BoxStream<'j, Result<RecordBatch, Error>> {
        match &self.table {
            Some(table) => Carried { lake: &job.lake, table }.rows(&self.declared, BATCH_ROWS),
            None => futures::stream::empty().boxed(),
        }
    }

    /// Between which records some may have been missed: where the feed begins after the newest that the lake has.
    pub(super) fn window_missed(&self, oldest_served: Option<i64>) -> Option<WindowMissed> {
        let (newest, oldest) = self.newest.zip(oldest_served).filter(|(newest, oldest)| newest < oldest)?;
        let time = DateTime::<Utc>::from_timestamp_micros;
        Some(WindowMissed { after: time(newest)?, until: time(oldest)? })
    }
}

/// When records came to be.
fn times<'b>(batch: &'b RecordBatch, at: &str) -> impl Iterator<Item = i64> + use<'b> {
    let column = batch.column_by_name(at).and_then(|c| c.as_primitive_opt::<TimestampMicrosecondType>());
    column.into_iter().flatten().flatten()
}

/// One reading of a feed, as far as it came.
#[derive(Debug)]
pub(super) struct Feed {
    grown: Arc<Grown>,
    /// Whether its order so far lets it end before the last page.
    newest_first: bool,
    /// Whether any record is older than one before it: equal times are no order.
    falls: bool,
    last: Option<i64>,
    oldest: Option<i64>,
    /// Different records read that the lake has.
    known: u64,
    /// Whether the lake has all records of the last page.
    all_known: bool,
}

impl Feed {
    /// `to_the_end` reads all pages whatever they hold.
    pub(super) fn new(grown: &Arc<Grown>, to_the_end: bool) -> Self {
        let (last, oldest) = (None, None);
        Self {
            grown: Arc::clone(grown),
            newest_first: !to_the_end,
            falls: false,
            last,
            oldest,
            known: 0,
            all_known: false,
        }
    }

    /// Records are missing: nothing of the order is believed any more.
    pub(super) fn restart(&mut self) {
        self.newest_first = false;
    }

    /// Takes in a page: its records, and those among them that no page before had.
    pub(super) fn page(&mut self, all: &RecordBatch, new: &RecordBatch) {
        for at in times(all, &self.grown.at) {
            self.falls |= self.last.is_some_and(|last| at < last);
            self.newest_first &= self.last.is_none_or(|last| at <= last);
            self.last = Some(at);
            self.oldest = Some(self.oldest.map_or(at, |oldest| oldest.min(at)));
        }
        let known = |batch: &RecordBatch| {
            let ids = batch.columns().first().and_then(|c| c.as_string_opt::<i32>());
            ids.into_iter().flatten().flatten().filter(|id| self.grown.ids.has(id)).count()
        };
        self.all_known = all.num_rows() > 0 && known(all) == all.num_rows();
        self.known += known(new) as u64;
    }

    /// Whether all pages to come hold what the lake has: the last one did, the newest records come first, and the API counts
    /// no more beside the `read` ones than the lake has beside those.
    pub(super) fn is_known_from_here(&self, read: u64, total_count: Option<u64>) -> bool {
        let left = self.grown.count.saturating_sub(self.known);
        let counted = total_count.is_some_and(|total| total.saturating_sub(read) <= left);
        self.newest_first && self.falls && self.all_known && counted
    }

    /// When the oldest record read came to be.
    pub(super) fn oldest(&self) -> Option<i64> {
        self.oldest
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::{ArrayRef, StringArray, TimestampMicrosecondArray};

    use super::*;
    use crate::catalog::Catalog;

    fn batch(records: &[(&str, i64)]) -> RecordBatch {
        let ids = StringArray::from_iter_values(records.iter().map(|(id, _)| *id));
        let at = TimestampMicrosecondArray::from_iter_values(records.iter().map(|(_, at)| *at));
        let columns = [("id", Arc::new(ids) as ArrayRef), ("occurred_at", Arc::new(at.with_timezone("UTC")))];
        RecordBatch::try_from_iter(columns).unwrap()
    }

    fn grown(records: &[(&str, i64)]) -> Arc<Grown> {
        let catalog = Catalog::embedded().unwrap();
        let mut ids = SeenIds::new(catalog.resource("events").unwrap());
        let (kept, _) = ids.keep_new(batch(records), true).unwrap();
        let declared = catalog.table("events").unwrap();
        let newest = records.iter().map(|(_, at)| *at).max();
        let at = "occurred_at".to_owned();
        Arc::new(Grown { at, declared, table: None, ids, count: kept.num_rows() as u64, newest })
    }

    /// After which of the pages a feed ends, of `total` records.
    fn ends_after(grown: &Arc<Grown>, pages: &[&[(&str, i64)]], total: u64) -> Option<usize> {
        let mut feed = Feed::new(grown, false);
        let mut read = 0;
        pages.iter().position(|page| {
            let page = batch(page);
            feed.page(&page, &page);
            read += page.num_rows() as u64;
            feed.is_known_from_here(read, Some(total))
        })
    }

    #[test]
    fn a_feed_that_shows_the_newest_first_ends_where_the_lake_begins() {
        let lake = grown(&[("1", 10), ("2", 20), ("3", 30), ("4", 40)]);
        let pages: [&[(&str, i64)]; 3] = [&[("6", 60), ("5", 50)], &[("4", 40), ("3", 30)], &[("2", 20), ("1", 10)]];
        assert_eq!(ends_after(&lake, &pages, 6), Some(1));
        assert_eq!(ends_after(&lake, &pages, 4), Some(1), "the API has forgotten two");
        assert_eq!(ends_after(&lake, &pages, 7), None, "the API counts one that the lake cannot have");
        let mut feed = Feed::new(&lake, true);
        let known = batch(pages[1]);
        feed.page(&known, &known);
        assert!(!feed.is_known_from_here(2, Some(2)), "asked to read all");
        assert_eq!(feed.oldest(), Some(30));
    }

    #[test]
    fn any_other_order_is_read_to_the_end() {
        let lake = grown(&[("1", 10), ("2", 20), ("3", 30), ("4", 40)]);
        let ascending: [&[(&str, i64)]; 2] = [&[("1", 10), ("2", 20)], &[("3", 30), ("4", 40)]];
        assert_eq!(ends_after(&lake, &ascending, 4), None);
        assert_eq!(ends_after(&lake, &[&[("4", 40), ("3", 30), ("2", 35)]], 3), None, "one is late");
        assert_eq!(ends_after(&grown(&[("1", 10), ("2", 10)]), &[&[("1", 10), ("2", 10)]], 2), None, "no order at all");
        assert_eq!(
            ends_after(&lake, &[&[("4", 40), ("3", 30)], &[("9", 25), ("2", 20)]], 9),
            None,
            "a new one among them"
        );
        assert_eq!(ends_after(&lake, &[&[]], 0), None);
    }

    #[test]
    fn a_feed_that_begins_after_the_lake_ends_may_have_lost_some() {
        let lake = grown(&[("1", 10_000_000), ("2", 20_000_000)]);
        assert_eq!(lake.window_missed(Some(20_000_000)), None);
        assert_eq!(lake.window_missed(None), None);
        assert_eq!(grown(&[]).window_missed(Some(5)), None);
        let missed = lake.window_missed(Some(21_000_000)).unwrap();
        assert_eq!((missed.after.timestamp(), missed.until.timestamp()), (20, 21));
    }
}
