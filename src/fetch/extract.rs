//! One resource: how it is split into chains of pages, and that all of it came.

use std::sync::Arc;

use super::{
    fan_out::{self, Owners},
    grown::Grown,
    increment::Laid,
    kept::Kept,
    reading::{Extracted, Extraction},
};
use crate::{catalog::matches_any, error::Error, run_report::WindowMissed, settings::did_you_mean};

/// The ids of the resource that another is read by.
#[derive(Debug, Clone, Default)]
pub(super) enum Ids {
    /// Nobody needs to know any.
    #[default]
    None,
    /// They cannot be had.
    Unreadable,
    /// All that are wanted.
    Read(Arc<Vec<String>>),
}

impl Ids {
    /// None where they cannot be had.
    pub(super) fn all(&self) -> &[String] {
        match self {
            Self::Read(ids) => ids,
            Self::None | Self::Unreadable => &[],
        }
    }
}

impl Extraction {
    /// Reads the whole resource, by the ids of another where that is worth it, or where only some owners are wanted. The
    /// records are counted while those ids are still being read.
    pub(super) async fn run(
        mut self,
        owners: impl Future<Output = Result<Ids, Error>>,
        filtered_by: impl Future<Output = Result<Ids, Error>>,
        required: impl Future<Output = Result<Option<Vec<Owners>>, Error>>,
    ) -> Result<Extracted, Error> {
        if self.resource.each.is_some() {
            return self.run_each(owners.await?).await;
        }
        if let Some(grows) = &self.resource.grows {
            let declared = self.tables.first().ok_or_else(|| Error::Bug("a resource without a table".into()))?;
            self.grown = Some(Arc::new(Grown::of(&self.job, &self.resource, grows, declared).await?));
        }
        if !self.wants_all() {
            self.narrow(filtered_by.await?.all())?;
        }
        let required = required.await?;
        let upon = self.job.increments.get(&self.resource.name).cloned();
        let asked_by = required.clone().filter(|_| upon.is_some());
        let why = match &upon {
            None => None,
            Some(upon) => match self.increment(upon, &required).await? {
                Some(Laid::Upon(extracted)) => {
                    self.progress.finish();
                    return Ok(*extracted);
                }
                Some(Laid::InFull(why)) => Some(why),
                None => upon.in_full_because.clone(),
            },
        };
        let limit = self.job.limits.current(&self.resource);
        let other_bytes = self.filter.as_ref().map_or(0, |(_, list)| list.len());
        let (lists, expected) = match (&self.resource.fan_out, self.restricted) {
            _ if required.is_some() => (required, None),
            (Some(fan_out), true) => {
                let ids = owners.await?;
                let ids = ids.all();
                let guess = ids.len() as u64 * fan_out::RECORDS_OF_AN_OWNER;
                let lists = fan_out::lists(ids, guess, limit, fan_out.max_values, other_bytes);
                (Some(fan_out::owners(fan_out, lists)), None)
            }
            // Without a count nobody could tell that owners are missing from the ids: one chain without a filter misses none.
            (Some(fan_out), false) => match tokio::try_join!(self.first_count(), owners)? {
                (Some(expected), ids @ (Ids::Read(_) | Ids::Unreadable)) => {
                    let limit = self.job.limits.current(&self.resource);
                    let lists = fan_out::chunks(ids.all(), expected, limit, fan_out.max_values, other_bytes);
                    (lists.map(|lists| fan_out::owners(fan_out, lists)), Some(expected))
                }
                _ => (None, None),
            },
            (None, _) => (None, None),
        };
        self.progress.expect(expected.unwrap_or_default());
        let by_ids = lists.is_some();
        let again = lists.clone().filter(|_| self.restricted);
        let first = self.read(lists, expected).await;
        let mut extracted = self.completed(first, &again, by_ids).await?;
        if let Some(grown) = self.grown.as_ref().filter(|_| !extracted.at_known) {
            let missed = grown.window_missed(extracted.oldest);
            if let Some(WindowMissed { after, until }) = missed {
                let resource = &self.resource.name;
                tracing::warn!(resource, %after, %until, "some may be missing for ever: the lake's newest is older than the API's oldest");
            }
            extracted.report.window_missed = missed;
        }
        if let Some(upon) = &upon {
            extracted.report.missed = self.missed(upon, &asked_by, &extracted).await?;
            extracted.report.in_full_because = why;
            extracted.report.reading = Some(upon.reading.clone());
        }
        self.progress.finish();
        Ok(extracted)
    }

    /// Asks the API for the wanted records alone, where they can be listed; `ids` are those that may be listed.
    fn narrow(&mut self, ids: &[String]) -> Result<(), Error> {
        let Some(filter) = self.resource.filter.as_ref() else { return Ok(()) };
        let patterns = &self.job.history.patterns;
        // A misspelt one would give an empty table.
        let ids = Some(ids).filter(|ids| !ids.is_empty());
        let unknown = |ids: &[String]| {
            patterns.iter().find(|p| !ids.iter().any(|id| matches_any(std::slice::from_ref(p), id))).cloned()
        };
        if let Some(pattern) = ids.and_then(unknown) {
            let hint = did_you_mean(&pattern, ids.into_iter().flatten().map(String::as_str));
            return Err(Error::Usage(format!("--attribute-definitions: no definition is {pattern:?}{hint}")));
        }
        let exact = patterns.iter().all(|pattern| !pattern.ends_with('*'));
        let listed: Option<Vec<&str>> = match ids {
            _ if exact => Some(patterns.iter().map(String::as_str).collect()),
            Some(ids) => Some(ids.iter().map(String::as_str).filter(|id| matches_any(patterns, id)).collect()),
            None => None,
        };
        self.filter = listed.and_then(|ids| filter.list(&ids)).map(|list| (filter.parameter.clone(), list));
        Ok(())
    }

    /// The count that the chains are made by: a run that goes on must make the same ones.
    async fn first_count(&self) -> Result<Option<u64>, Error> {
        let kept = Kept::new(&self.job.checkpoint, &self.decoder, &self.job.limits);
        self.count(&kept, None).await
    }
}
