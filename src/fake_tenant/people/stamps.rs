//! Date-times as the API writes them: 0 to 7 fractional digits, mostly UTC, sometimes another offset.

use std::fmt;

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeDelta, Timelike, Utc};
use rand::RngCore;
use serde::{Serialize, Serializer};

use super::People;
use super::dice::{Dice, Stream, shift};

/// An instant and the way it is spelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    utc: chrono::NaiveDateTime,
    /// Fractional digits to write; the instant has no finer part.
    digits: u32,
    offset: Offset,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Offset {
    /// Written `Z`.
    Zulu,
    /// Written `+hh:mm`.
    Minutes(i32),
}

const OFFSETS_MINUTES: [i32; 8] = [0, 60, 120, 120, 330, -210, -300, 540];

/// A nanosecond count rounded down to `digits` decimals.
fn coarsen(nanos: u32, digits: u32) -> u32 {
    let unit = 10_u32.pow(9_u32.saturating_sub(digits));
    nanos / unit * unit
}

/// When a record came to be and when it last changed: never after today, never in the wrong order.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Stamps {
    pub(crate) created_at: Stamp,
    pub(crate) last_updated_at: Stamp,
}

impl Stamps {
    fn both(stamp: Stamp) -> Self {
        Self { created_at: stamp, last_updated_at: stamp }
    }

    /// System definitions exist since then.
    pub(crate) fn epoch() -> Self {
        let date = NaiveDate::from_ymd_opt(2000, 1, 1).unwrap_or_default();
        Self::both(Stamp { utc: date.and_time(NaiveTime::default()), digits: 0, offset: Offset::Minutes(0) })
    }

    /// Of the record of the organisation at an index; it was set up then, before any of its last changes.
    pub(crate) fn old(people: &People, salt: u64, index: usize) -> Self {
        Self::new(people, salt, index, NaiveDate::from_ymd_opt(2014, 4, 12).unwrap_or_default())
    }

    /// Of the record at an index, which came to be on `since` or before; `salt` is another one for each kind of record.
    pub(crate) fn new(people: &People, salt: u64, index: usize, since: NaiveDate) -> Self {
        let mut dice = Dice::with_salt(people.seed, Stream::Stamp, salt, index as u64);
        let yesterday = shift(people.today, -1);
        let created = Stamp::on(since.min(yesterday), &mut dice);
        if dice.chance(400) {
            return Self::both(created);
        }
        let days = yesterday.signed_duration_since(created.date()).num_days();
        let updated = Stamp::on(shift(created.date(), dice.between(0, days)), &mut dice);
        Self { created_at: created, last_updated_at: if updated.utc < created.utc { created } else { updated } }
    }
}

impl Stamp {
    /// Some time of day on `date`.
    pub(crate) fn on(date: NaiveDate, dice: &mut Dice) -> Self {
        let roll = dice.next_u64();
        let digits = u32::try_from(roll % 8).unwrap_or(0);
        let nanos = coarsen(u32::try_from((roll >> 3) % 1_000_000_000).unwrap_or(0), digits);
        let seconds = u32::try_from((roll >> 35) % 86_400).unwrap_or(0);
        let time = NaiveTime::from_num_seconds_from_midnight_opt(seconds, nanos).unwrap_or_default();
        let offset = match (roll >> 52) % 32 {
            choice @ 0..8 => Offset::Minutes(
                usize::try_from(choice).ok().and_then(|at| OFFSETS_MINUTES.get(at)).copied().unwrap_or(0),
            ),
            _ => Offset::Zulu,
        };
        Self { utc: date.and_time(time), digits, offset }
    }

    /// The day it falls on, in UTC.
    pub(crate) fn date(&self) -> NaiveDate {
        self.utc.date()
    }

    /// The instant in UTC without its offset, which is how the legacy v3 routes write date-times.
    pub(crate) fn naive(&self) -> String {
        let text = Self { offset: Offset::Zulu, ..*self }.to_string();
        text.trim_end_matches('Z').to_owned()
    }

    /// The instant.
    pub(crate) fn utc(&self) -> DateTime<Utc> {
        self.utc.and_utc()
    }

    /// Ticks of 100 ns since 1970, for ordering.
    pub(crate) fn ticks(&self) -> i64 {
        let utc = self.utc.and_utc();
        utc.timestamp().saturating_mul(10_000_000).saturating_add(i64::from(utc.timestamp_subsec_nanos() / 100))
    }
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let minutes = match self.offset {
            Offset::Zulu => 0,
            Offset::Minutes(minutes) => minutes,
        };
        let local = self.utc.checked_add_signed(TimeDelta::minutes(minutes.into())).unwrap_or(self.utc);
        let (date, time) = (local.date(), local.time());
        write!(f, "{:04}-{:02}-{:02}T", date.year(), date.month(), date.day())?;
        write!(f, "{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second())?;
        if self.digits > 0 {
            let fraction = time.nanosecond() / 10_u32.pow(9_u32.saturating_sub(self.digits));
            write!(f, ".{fraction:0width$}", width = self.digits as usize)?;
        }
        match self.offset {
            Offset::Zulu => f.write_str("Z"),
            Offset::Minutes(m) => {
                let sign = if m < 0 { '-' } else { '+' };
                write!(f, "{sign}{:02}:{:02}", m.abs() / 60, m.abs() % 60)
            }
        }
    }
}

impl Serialize for Stamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
