//! Records that no list gives: each is asked for by its id, unless the lake has it.
//!
//! The ids come from another resource. What the lake has of them is taken over from the table as it was written last; what is
//! older than the recheck allows is asked for again, spread over the days so that not all of it falls due at once. A record
//! that is gone meanwhile is left out.
//!
//! - `records`: the records
//! - `content`: what they describe; `rows`: the rows of it
//! - `lists`: which are asked for together, so that a run that goes on finds what the one before had

mod content;
mod lists;
mod records;
mod rows;

use std::{
    collections::{BTreeMap, HashSet},
    hash::{DefaultHasher, Hash as _, Hasher as _},
};

use super::{
    extract::Ids,
    labels::Gathered,
    reading::{Extracted, Extraction},
};
use crate::{
    error::Error,
    lake::{StagedTable, TableWriter},
    run_report::{ByIdReport, ResourceReport},
};

const MICROS_OF_A_DAY: i64 = 86_400_000_000;

impl Extraction {
    /// Reads the records with these ids, and what they describe where that is wanted.
    ///
    /// # Errors
    /// When nobody knows the ids; when a record cannot be read, or the lake cannot be read or written.
    pub(super) async fn run_each(self, ids: Ids) -> Result<Extracted, Error> {
        let from = self.resource.each.as_ref().map(|each| each.from.as_str()).unwrap_or_default();
        let Ids::Read(ids) = ids else {
            let (table, from) = (self.resource.table_name(), from.replace('-', "_"));
            return Err(Error::Usage(format!("{table} is read by what {from} names, and {from} cannot be read")));
        };
        let ids = distinct(&ids);
        self.progress.expect(ids.len() as u64);
        let records = self.records(&ids).await?;
        let mut tables = vec![records.table];
        let mut by_id = ByIdReport { asked: records.asked, gone: records.gone, content: None };
        if let Some(content) = self.resource.content.as_ref().filter(|_| self.contents) {
            let (table, contents) = self.contents(content, &records.described).await?;
            tables.push(table);
            by_id.content = Some(contents);
        }
        self.progress.finish();
        let report = ResourceReport {
            resource: self.resource.name.clone(),
            pages: records.asked,
            kept_pages: records.kept,
            records: records.records,
            page_limit: 1,
            carried_over: records.carried_over,
            by_id: Some(by_id),
            drift: records.drift.findings(),
            ..ResourceReport::default()
        };
        let (ids, labels) = (BTreeMap::new(), Gathered::default());
        Ok(Extracted { tables, report, ids, labels, at_known: false, oldest: None, received: Vec::new() })
    }

    /// Whether what the lake has of a record since then is to be asked for again: after half as many days as are configured
    /// to all of them, another number for each id.
    fn is_due(&self, id: &str, since_micros: i64) -> bool {
        if self.job.fresh {
            return true;
        }
        let Some(days) = self.job.recheck_days else { return false };
        let (least, spread) = (u64::from(days / 2), hash(id) % u64::from(days - days / 2 + 1));
        let days = i64::try_from(least + spread).unwrap_or(i64::MAX);
        self.job.now.timestamp_micros().saturating_sub(since_micros) >= days.saturating_mul(MICROS_OF_A_DAY)
    }
}

/// Each id once, in the order of the first.
fn distinct(ids: &[String]) -> Vec<&str> {
    let mut seen = HashSet::new();
    ids.iter().map(String::as_str).filter(|id| seen.insert(*id)).collect()
}

/// The same in every run.
fn hash(id: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    hasher.finish()
}

/// Closes a table when everything was written, and gives it up otherwise.
async fn close(writer: TableWriter, written: Result<(), Error>) -> Result<StagedTable, Error> {
    match written {
        Ok(()) => Ok(writer.close().await?),
        Err(error) => {
            writer.abort().await;
            Err(error)
        }
    }
}
