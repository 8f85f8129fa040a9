//! Which as-of dates a lake keeps.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, Days, NaiveDate};

/// Rules by which dates are kept. A date is kept when any rule keeps it; without any rule, every date is. The newest
/// date is kept always.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Retention {
    /// So many newest dates.
    pub(crate) last: Option<usize>,
    /// Dates of so many days before today.
    pub(crate) days: Option<u64>,
    /// The last date of each of so many newest months that are over.
    pub(crate) month_ends: Option<usize>,
}

impl Retention {
    /// The dates among `dates` that are kept.
    pub(crate) fn kept(&self, dates: &BTreeSet<NaiveDate>, today: NaiveDate) -> BTreeSet<NaiveDate> {
        if *self == Self::default() {
            return dates.clone();
        }
        let newest = self.last.unwrap_or(0).max(1);
        let mut kept: BTreeSet<NaiveDate> = dates.iter().rev().take(newest).copied().collect();
        if let Some(days) = self.days {
            let since = today.checked_sub_days(Days::new(days)).unwrap_or(NaiveDate::MIN);
            kept.extend(dates.range(since..));
        }
        if let Some(months) = self.month_ends {
            let month = |date: NaiveDate| (date.year(), date.month());
            let over = dates.iter().filter(|date| month(**date) < month(today));
            let ends: BTreeMap<(i32, u32), NaiveDate> = over.map(|date| (month(*date), *date)).collect();
            kept.extend(ends.values().rev().take(months));
        }
        kept
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn dates(list: &[&str]) -> BTreeSet<NaiveDate> {
        list.iter().map(|d| day(d)).collect()
    }

    #[test]
    fn each_rule_keeps_what_it_says() {
        let all =
            dates(&["2025-11-28", "2025-12-30", "2025-12-31", "2026-01-15", "2026-01-30", "2026-02-01", "2026-02-02"]);
        let today = day("2026-02-03");
        let kept = |last, days, month_ends| Retention { last, days, month_ends }.kept(&all, today);
        assert_eq!(kept(None, None, None), all);
        assert_eq!(kept(Some(2), None, None), dates(&["2026-02-01", "2026-02-02"]));
        assert_eq!(kept(None, Some(1), None), dates(&["2026-02-02"]));
        assert_eq!(kept(None, Some(4), None), dates(&["2026-01-30", "2026-02-01", "2026-02-02"]));
        // The month that is not over has no end yet; its newest date is the newest of all.
        assert_eq!(kept(None, None, Some(2)), dates(&["2025-12-31", "2026-01-30", "2026-02-02"]));
        assert_eq!(kept(Some(0), Some(0), Some(0)), dates(&["2026-02-02"]));
        assert_eq!(kept(None, Some(u64::MAX), None), all);
    }

    proptest! {
        #[test]
        fn more_is_kept_when_more_is_asked(
            offsets in prop::collection::btree_set(0_u64..1500, 0..40),
            last in prop::option::of(0_usize..20), days in prop::option::of(0_u64..800),
            month_ends in prop::option::of(0_usize..30),
        ) {
            let start = day("2023-01-01");
            let all: BTreeSet<NaiveDate> = offsets.iter().map(|n| start + Days::new(*n)).collect();
            let today = start + Days::new(1500);
            let retention = Retention { last, days, month_ends };
            let kept = retention.kept(&all, today);
            prop_assert!(kept.is_subset(&all));
            prop_assert_eq!(kept.last(), all.last());
            for one in [Retention { last, ..Retention::default() }, Retention { days, ..Retention::default() },
                        Retention { month_ends, ..Retention::default() }] {
                if one != Retention::default() {
                    prop_assert!(one.kept(&all, today).is_subset(&kept));
                }
            }
        }
    }
}
