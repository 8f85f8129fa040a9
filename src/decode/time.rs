//! Dates and date-times exactly as the API documents them; anything looser is refused, never guessed.

const MICROS_PER_SECOND: i64 = 1_000_000;
/// From the 1st of March of the year 400 before year 0.
const DAYS_BEFORE_1970: i32 = 719_468 + 146_097;

/// Days since 1970-01-01 of `YYYY-MM-DD`.
pub(super) fn date(text: &str) -> Option<i32> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text.as_bytes() else { return None };
    days(number(&[*y1, *y2, *y3, *y4])?, number(&[*m1, *m2])?, number(&[*d1, *d2])?)
}

/// Days since 1970-01-01 of a day of the Gregorian calendar, from year 0.
fn days(year: u32, month: u32, day: u32) -> Option<i32> {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let length = match month {
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u32::from(is_leap),
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=length).contains(&day) {
        return None;
    }
    // Years are counted from March, so that the day that some of them lack is their last.
    let (year, month) = if month > 2 { (year + 400, month - 3) } else { (year + 399, month + 9) };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day - 1;
    Some(i32::try_from(days).ok()? - DAYS_BEFORE_1970)
}

/// The same, also written as midnight (`YYYY-MM-DDT00:00:00`, with or without zeros of a second and `Z`): the two forms
/// that custom date fields come in.
pub(crate) fn lenient_date(text: &str) -> Option<i32> {
    match text.split_once('T') {
        None => date(text),
        Some((day, time)) => {
            let time = time.strip_suffix('Z').unwrap_or(time);
            let (clock, fraction) = time.split_once('.').unwrap_or((time, "0"));
            let midnight = clock == "00:00:00" && !fraction.is_empty() && fraction.bytes().all(|b| b == b'0');
            if midnight { date(day) } else { None }
        }
    }
}

/// The same, also written as midnight with or without an offset: how the older APIs write days. The day is the one that is
/// written, whatever the offset.
pub(super) fn local_date(text: &str) -> Option<i32> {
    let Some((day, time)) = text.split_at_checked(10).filter(|(_, time)| !time.is_empty()) else { return date(text) };
    let days = date(day)?;
    let [b'T' | b't' | b' ', b'0', b'0', b':', b'0', b'0', b':', b'0', b'0', rest @ ..] = time.as_bytes() else {
        return None;
    };
    let (micros, zone) = fraction(rest)?;
    (micros == 0 && (zone.is_empty() || offset(zone).is_some())).then_some(days)
}

/// As [`timestamp`], also without an offset: UTC then.
pub(super) fn local_timestamp(text: &str) -> Option<i64> {
    instant(text, Some(0))
}

/// Microseconds since 1970-01-01T00:00:00Z of an RFC 3339 date-time with an offset and up to 9 digits of a second; digits
/// below the microsecond are cut.
pub(super) fn timestamp(text: &str) -> Option<i64> {
    instant(text, None)
}

/// What `timestamp` says, with the offset in seconds that counts where none is written.
#[inline]
fn instant(text: &str, unwritten: Option<i64>) -> Option<i64> {
    let (day, rest) = text.split_at_checked(10)?;
    let days = i64::from(date(day)?);
    let [b'T' | b't' | b' ', h1, h2, b':', m1, m2, b':', s1, s2, rest @ ..] = rest.as_bytes() else { return None };
    let (hour, minute, second) = (number(&[*h1, *h2])?, number(&[*m1, *m2])?, number(&[*s1, *s2])?);
    // RFC 3339 allows second 60 for a leap second, which is the same instant as the next second 0.
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let (micros, zone) = fraction(rest)?;
    let offset_seconds = if zone.is_empty() { unwritten? } else { offset(zone)? };
    let seconds = days * 86_400 + i64::from(hour * 3600 + minute * 60 + second) - offset_seconds;
    Some(seconds * MICROS_PER_SECOND + micros)
}

fn fraction(text: &[u8]) -> Option<(i64, &[u8])> {
    let Some(digits_and_zone) = text.strip_prefix(b".") else { return Some((0, text)) };
    let count = digits_and_zone.iter().take_while(|b| b.is_ascii_digit()).count();
    if count == 0 || count > 9 {
        return None;
    }
    let (digits, zone) = digits_and_zone.split_at_checked(count)?;
    let mut micros = 0;
    for place in 0..6 {
        micros = micros * 10 + digits.get(place).map_or(0, |d| i64::from(d - b'0'));
    }
    Some((micros, zone))
}

fn offset(zone: &[u8]) -> Option<i64> {
    match zone {
        b"Z" | b"z" => Some(0),
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let (hours, minutes) = (number(&[*h1, *h2])?, number(&[*m1, *m2])?);
            if hours > 23 || minutes > 59 {
                return None;
            }
            let seconds = i64::from(hours * 3600 + minutes * 60);
            Some(if *sign == b'-' { -seconds } else { seconds })
        }
        _ => None,
    }
}

fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |value, d| d.is_ascii_digit().then(|| value * 10 + u32::from(d - b'0')))
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Datelike, NaiveDate, Utc};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_the_documented_forms_are_dates() {
        assert_eq!(date("1970-01-02"), Some(1));
        assert_eq!(date("9999-12-31"), Some(2_932_896));
        for wrong in
            ["2024-02-30", "2024-2-3", "24-02-03", "2024-02-03T00:00:00", " 2024-02-03", "", "2024/02/03", "+024-02-03"]
        {
            assert_eq!(date(wrong), None, "{wrong}");
        }
        for midnight in ["1970-01-02T00:00:00", "1970-01-02T00:00:00Z", "1970-01-02T00:00:00.000"] {
            assert_eq!(lenient_date(midnight), Some(1), "{midnight}");
        }
        for other in ["1970-01-02T00:00:01", "1970-01-02T", "1970-01-02T00:00:00.", "1970-01-02T00:00:00.001"] {
            assert_eq!(lenient_date(other), None, "{other}");
        }
    }

    #[test]
    fn the_older_apis_write_days_as_midnight_and_times_without_an_offset() {
        for day in [
            "1970-01-02",
            "1970-01-02T00:00:00",
            "1970-01-02 00:00:00.000",
            "1970-01-02T00:00:00Z",
            "1970-01-02T00:00:00.0000000+02:00",
            "1970-01-02T00:00:00-11:00",
        ] {
            assert_eq!(local_date(day), Some(1), "{day}");
        }
        for other in [
            "1970-01-02T00:00:01",
            "1970-01-02T01:00:00+01:00",
            "1970-01-02T00:00:00.001",
            "1970-01-02T00:00:00.",
            "1970-01-02T00:00",
            "1970-01-02T",
            "1970-01-02T00:00:00+0200",
            "1970-02-30T00:00:00",
            "02/01/1970",
            "",
        ] {
            assert_eq!(local_date(other), None, "{other}");
        }
        assert_eq!(local_date("9999-12-31T00:00:00"), Some(2_932_896));
        assert_eq!(local_timestamp("1970-01-01T00:00:00.583"), Some(583_000));
        assert_eq!(local_timestamp("1970-01-01T00:00:00"), Some(0));
        assert_eq!(local_timestamp("1970-01-01T02:00:00+02:00"), Some(0));
        for other in ["1970-01-01", "1970-01-01T00:00", "1970-01-01T00:00:00 ", "1970-01-01T24:00:00", "now"] {
            assert_eq!(local_timestamp(other), None, "{other}");
        }
    }

    #[test]
    fn digits_below_the_microsecond_are_cut() {
        assert_eq!(timestamp("1970-01-01T00:00:00.1234567Z"), Some(123_456));
        assert_eq!(timestamp("1970-01-01T00:00:00.999999999Z"), Some(999_999));
        assert_eq!(timestamp("1969-12-31T23:59:59.9999999Z"), Some(-1));
        assert_eq!(timestamp("1970-01-01T02:00:00+02:00"), Some(0));
        for wrong in [
            "1970-01-01T00:00:00",
            "1970-01-01",
            "1970-01-01T24:00:00Z",
            "1970-01-01T00:00:00.Z",
            "1970-01-01T00:00:00+0200",
            "1970-01-01T00:00:00.0123456789Z",
        ] {
            assert_eq!(timestamp(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn every_day_of_every_year_is_the_day_of_chrono() {
        for year in 0..=9999 {
            for (month, day) in (0..=13).flat_map(|month| (0..=32).map(move |day| (month, day))) {
                let expected = i32::try_from(year).ok().and_then(|year| NaiveDate::from_ymd_opt(year, month, day));
                assert_eq!(days(year, month, day), expected.map(|day| day.to_epoch_days()), "{year}-{month}-{day}");
            }
        }
    }

    proptest! {
        #[test]
        fn agrees_with_chrono(seconds in -62_135_596_800_i64..253_402_300_799, nanos in 0_u32..1_000_000_000, digits in 0_usize..=9, offset in -1439_i32..=1439) {
            let zone = chrono::FixedOffset::east_opt(offset * 60).unwrap();
            let local = DateTime::<Utc>::from_timestamp(seconds, nanos).unwrap().with_timezone(&zone);
            prop_assume!((1..=9999).contains(&local.year()));
            let fraction = if digits == 0 { String::new() } else { format!(".{}", format!("{nanos:09}").get(..digits).unwrap()) };
            let text = format!("{}{fraction}{}", local.format("%Y-%m-%dT%H:%M:%S"), local.format("%:z"));
            let expected = DateTime::parse_from_rfc3339(&text).unwrap();
            prop_assert_eq!(timestamp(&text), Some(expected.timestamp() * 1_000_000 + i64::from(expected.timestamp_subsec_nanos() / 1000)));
        }

        #[test]
        fn never_panics(text in ".{0,40}") {
            let _ = (timestamp(&text), lenient_date(&text), local_date(&text), local_timestamp(&text));
        }
    }
}
