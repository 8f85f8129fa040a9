//! How many records to ask for in one page. The documentation disagrees with itself (100 or 1,000) and says that limits may
//! grow, so the larger is asked for where it may work, and what the API answered is remembered.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

use crate::{catalog::Resource, page::LearnedLimit};

/// What every collection is documented to take.
const SURE_LIMIT: u32 = 100;
/// What was learned longer ago is asked again.
const REMEMBERED_FOR: TimeDelta = TimeDelta::days(7);

/// The page limits of one tenant, learned while its collections are read.
#[derive(Debug)]
pub(crate) struct PageLimits {
    now: DateTime<Utc>,
    learned: Mutex<BTreeMap<String, LearnedLimit>>,
    /// Whether limits above the documented one are taken: the first collection that tries finds it out for all.
    hope: Arc<AsyncMutex<Option<bool>>>,
}

/// How many records to ask for, and what hangs on the answer.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) limit: u32,
    /// Held while nobody knows yet whether the larger limit is taken, so that only one request finds out.
    hope: Option<OwnedMutexGuard<Option<bool>>>,
}

impl Asked {
    pub(super) fn of(limit: u32) -> Self {
        Self { limit, hope: None }
    }
}

impl PageLimits {
    /// Starts with what earlier runs learned, as long as it is not too old `now`, nor from before it was `dropped`.
    pub(crate) fn new(
        mut remembered: BTreeMap<String, LearnedLimit>,
        now: DateTime<Utc>,
        dropped: Option<DateTime<Utc>>,
    ) -> Self {
        let recent = |learned: DateTime<Utc>| learned <= now && now - learned <= REMEMBERED_FOR;
        remembered.retain(|_, l| l.limit > 0 && recent(l.learned_at) && dropped.is_none_or(|at| l.learned_at > at));
        Self { now, learned: Mutex::new(remembered), hope: Arc::default() }
    }

    /// What is known now, to be remembered.
    pub(crate) fn learned(&self) -> BTreeMap<String, LearnedLimit> {
        self.learned.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Records in one page of `resource`, as far as is known now.
    pub(crate) fn current(&self, resource: &Resource) -> u32 {
        self.known(resource).unwrap_or(resource.page_limit)
    }

    /// Whether reading `resource` begins by asking for a limit that may be refused.
    pub(crate) fn would_probe(&self, resource: &Resource) -> bool {
        resource.hoped_page_limit.is_some() && self.known(resource).is_none()
    }

    /// Every limit that a page of `resource` may have been asked for with.
    pub(super) fn candidates(resource: &Resource) -> Vec<u32> {
        let largest = resource.hoped_page_limit.unwrap_or(resource.page_limit);
        std::iter::successors(Some(largest), |limit| Self::less(resource, *limit)).collect()
    }

    /// What to ask for first.
    pub(super) async fn ask(&self, resource: &Resource) -> Asked {
        if let Some(limit) = self.known(resource) {
            return Asked::of(limit);
        }
        let Some(hoped) = resource.hoped_page_limit else { return Asked::of(resource.page_limit) };
        let hope = Arc::clone(&self.hope).lock_owned().await;
        match *hope {
            Some(true) => Asked::of(hoped),
            Some(false) => {
                self.learn(resource, resource.page_limit);
                Asked::of(resource.page_limit)
            }
            None => Asked { limit: hoped, hope: Some(hope) },
        }
    }

    /// A smaller limit than `limit`, if there is one.
    pub(super) fn less(resource: &Resource, limit: u32) -> Option<u32> {
        let less = if limit > resource.page_limit { resource.page_limit } else { (limit / 10).max(SURE_LIMIT) };
        (less < limit).then_some(less)
    }

    /// The API refused a request with that limit, or takes too long over it: what to ask for instead, if there is anything
    /// less.
    pub(super) fn refused(&self, resource: &Resource, asked: &mut Asked) -> Option<u32> {
        let less = Self::less(resource, asked.limit)?;
        if let Some(mut hope) = asked.hope.take() {
            *hope = Some(false);
        }
        self.learn(resource, less);
        asked.limit = less;
        Some(less)
    }

    /// The API answered a first page of `records`, with more to come or not.
    pub(super) fn taken(&self, resource: &Resource, mut asked: Asked, records: u64, more: bool) {
        if let Some(mut hope) = asked.hope.take() {
            *hope = Some(true);
        }
        // Only a page that is not the last tells how large pages are, and one may be short by access rights.
        let sure = SURE_LIMIT.min(resource.page_limit);
        match u32::try_from(records) {
            // More than is documented: so many at least.
            Ok(records) if records > resource.page_limit => self.learn(resource, asked.limit),
            Ok(records) if more && (records == asked.limit || records == sure) => self.learn(resource, records),
            _ => {}
        }
    }

    fn known(&self, resource: &Resource) -> Option<u32> {
        let learned = self.learned.lock().unwrap_or_else(PoisonError::into_inner);
        learned.get(&resource.name).map(|l| l.limit)
    }

    fn learn(&self, resource: &Resource, limit: u32) {
        let learned_at = self.now;
        let mut learned = self.learned.lock().unwrap_or_else(PoisonError::into_inner);
        let known = learned.entry(resource.name.clone()).or_insert(LearnedLimit { limit, learned_at });
        if known.limit != limit {
            *known = LearnedLimit { limit, learned_at };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn limits() -> PageLimits {
        PageLimits::new(BTreeMap::new(), at("2026-11-22T06:00:00Z"), None)
    }

    fn resources() -> Vec<Resource> {
        Catalog::embedded().unwrap().resources
    }

    #[tokio::test]
    async fn one_refusal_is_enough_for_all_collections() {
        let (limits, resources) = (limits(), resources());
        let hoping: Vec<&Resource> = resources.iter().filter(|r| r.hoped_page_limit.is_some()).collect();
        assert!(hoping.len() > 5);
        let mut first = limits.ask(hoping[0]).await;
        assert_eq!(first.limit, 1000);
        assert_eq!(limits.refused(hoping[0], &mut first), Some(100));
        assert_eq!(limits.refused(hoping[0], &mut first), None);
        for other in &hoping {
            assert_eq!(limits.ask(other).await.limit, 100);
        }
        let later = async |now, dropped: Option<&str>| {
            PageLimits::new(limits.learned(), at(now), dropped.map(at)).ask(hoping[1]).await.limit
        };
        assert_eq!(later("2026-11-29T06:00:00Z", None).await, 100);
        assert_eq!(later("2026-11-29T06:00:01Z", None).await, 1000);
        assert_eq!(later("2026-11-23T06:00:00Z", Some("2026-11-22T05:59:59Z")).await, 100);
        assert_eq!(later("2026-11-23T06:00:00Z", Some("2026-11-22T06:00:00Z")).await, 1000);
    }

    #[tokio::test]
    async fn a_larger_limit_that_is_taken_is_used_and_a_clamped_one_remembered() {
        let (limits, resources) = (limits(), resources());
        let hoping: Vec<&Resource> = resources.iter().filter(|r| r.hoped_page_limit.is_some()).collect();
        limits.taken(hoping[0], limits.ask(hoping[0]).await, 1000, true);
        assert_eq!(limits.current(hoping[0]), 1000);
        limits.taken(hoping[1], limits.ask(hoping[1]).await, 100, true);
        assert_eq!(limits.current(hoping[1]), 100);
        // Nothing can be told from a collection that fits, or from a page that access rights made short.
        limits.taken(hoping[2], limits.ask(hoping[2]).await, 17, false);
        limits.taken(hoping[3], limits.ask(hoping[3]).await, 99, true);
        assert_eq!(limits.learned().len(), 2);
        assert_eq!(limits.ask(hoping[2]).await.limit, 1000);
    }

    #[tokio::test]
    async fn attributes_fall_back_to_what_every_collection_takes() {
        let (limits, resources) = (limits(), resources());
        let attributes = resources.iter().find(|r| r.page_limit == 1000).unwrap();
        let mut asked = limits.ask(attributes).await;
        assert_eq!(asked.limit, 1000);
        assert_eq!(limits.refused(attributes, &mut asked), Some(100));
        assert_eq!(limits.current(attributes), 100);
    }
}
