//! Series of days, for snapshots of the past.

use chrono::{Datelike as _, Days, Months, NaiveDate};

/// Most days of one series.
const MOST: usize = 1000;

/// How far apart the days of a series are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(crate) enum Every {
    /// One day.
    Day,
    /// Seven days.
    Week,
    /// The same day of each month, or its last one where it has no such day; from a last day on, each last day.
    #[default]
    Month,
}

/// The days from `from` to `to`, both included where the series meets them.
///
/// # Errors
/// When `to` is before `from`, or there are more days than make sense in one run.
pub(crate) fn series(from: NaiveDate, to: NaiveDate, every: Every) -> Result<Vec<NaiveDate>, String> {
    if to < from {
        return Err(format!("--to {to} is before --from {from}"));
    }
    let is_last = from.checked_add_days(Days::new(1)).is_some_and(|next| next.month() != from.month());
    let nth = |n: u32| match every {
        Every::Day => from.checked_add_days(Days::new(n.into())),
        Every::Week => from.checked_add_days(Days::new(7 * u64::from(n))),
        // The first of the month after, and a day back: the last day of any month.
        Every::Month if is_last => from
            .with_day(1)
            .and_then(|first| first.checked_add_months(Months::new(n + 1)))
            .and_then(|first| first.checked_sub_days(Days::new(1))),
        Every::Month => from.checked_add_months(Months::new(n)),
    };
    let days: Vec<NaiveDate> = (0..).map_while(nth).take_while(|day| *day <= to).take(MOST + 1).collect();
    if days.len() > MOST { Err(format!("more than {MOST} days; make several runs of them")) } else { Ok(days) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(from: &str, to: &str, every: Every) -> String {
        let days = series(from.parse().unwrap(), to.parse().unwrap(), every);
        days.map_or_else(|e| e, |days| days.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn months_end_when_they_end() {
        assert_eq!(days("2026-01-31", "2026-05-30", Every::Month), "2026-01-31 2026-02-28 2026-03-31 2026-04-30");
        assert_eq!(days("2026-02-28", "2026-04-30", Every::Month), "2026-02-28 2026-03-31 2026-04-30");
        assert_eq!(days("2026-01-30", "2026-03-30", Every::Month), "2026-01-30 2026-02-28 2026-03-30");
        assert_eq!(days("2026-01-15", "2026-02-15", Every::Month), "2026-01-15 2026-02-15");
        assert_eq!(days("2026-01-01", "2026-01-16", Every::Week), "2026-01-01 2026-01-08 2026-01-15");
        assert_eq!(days("2026-01-01", "2026-01-02", Every::Day), "2026-01-01 2026-01-02");
        assert_eq!(days("2026-01-02", "2026-01-01", Every::Day), "--to 2026-01-01 is before --from 2026-01-02");
        assert_eq!(days("2020-01-01", "2026-01-01", Every::Day), "more than 1000 days; make several runs of them");
    }
}
