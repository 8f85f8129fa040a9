//! How many records to ask for in one page. The documentation disagrees with itself (100 or 1,000) and says that limits may
//! grow, so the larger is asked for where it may work, and what the API answered is remembered. So is which properties a route
//! of the older APIs refused to show.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

use crate::{
    catalog::Resource,
    page::{LearnedLimit, LeftOut},
};

/// What every collection is documented to take.
const SURE_LIMIT: u32 = 100;
/// What was learned longer ago is asked again.
const REMEMBERED_FOR: TimeDelta = TimeDelta::days(7);

/// The page limits of one tenant, learned while its collections are read.
#[derive(Debug)]
pub(crate) struct PageLimits {
    now: DateTime<Utc>,
    learned: Mutex<BTreeMap<String, LearnedLimit>>,
    left_out: Mutex<BTreeMap<String, LeftOut>>,
    dropped: Option<DateTime<Utc>>,
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
        remembered.retain(|_, l| l.limit > 0 && counts(l.learned_at, now, dropped));
        let (left_out, hope) = Default::default();
        Self { now, learned: Mutex::new(remembered), left_out, dropped, hope }
    }

    /// The same, with the properties that earlier runs did without, as long as that is not too old either.
    pub(crate) fn with_left_out(self, mut remembered: BTreeMap<String, LeftOut>) -> Self {
        remembered.retain(|_, left_out| counts(left_out.learned_at, self.now, self.dropped));
        Self { left_out: Mutex::new(remembered), ..self }
    }

    /// The properties that each resource was read without, to be remembered.
    pub(crate) fn all_left_out(&self) -> BTreeMap<String, LeftOut> {
        self.left_out.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The properties that `resource` is not asked for, in lower case.
    pub(super) fn left_out(&self, resource: &Resource) -> BTreeSet<String> {
        let left_out = self.left_out.lock().unwrap_or_else(PoisonError::into_inner);
        left_out.get(&resource.name).map(|left_out| left_out.properties.clone()).unwrap_or_default()
    }

    /// The API refused to show these properties of `resource`.
    pub(super) fn leave_out(&self, resource: &Resource, properties: &BTreeSet<String>) {
        let mut left_out = self.left_out.lock().unwrap_or_else(PoisonError::into_inner);
        let known = left_out.entry(resource.name.clone());
        let known = known.or_insert_with(|| LeftOut { properties: BTreeSet::new(), learned_at: self.now });
        known.properties.extend(properties.iter().cloned());
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

/// Whether what was learned at some time still counts `now`: it is not too old, nor from before all of it was `dropped`.
fn counts(learned_at: DateTime<Utc>, now: DateTime<Utc>, dropped: Option<DateTime<Utc>>) -> bool {
    learned_at <= now && now - learned_at <= REMEMBERED_FOR && dropped.is_none_or(|at| learned_at > at)
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

    #[test]
    fn what_was_refused_is_not_asked_for_until_it_is_checked_again() {
        let catalog = Catalog::embedded().unwrap();
        let users = catalog.legacy.iter().find(|known| known.name == "v3-users").unwrap();
        let set = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<BTreeSet<_>>();
        let first = limits();
        first.leave_out(users, &set(&["quote"]));
        let later = |now: &str, dropped: Option<&str>| {
            PageLimits::new(BTreeMap::new(), at(now), dropped.map(at)).with_left_out(first.all_left_out())
        };
        let next = later("2026-11-23T06:00:00Z", None);
        assert_eq!(next.left_out(users), set(&["quote"]));
        next.leave_out(users, &set(&["quote", "csp"]));
        let remembered = next.all_left_out();
        assert_eq!(remembered["v3-users"].properties, set(&["csp", "quote"]));
        // All of it is asked for again when the first is due.
        assert_eq!(remembered["v3-users"].learned_at, at("2026-11-22T06:00:00Z"));
        assert_eq!(later("2026-11-29T06:00:00Z", None).left_out(users), set(&["quote"]));
        assert_eq!(later("2026-11-29T06:00:01Z", None).left_out(users), set(&[]));
        assert_eq!(later("2026-11-23T06:00:00Z", Some("2026-11-22T06:00:00Z")).left_out(users), set(&[]));
    }
}
