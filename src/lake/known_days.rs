//! The days that a lake had at some time, as each snapshot remembers those of its own.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

/// The days that a lake had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KnownDays {
    /// When it had them.
    pub(super) at: DateTime<Utc>,
    /// Series of days without a gap, each its first and, after a slash, its last: a lake of every day is one of them.
    days: Vec<String>,
}

impl KnownDays {
    /// The days that a lake had at some time.
    pub(crate) fn new(at: DateTime<Utc>, days: impl IntoIterator<Item = NaiveDate>) -> Self {
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

    /// Each of the days.
    pub(super) fn each(&self) -> impl Iterator<Item = NaiveDate> {
        self.days.iter().flat_map(|series| {
            let (first, last) = series.split_once('/').unwrap_or((series, series));
            let bounds = first.parse::<NaiveDate>().ok().zip(last.parse::<NaiveDate>().ok());
            bounds.into_iter().flat_map(|(first, last)| first.iter_days().take_while(move |day| *day <= last))
        })
    }
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
