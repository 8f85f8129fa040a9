//! What changed, laid upon what the lake has of a list: records are replaced by their ids, and the whole is counted.
//!
//! Every record that the lake knows to have changed since that day must come again, and the API must count as many records as
//! there are in the end. Where it does not, the list is asked for once more, and then read in full.

use arrow::{
    array::BooleanArray,
    compute::{filter_record_batch, is_not_null, is_null},
    error::ArrowError,
    record_batch::RecordBatch,
};
use chrono::NaiveDate;
use futures::TryStreamExt as _;
use tokio::sync::mpsc;

use super::{
    base::{Base, both, new_days},
    carried::Carried,
    chain::ChainFacts,
    estimate::window_of,
    fan_out::Lists,
    reading::{BATCHES_IN_CHANNEL, Extracted, Extraction, Parameters},
    since::Upon,
    stamps::{Stamps, within},
    writers::Writers,
};
use crate::{
    decode::SeenIds,
    error::Error,
    lake::TableReading,
    run_report::{IncrementReport, ResourceReport},
    settings::LeavesWindow,
};

/// Rows of one batch of what the lake has.
const BATCH_ROWS: usize = 8192;
/// How often what changed is asked for: something may change while it is read.
const ATTEMPTS: usize = 2;

/// What came of reading what changed.
pub(super) enum Laid {
    /// All records of the list, and what was read.
    Upon(Box<Extracted>),
    /// It has to be read in full, for this reason.
    InFull(String),
}

/// What changed, as far as it came.
struct Changed<'s> {
    stamps: &'s Stamps,
    /// Column that has a value in records that have ended.
    ended: Option<&'s str>,
    seen: SeenIds,
    records: u64,
    unasked: u64,
    /// Those that have ended: whether the list has them turns out in the end.
    aside: Vec<RecordBatch>,
    /// Where records need not have changed: the days that were not read before.
    day: Option<&'s str>,
    old_days: Option<[NaiveDate; 2]>,
}

/// What was laid together.
struct Whole {
    facts: ChainFacts,
    records: u64,
    unasked: u64,
    ended_and_gone: u64,
    carried_over: u64,
    count: u64,
}

impl Changed<'_> {
    /// Takes in records of any chain, and gives those that count whatever the list has.
    fn take(&mut self, batch: RecordBatch) -> Result<RecordBatch, Error> {
        let (batch, _) = self.seen.keep_new(batch, true)?;
        self.records += batch.num_rows() as u64;
        let old = within(batch.clone(), self.day, self.old_days)?;
        self.unasked += self.stamps.changed(&old).into_iter().filter(|changed| !changed).count() as u64;
        let Some(ended) = self.ended.and_then(|ended| batch.column_by_name(ended)) else { return Ok(batch) };
        let filtered = |kept: Result<BooleanArray, ArrowError>| {
            kept.and_then(|kept| filter_record_batch(&batch, &kept)).map_err(|e| Error::Bug(e.to_string()))
        };
        let aside = filtered(is_not_null(ended))?;
        if aside.num_rows() > 0 {
            self.aside.push(aside);
        }
        filtered(is_null(ended))
    }

    fn aside(&self) -> u64 {
        self.aside.iter().map(|batch| batch.num_rows() as u64).sum()
    }
}

impl Extraction {
    /// Reads what changed and lays it upon what the lake has; `None` where that is not what this run does.
    ///
    /// # Errors
    /// When the API or the lake fails: what reading in full would not mend.
    pub(super) async fn increment(&mut self, upon: &Upon, lists: &Lists) -> Result<Option<Laid>, Error> {
        let Some((base, stamps)) = upon.changes() else { return Ok(None) };
        let anew = self.anew;
        let mut why = String::new();
        for attempt in 0..ATTEMPTS {
            self.anew = anew || attempt > 0;
            let mut writers = self.writers();
            let laid = self.lay(base, stamps, upon, lists, &mut writers).await;
            match laid {
                Ok(Ok(whole)) => return self.laid(upon, base, whole, writers).await.map(Some),
                Ok(Err(reason)) => {
                    writers.abort().await;
                    why = reason;
                }
                Err(error) => {
                    writers.abort().await;
                    match not_heeded(&error) {
                        Some(reason) => why = reason,
                        None => return Err(error),
                    }
                }
            }
            self.progress.restart();
        }
        self.anew = anew;
        tracing::info!(resource = self.resource.name, why, "reading in full after all");
        Ok(Some(Laid::InFull(why)))
    }

    /// Everything of the list into `writers`, or why it has to be read in full.
    async fn lay(
        &self,
        base: &Base,
        stamps: &Stamps,
        upon: &Upon,
        lists: &Lists,
        writers: &mut Writers<'_>,
    ) -> Result<Result<Whole, String>, Error> {
        let days = upon.reading.days.zip(base.reading.days);
        let old_days = days.and_then(|(now, before)| both(now, before));
        let mut changed = Changed {
            stamps,
            ended: self.resource.route.as_ref().and_then(|route| route.ended.as_deref()),
            seen: SeenIds::new(&self.resource),
            records: 0,
            unasked: 0,
            aside: Vec::new(),
            day: self.resource.day_column(),
            old_days,
        };
        let (sender, mut batches) = mpsc::channel(BATCHES_IN_CHANNEL);
        let chains = self.chains(lists.clone(), self.asked_since(stamps, days), sender);
        let writing = async {
            while let Some(batch) = batches.recv().await {
                writers.take(changed.take(batch)?).await?;
            }
            Ok::<_, Error>(())
        };
        let (chains, written) = tokio::join!(chains, writing);
        let facts = match (chains, written) {
            (Ok(facts), Ok(())) => facts,
            (Err(Error::Interrupted), Err(error)) | (Err(error), _) | (Ok(_), Err(error)) => return Err(error),
        };
        let lacking = stamps.lacking(|id| changed.seen.has(id)).count();
        if lacking > 0 {
            return Ok(Err(format!(
                "{lacking} records did not come that the lake knows to have changed: the API gives less than what changed, or \
                 they were deleted"
            )));
        }
        let declared = self.tables.first().ok_or_else(|| Error::Bug("a resource without a table".into()))?;
        let mut carried_over = 0;
        let mut rows = Carried { lake: &self.job.lake, table: &base.table }.rows(declared, BATCH_ROWS);
        while let Some(batch) = self.job.stop.unless_stopped(rows.try_next()).await? {
            let (batch, _) = changed.seen.keep_new(within(batch, changed.day, old_days)?, true)?;
            carried_over += batch.num_rows() as u64;
            writers.take(batch).await?;
        }
        let Some(count) = self.count_now(lists).await? else {
            return Ok(Err("the API does not count its records".to_owned()));
        };
        let aside = changed.aside();
        let kept = changed.records - aside + carried_over;
        let has_ended = match verdict(count, kept, aside, stamps.has_ended, self.accepted_missing) {
            Some(has_ended) => has_ended,
            None => {
                let there = kept + if stamps.has_ended { aside } else { 0 };
                return Ok(Err(format!("the API counts {count} records, and with what changed there are {there}")));
            }
        };
        if has_ended {
            for batch in std::mem::take(&mut changed.aside) {
                writers.take(batch).await?;
            }
        }
        let ended_and_gone = if has_ended { 0 } else { aside };
        let Changed { records, unasked, .. } = changed;
        Ok(Ok(Whole { facts, records, unasked, ended_and_gone, carried_over, count }))
    }

    /// What each chain asks for: what changed, once for each way to ask, and the days that were not read before.
    fn asked_since(&self, stamps: &Stamps, days: Option<([NaiveDate; 2], [NaiveDate; 2])>) -> Vec<Parameters> {
        let since = stamps.each().map(|stamp| {
            let mut asked = self.parameters();
            asked.push((stamp.parameter.clone(), stamp.value()));
            asked
        });
        let new = days.map(|(now, before)| new_days(now, before)).unwrap_or_default();
        let new = new.into_iter().map(|[from, until]| {
            let mut asked = self.parameters_but_days();
            asked.extend(window_of(&self.resource, Some(LeavesWindow { from, until })));
            asked
        });
        since.chain(new).collect()
    }

    /// The tables, with what is to be reported of them.
    async fn laid(&self, upon: &Upon, base: &Base, whole: Whole, writers: Writers<'_>) -> Result<Laid, Error> {
        let Whole { facts, records, unasked, ended_and_gone, carried_over, count } = whole;
        let since = upon.since();
        let reading = TableReading { full_at: base.reading.full_at, since, ..upon.reading.clone() };
        let increment = IncrementReport {
            since: since.unwrap_or_default(),
            upon: base.of.as_of,
            upon_sequence: base.of.sequence,
            full_at: base.reading.full_at,
            unasked,
            ended: ended_and_gone,
        };
        let report = ResourceReport {
            carried_over,
            recounted: Some(count),
            missing: count.saturating_sub(records + carried_over - ended_and_gone),
            increment: Some(increment),
            reading: Some(reading),
            records,
            ..self.report(&facts, None)
        };
        let (tables, ids) = writers.close().await?;
        let (labels, received) = (facts.labels, Vec::new());
        Ok(Laid::Upon(Box::new(Extracted { tables, report, ids, labels, at_known: false, oldest: None, received })))
    }
}

/// Why an answer to what changed is none that can be used, where everything may be answered all the same.
pub(super) fn not_heeded(error: &Error) -> Option<String> {
    match error {
        Error::Api(api) if api.takes_for_wrong().is_some() => {
            Some("the API refuses to be asked for what changed".to_owned())
        }
        Error::Incomplete { .. } | Error::Endless { .. } => {
            Some("the API did not give all that it says has changed".to_owned())
        }
        _ => None,
    }
}

/// Whether the list has records that have ended, by its count; `None` where the count fits neither.
///
/// `kept` records have not ended, or were in the list before; `aside` have ended since. Where the list is known to have such,
/// only one count fits.
fn verdict(count: u64, kept: u64, aside: u64, known: bool, accepted_missing: u64) -> Option<bool> {
    let fits = |there: u64| there <= count && count - there <= accepted_missing;
    if fits(kept + aside) {
        return Some(true);
    }
    (!known && fits(kept)).then_some(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whether_a_list_has_what_has_ended_is_told_by_its_count() {
        assert_eq!(verdict(10, 10, 0, false, 0), Some(true));
        assert_eq!(verdict(12, 10, 2, false, 0), Some(true));
        assert_eq!(verdict(10, 10, 2, false, 0), Some(false));
        assert_eq!(
            verdict(10, 10, 2, true, 0),
            None,
            "one was deleted, and another, or the count is of something else"
        );
        assert_eq!(verdict(11, 10, 2, false, 0), None);
        assert_eq!(verdict(9, 10, 0, false, 0), None, "the lake has one too many");
        assert_eq!(verdict(11, 10, 0, false, 0), None, "one is missing");
        assert_eq!(verdict(11, 10, 0, false, 1), Some(true), "and is accepted");
    }
}
