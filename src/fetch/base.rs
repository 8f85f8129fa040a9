//! A table of the lake that changes are laid upon: when it was read, and of which days.

use chrono::{Days as Span, NaiveDate};

use crate::lake::{SnapshotId, SnapshotTable, TableReading};

/// Clocks and time zones together differ by less.
const OVERLAP: Span = Span::new(1);

/// A table of the lake that changes may be laid upon.
#[derive(Debug)]
pub(crate) struct Base {
    /// The snapshot that has it.
    pub(crate) of: SnapshotId,
    pub(crate) table: SnapshotTable,
    pub(crate) reading: TableReading,
}

impl Base {
    /// The day from which changes are to be asked for that may not be in the table.
    pub(super) fn since(&self) -> NaiveDate {
        let day = self.reading.began_at.date_naive();
        day.checked_sub_days(OVERLAP).unwrap_or(day)
    }
}

/// The days that are in both.
pub(super) fn both(one: [NaiveDate; 2], other: [NaiveDate; 2]) -> Option<[NaiveDate; 2]> {
    let ([from, until], [other_from, other_until]) = (one, other);
    let (from, until) = (from.max(other_from), until.min(other_until));
    (from <= until).then_some([from, until])
}

/// The days of `now` that are not in `before`, where some are in both: before them, after them.
pub(super) fn new_days(now: [NaiveDate; 2], before: [NaiveDate; 2]) -> Vec<[NaiveDate; 2]> {
    let Some([from, until]) = both(now, before) else { return vec![now] };
    let earlier = from.pred_opt().filter(|last| now[0] <= *last).map(|last| [now[0], last]);
    let later = until.succ_opt().filter(|first| *first <= now[1]).map(|first| [first, now[1]]);
    earlier.into_iter().chain(later).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn days_are_new_or_in_both(now in (0_u64..40, 0_u64..40), before in (0_u64..40, 0_u64..40)) {
            let day = |n: u64| NaiveDate::default() + Span::new(n);
            let window = |(a, b): (u64, u64)| [day(a.min(b)), day(a.max(b))];
            let (now, before) = (window(now), window(before));
            let holds = |[from, until]: [NaiveDate; 2], day: NaiveDate| from <= day && day <= until;
            for one in (0..40).map(day) {
                let new = new_days(now, before).into_iter().filter(|days| holds(*days, one)).count();
                let shared = both(now, before).is_some_and(|days| holds(days, one));
                prop_assert_eq!(new + usize::from(shared), usize::from(holds(now, one)));
                prop_assert_eq!(shared, holds(now, one) && holds(before, one));
            }
        }
    }
}
