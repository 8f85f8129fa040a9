//! What the functions compute, of moments in microseconds since 1970.

use arrow::datatypes::IntervalMonthDayNano;
use chrono::{DateTime, Datelike as _, NaiveDate, NaiveDateTime};

use super::unit::Unit;

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
pub(super) const DAY: i64 = 24 * HOUR;

/// How many borders of the unit lie between two moments: from 23:59 to 0:01 it is one day. `None` where the
/// calendar ends.
pub(super) fn borders_between(unit: Unit, from: i64, to: i64) -> Option<i64> {
    Some(number(unit, to)? - number(unit, from)?)
}

/// The number of the unit that the moment is in.
fn number(unit: Unit, moment: i64) -> Option<i64> {
    let month = |date: NaiveDate| i64::from(date.year()) * 12 + i64::from(date.month0());
    Some(match unit {
        Unit::Year => i64::from(date_time(moment)?.year()),
        Unit::Quarter => month(date_time(moment)?.date()).div_euclid(3),
        Unit::Month => month(date_time(moment)?.date()),
        Unit::Day => moment.div_euclid(DAY),
        Unit::Hour => moment.div_euclid(HOUR),
        Unit::Minute => moment.div_euclid(MINUTE),
        Unit::Second => moment.div_euclid(SECOND),
    })
}

/// The time from `born` to `at` in whole months, then whole days, then the rest; negative when `at` is earlier. The days of the
/// month that was begun but not ended are counted in the month of the earlier moment, as Postgres and DuckDB do.
pub(super) fn age(at: i64, born: i64) -> Option<IntervalMonthDayNano> {
    let (early, late, sign) = if at < born { (at, born, -1) } else { (born, at, 1) };
    let (from, to) = (date_time(early)?.date(), date_time(late)?.date());
    let mut months =
        (to.year() - from.year()) * 12 + i32::try_from(to.month()).ok()? - i32::try_from(from.month()).ok()?;
    let mut days = i32::try_from(to.day()).ok()? - i32::try_from(from.day()).ok()?;
    let mut rest = late.rem_euclid(DAY) - early.rem_euclid(DAY);
    if rest < 0 {
        rest += DAY;
        days -= 1;
    }
    if days < 0 {
        days += i32::from(from.num_days_in_month());
        months -= 1;
    }
    Some(IntervalMonthDayNano::new(sign * months, sign * days, i64::from(sign) * rest.checked_mul(1_000)?))
}

/// The last day of the month, in days since 1970.
pub(super) fn last_day(moment: i64) -> Option<i32> {
    let date = date_time(moment)?.date();
    date.with_day(u32::from(date.num_days_in_month())).map(|last| last.to_epoch_days())
}

fn date_time(moment: i64) -> Option<NaiveDateTime> {
    DateTime::from_timestamp_micros(moment).map(|time| time.naive_utc())
}
