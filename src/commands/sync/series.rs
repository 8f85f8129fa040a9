//! A run over several days that ended early is gone on with after the last day that it published.
//!
//! What was published is put down beside the pages that it was made of, once its publication came to its end: a day whose
//! manifest is there and no more is published again, which ends what was begun. Only days made of the very same pages by the
//! very same command stay; whatever else was asked for, or read again, all days are made of it.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{Produced, Run, Work};
use crate::{
    day_list::days_in_words,
    error::Error,
    fetch::RunCheckpoint,
    lake::{Checkpoint, Note, Snapshot, SnapshotId},
    run_report::{KeptBecause, KeptDay},
};

/// The days of a run that are published.
#[derive(Debug)]
pub(super) struct Series {
    published: Published,
    /// Those published before the run began.
    before: Vec<NaiveDate>,
    /// Whether the run has several days: of a single one nothing needs to be put down.
    is_noted: bool,
}

/// What is put down of them.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Published {
    /// Names the command and the pages that the days were made of.
    made_of: String,
    /// The numbers of their snapshots.
    days: BTreeMap<NaiveDate, u64>,
}

impl Series {
    /// Whether a day is published.
    pub(super) fn has(&self, day: NaiveDate) -> bool {
        self.before.contains(&day)
    }

    /// The days that stay.
    pub(super) fn published_before(&self) -> impl Iterator<Item = KeptDay> {
        self.before.iter().map(|day| KeptDay { as_of: *day, because: KeptBecause::AlreadyPublished })
    }

    /// Puts down that the publication of a day came to its end. Where that fails, a run that goes on publishes it again.
    pub(super) async fn add(&mut self, SnapshotId { as_of, sequence }: SnapshotId, checkpoint: &RunCheckpoint) {
        self.published.days.insert(as_of, sequence);
        if self.is_noted
            && let Err(error) = checkpoint.checkpoint().note(Note::Published, &self.published).await
        {
            tracing::debug!(%as_of, %error, "not put down as published");
        }
    }
}

impl Run {
    /// The days that are published already of what this run has read: the first ones, without a gap, and never all.
    ///
    /// # Errors
    /// When the lake cannot be read.
    pub(super) async fn series(&self, work: &Work, produced: &Produced) -> Result<Series, Error> {
        let is_noted = self.days.len() > 1;
        if !is_noted {
            return Ok(Series { published: Published::default(), before: Vec::new(), is_noted });
        }
        let checkpoint = work.checkpoint.checkpoint();
        let made_of = self.made_of(&checkpoint.fingerprint().await?, produced);
        let noted = match produced.resources.iter().all(|resource| resource.kept_pages == resource.pages) {
            true => checkpoint.noted::<Published>(Note::Published).await,
            false => Published::default(),
        };
        let current = |day: &&NaiveDate| {
            let of_pages = |snapshot: &&Snapshot| snapshot.state.pages_of.as_ref() == Some(checkpoint.run_id());
            let there = work.before.of(**day).filter(of_pages).map(|snapshot| snapshot.sequence);
            noted.made_of == made_of && there.is_some() && there == noted.days.get(*day).copied()
        };
        let all_but_one = self.days.len() - 1;
        let before: Vec<NaiveDate> = self.days.iter().take_while(current).take(all_but_one).copied().collect();
        if !before.is_empty() {
            let days = days_in_words(&before);
            tracing::info!(days, continues = %checkpoint.run_id(), "kept: published before, of the same reading");
        }
        let days = noted.days.into_iter().filter(|(day, _)| before.contains(day)).collect();
        Ok(Series { published: Published { made_of, days }, before, is_noted })
    }

    /// Whether everything was published that the pages were kept for.
    pub(super) async fn used_up(&self, pages: &Checkpoint, last_day: Option<&Snapshot>) -> bool {
        let is_made_of_them = last_day.is_some_and(|day| day.state.pages_of.as_ref() == Some(pages.run_id()));
        let noted = async || pages.noted::<Published>(Note::Published).await.days.contains_key(&self.as_of);
        // The last day of several may have been published by a run that did not come to its end.
        is_made_of_them && (self.days.len() == 1 || noted().await)
    }

    /// Names the command, as far as the content of its days depends on it, and the pages.
    fn made_of(&self, pages: &str, produced: &Produced) -> String {
        let Self { days, replace, zone, catalog, selection, history, thresholds, .. } = self;
        let command = format!("{days:?} {replace} {zone} {catalog:?} {selection:?} {history:?} {thresholds:?}");
        hex::encode(Sha256::digest(format!("{command} {:?} {pages}", produced.absent)))
    }
}
