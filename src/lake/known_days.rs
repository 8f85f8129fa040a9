//! Which days a lake is known to have had: each snapshot remembers those of its time, and each collection the days that it
//! removed. A day that a snapshot remembers, that is gone and that nobody removed has vanished.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use object_store::{ObjectStoreExt as _, path::Path};
use serde::{Deserialize, Serialize};

use super::{Days, Lake, LakeError, Snapshot, layout};
use crate::run_id::RunId;

/// Key of the state under which a snapshot remembers the days of its time.
pub const KNOWN_DAYS: &str = "known_days";

/// Records read at once.
const CONCURRENCY: usize = 8;

/// The days that a lake had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownDays {
    /// When it had them.
    at: DateTime<Utc>,
    /// Series of days without a gap, each its first and, after a slash, its last: a lake of every day is one of them.
    days: Vec<String>,
}

impl KnownDays {
    /// The days that a lake had at some time.
    pub fn new(at: DateTime<Utc>, days: impl IntoIterator<Item = NaiveDate>) -> Self {
        let mut series: Vec<(NaiveDate, NaiveDate)> = Vec::new();
        for day in days.into_iter().collect::<BTreeSet<_>>() {
            match series.last_mut() {
                Some((_, last)) if last.succ_opt() == Some(day) => *last = day,
                _ => series.push((day, day)),
            }
        }
        let text = |(first, last)| if first == last { format!("{first}") } else { format!("{first}/{last}") };
        Self { at, days: series.into_iter().map(text).collect() }
    }

    /// What a snapshot remembers, if it does.
    fn of(snapshot: &Snapshot) -> Option<Self> {
        serde_json::from_value(snapshot.state.get(KNOWN_DAYS)?.clone()).ok()
    }

    /// Each of the days.
    fn each(&self) -> impl Iterator<Item = NaiveDate> {
        self.days.iter().flat_map(|series| {
            let (first, last) = series.split_once('/').unwrap_or((series, series));
            let bounds = first.parse::<NaiveDate>().ok().zip(last.parse::<NaiveDate>().ok());
            bounds.into_iter().flat_map(|(first, last)| first.iter_days().take_while(move |day| *day <= last))
        })
    }
}

/// What one collection removed.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Removal {
    at: DateTime<Utc>,
    days: BTreeSet<NaiveDate>,
}

/// Remembers that `run_id` is about to remove `days`, before their manifests go.
///
/// # Errors
/// When the store refuses or fails.
pub(super) async fn remember_removal(
    lake: &Lake,
    run_id: &RunId,
    at: DateTime<Utc>,
    days: BTreeSet<NaiveDate>,
) -> Result<(), LakeError> {
    let failed = |e| LakeError::Internal { reason: format!("a removal cannot be written as JSON: {e}") };
    let json = serde_json::to_vec(&Removal { at, days }).map_err(failed)?;
    lake.put(layout::removal(run_id), json).await
}

/// When each day was removed last, and the records that cannot be read.
async fn removals(lake: &Lake) -> Result<(BTreeMap<NaiveDate, DateTime<Utc>>, Vec<Path>), LakeError> {
    let records = lake.objects_in(&layout::removals_dir()).await?.into_iter().map(|object| object.location);
    let read = |path: Path| async move {
        let failed = |e| LakeError::store("read", &path, e);
        let content = lake.store.get(&path).await.map_err(failed)?.bytes().await.map_err(failed)?;
        Ok((serde_json::from_slice::<Removal>(&content).ok(), path))
    };
    let read: Vec<(Option<Removal>, Path)> =
        stream::iter(records).map(read).buffered(CONCURRENCY).try_collect().await?;
    let (mut last, mut unreadable) = (BTreeMap::new(), Vec::new());
    for (removal, path) in read {
        let Some(Removal { at, days }) = removal else {
            unreadable.push(path);
            continue;
        };
        for day in days {
            let known = last.entry(day).or_insert(at);
            *known = at.max(*known);
        }
    }
    Ok((last, unreadable))
}

/// The days that are gone though nobody removed them, each with the path of what names it, and records of removals that
/// cannot be read. `views` are the files with views, by path.
pub(super) async fn vanished(
    lake: &Lake,
    days: &Days,
    views: &[(&str, String)],
) -> Result<(BTreeMap<NaiveDate, String>, Vec<Path>), LakeError> {
    let there: BTreeSet<NaiveDate> = days.dates().into_iter().collect();
    let (removed, unreadable) = removals(lake).await?;
    let mut gone = BTreeMap::new();
    for snapshot in days.snapshots.iter().rev() {
        let Some(known) = KnownDays::of(snapshot) else { continue };
        let unexplained = known.each().filter(|day| removed.get(day).is_none_or(|at| *at < known.at));
        for day in unexplained.filter(|day| !there.contains(day)) {
            gone.entry(day).or_insert_with(|| layout::manifest(snapshot.id()).to_string());
        }
    }
    for (path, text) in views {
        for day in layout::dates_in(text).into_iter().filter(|day| !there.contains(day) && !removed.contains_key(day)) {
            gone.entry(day).or_insert_with(|| (*path).to_owned());
        }
    }
    Ok((gone, unreadable))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn days_in_a_row_are_one_series() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let at = "2026-03-15T06:00:00Z".parse().unwrap();
        let days = ["2026-03-02", "2026-01-31", "2026-02-28", "2026-03-01", "2026-02-28"].map(day);
        assert_eq!(KnownDays::new(at, days).days, ["2026-01-31", "2026-02-28/2026-03-02"]);
    }

    proptest! {
        #[test]
        fn what_is_remembered_is_what_was_there(offsets in prop::collection::btree_set(0_u64..200, 0..80)) {
            let start: NaiveDate = "2026-01-01".parse().unwrap();
            let days: Vec<NaiveDate> = offsets.iter().map(|n| start + chrono::Days::new(*n)).collect();
            let known = KnownDays::new("2026-03-15T06:00:00Z".parse().unwrap(), days.clone());
            prop_assert_eq!(known.each().collect::<Vec<_>>(), days);
        }
    }
}
