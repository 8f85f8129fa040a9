//! Whether all records of a resource were read: what came is compared with what the API counts.

use super::{
    fan_out::Lists,
    reading::{Extracted, Extraction},
};
use crate::{
    run_id::RunId,
    {decode::RowsError, error::Error, page::NothingKept, run_report::ResourceReport},
};

/// What comparing found.
enum Verdict {
    /// All are there, but for those whose absence is accepted.
    Complete,
    /// Fewer came than the API counts.
    Missing(Error),
    /// Pages of an earlier run were used, and the collection is no longer what it was then.
    Changed,
}

impl Extraction {
    /// Makes sure that a first reading is complete, or reads again, once.
    ///
    /// # Errors
    /// When records are missing all the same, or come and go while they are read.
    pub(super) async fn completed(
        &mut self,
        first: Result<Extracted, Error>,
        lists: &Lists,
        by_ids: bool,
    ) -> Result<Extracted, Error> {
        let continued = self.job.checkpoint.continued().cloned();
        let mut first = match (first, &continued) {
            // What was counted is in the pages read, or in the lake.
            (Ok(first), _) if first.at_known => return Ok(first),
            // One id for two records, perhaps one of them in a page of then and one of now.
            (Err(Error::Rows(RowsError::SharedId { .. })), Some(run)) => return self.read_anew(lists, None, run).await,
            (first, _) => first?,
        };
        match (self.judge(&mut first.report, lists, by_ids).await?, continued) {
            (Verdict::Complete, _) => Ok(first),
            (Verdict::Changed, Some(run)) => {
                let counted = first.report.recounted;
                drop(first);
                self.read_anew(lists, counted, &run).await
            }
            (Verdict::Missing(missing), _) if by_ids && !self.restricted => {
                drop(first);
                self.read_without_filter(&missing).await
            }
            (Verdict::Missing(missing), _) => Err(missing),
            (Verdict::Changed, None) => Err(Error::Bug("kept pages of no run".into())),
        }
    }

    /// Records of owners that the other resource does not list: only a chain without the filter sees them.
    async fn read_without_filter(&mut self, missing: &Error) -> Result<Extracted, Error> {
        tracing::info!(resource = self.resource.name, cause = %missing, "reading again without the filter");
        self.anew = true;
        self.progress.restart();
        let mut extracted = self.read(None, None).await?;
        match self.judge(&mut extracted.report, &None, false).await? {
            Verdict::Missing(missing) => Err(missing),
            Verdict::Complete | Verdict::Changed => {
                extracted.report.restarts += 1;
                Ok(extracted)
            }
        }
    }

    /// Reads the whole resource from the API, as pages kept by `run` no longer fit; it had `before` records then, where
    /// that was counted.
    async fn read_anew(&mut self, lists: &Lists, before: Option<u64>, run: &RunId) -> Result<Extracted, Error> {
        let resource = self.resource.name.clone();
        tracing::info!(
            resource,
            %run,
            "the collection changed since its first pages were read: reading all of it again"
        );
        let before = match before {
            Some(before) => Some(before),
            None => self.count_now(lists).await?,
        };
        self.anew = true;
        self.progress.restart();
        let lists = lists.clone().filter(|_| self.restricted);
        let mut read = self.read(lists.clone(), None).await;
        let served = match &mut read {
            Ok(extracted) => extracted.report.records,
            Err(Error::Incomplete { served, .. }) => *served,
            Err(_) => return read,
        };
        let after = self.count_now(&lists).await?;
        match (before, after) {
            (Some(before), Some(after)) if before != after && self.is_short(served, after) => {
                Err(Error::Changing { resource, before, after, served })
            }
            (_, Some(after)) if self.is_short(served, after) && read.is_ok() => Err(self.incomplete(after, served)),
            _ => {
                let mut extracted = read?;
                extracted.report.restarts += 1;
                extracted.report.recounted = after;
                extracted.report.missing = after.unwrap_or(served).saturating_sub(served);
                Ok(extracted)
            }
        }
    }

    /// Compares what came with what the API says there is. It is asked a second time where fewer came, as records may have
    /// gone while the others were read.
    ///
    /// Chains by ids are counted again whatever came: what was added to them meanwhile must not stand for records of owners
    /// whom no chain asks for. So is what was read with pages of an earlier run: records read, different records and the
    /// count must be equal then.
    async fn judge(&self, report: &mut ResourceReport, lists: &Lists, by_ids: bool) -> Result<Verdict, Error> {
        let served = report.records;
        let Some(first) = report.total_count else {
            if self.resource.route.as_ref().is_some_and(|route| route.may_lack_count) {
                tracing::debug!(resource = self.resource.name, "not counted, as some tenants do not");
            } else {
                tracing::warn!(
                    resource = self.resource.name,
                    "the API gives no totalCount: completeness rests on links alone"
                );
            }
            return Ok(Verdict::Complete);
        };
        if report.kept_pages > 0 {
            let counted = self.count_now(lists).await?.unwrap_or(first);
            report.recounted = Some(counted);
            report.missing = counted.saturating_sub(served);
            let unmoved = report.repeated == 0 || report.restarts > 0;
            let agree = unmoved && served <= counted && !self.is_short(served, counted);
            return Ok(if agree { Verdict::Complete } else { Verdict::Changed });
        }
        // Each chain of some owners was compared with its own count, but for what may be missing of all.
        let counted = match served < first || by_ids {
            true if !self.restricted => self.count(&NothingKept, None).await?.unwrap_or(first),
            _ => first,
        };
        report.missing = counted.saturating_sub(served);
        let short = self.is_short(served, counted);
        Ok(if short { Verdict::Missing(self.incomplete(counted, served)) } else { Verdict::Complete })
    }

    /// Whether more are missing than is accepted.
    fn is_short(&self, served: u64, counted: u64) -> bool {
        served.saturating_add(self.accepted_missing) < counted
    }

    fn incomplete(&self, expected: u64, served: u64) -> Error {
        let (resource, table) = (self.resource.name.clone(), self.resource.table_name());
        Error::Incomplete { resource, table, expected, served }
    }

    /// The count of now, also where an earlier one was kept.
    pub(super) async fn count_now(&self, lists: &Lists) -> Result<Option<u64>, Error> {
        let (Some(lists), true) = (lists, self.restricted) else { return self.count(&NothingKept, None).await };
        let mut counted = Some(0);
        for list in lists {
            let one = self.count(&NothingKept, Some(list)).await?;
            counted = counted.zip(one).map(|(all, one)| all + one);
        }
        Ok(counted)
    }
}
