//! Days and times as spreadsheets count them: in days, 61 of which is 1 March 1900.
//!
//! Before that day programs disagree, as one of them once took 1900 for a leap year: earlier days are no numbers here.

use arrow::datatypes::TimeUnit;

/// Where 1970-01-01 is.
const EPOCH: i64 = 25_569;
/// 1 March 1900.
const FIRST: i64 = 61;
/// 31 December 9999, the last day that spreadsheets know.
const LAST: i64 = 2_958_465;
/// Of a day.
const MICROSECONDS: i64 = 86_400_000_000;

/// The number of a day that is `days` after 1970-01-01.
pub(super) fn of_day(days: i32) -> Option<f64> {
    let day = EPOCH + i64::from(days);
    // Exact: days are far fewer than 2^53.
    (FIRST..=LAST).contains(&day).then_some(day as f64)
}

/// The number of an instant that is so many `unit`s after 1970-01-01T00:00:00Z, within half a microsecond; `None` where that
/// would lose something.
pub(super) fn of_instant(value: i64, unit: TimeUnit) -> Option<f64> {
    let microseconds = match unit {
        TimeUnit::Second => value.checked_mul(1_000_000)?,
        TimeUnit::Millisecond => value.checked_mul(1_000)?,
        TimeUnit::Microsecond => value,
        TimeUnit::Nanosecond if value % 1_000 == 0 => value / 1_000,
        TimeUnit::Nanosecond => return None,
    };
    let day = EPOCH.checked_add(microseconds.div_euclid(MICROSECONDS))?;
    let of_day = microseconds.rem_euclid(MICROSECONDS) as f64 / MICROSECONDS as f64;
    (FIRST..=LAST).contains(&day).then_some(day as f64 + of_day)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn days_are_counted_as_spreadsheets_do() {
        for (days, serial) in [(0, Some(25_569.0)), (-25_508, Some(61.0)), (-25_509, None), (2_932_897, None)] {
            assert_eq!(of_day(days), serial, "{days}");
        }
        assert_eq!(of_day(2_932_896), Some(2_958_465.0));
        assert_eq!((of_day(i32::MIN), of_day(i32::MAX)), (None, None));
    }

    #[test]
    fn a_time_that_would_lose_something_is_no_number() {
        assert_eq!(of_instant(43_200, TimeUnit::Second), Some(25_569.5));
        assert_eq!(of_instant(43_200_000_000_000, TimeUnit::Nanosecond), Some(25_569.5));
        assert_eq!(of_instant(1, TimeUnit::Nanosecond), None);
        assert_eq!(of_instant(i64::MAX, TimeUnit::Second), None);
        assert_eq!(of_instant(i64::MIN, TimeUnit::Microsecond), None);
    }

    proptest! {
        #[test]
        fn every_microsecond_can_be_told_from_the_next(at in -2_203_891_200_000_000_i64..4_102_444_800_000_000) {
            let serial = of_instant(at, TimeUnit::Microsecond).unwrap();
            let back = ((serial - EPOCH as f64) * MICROSECONDS as f64).round();
            // Days of this century have room for a third of a microsecond.
            prop_assert!((back - at as f64).abs() <= 1.0, "{at} {back}");
        }
    }
}
