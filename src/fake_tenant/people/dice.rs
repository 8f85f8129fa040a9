//! Randomness as a pure function of (seed, stream, index): any record can be made alone, in any order, at any time.

use chrono::{NaiveDate, TimeDelta};
use rand::seq::IndexedRandom;
use rand::{Rng, RngCore};

/// What a sequence of rolls is for. Streams are independent of one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u64)]
pub(crate) enum Stream {
    /// Contracts and positions of an employee.
    Career = 1,
    /// Names, number, e-mail.
    Identity,
    /// Birth date, bank account and the like.
    Private,
    /// Date-times of records; one stream per kind, see `Stamp`.
    Stamp,
    /// Whether an employee has a value for a definition.
    Presence,
    /// What that value is.
    Value,
    /// Access tokens.
    Token,
    /// Trace ids of errors.
    Trace,
    /// Check digits of cursors.
    Cursor,
    /// Pixels of portraits.
    Portrait,
    /// What events tell of a record before it changed.
    Event,
    /// Secrets of webhook endpoints.
    Secret,
    /// Ids of deliveries.
    Delivery,
    /// What changes while the tenant serves.
    Change,
    /// Leaves of an employee.
    Absence,
    /// What an employee is paid.
    Pay,
    /// What only the legacy routes show, and how.
    Legacy,
}

/// A SplitMix64 generator: creating one costs a few multiplications, which matters as each record has its own. Its
/// sequence is fixed by definition, unlike those of a library's default generators.
#[derive(Debug, Clone)]
pub(crate) struct Dice(u64);

/// SplitMix64's finaliser.
const fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

impl Dice {
    pub(crate) const fn new(seed: u64, stream: Stream, index: u64) -> Self {
        Self::with_salt(seed, stream, 0, index)
    }

    /// As `new`, for a stream that is divided further, by record kind or definition.
    pub(crate) const fn with_salt(seed: u64, stream: Stream, salt: u64, index: u64) -> Self {
        let keyed = mix(seed.wrapping_add(GOLDEN)) ^ (stream as u64).wrapping_mul(GOLDEN);
        Self(mix(mix(keyed ^ salt.wrapping_mul(0xD605_BBB5_8C8A_BC3B)) ^ index.wrapping_mul(GOLDEN)))
    }

    /// True in `per_mille` of 1000 rolls.
    pub(crate) fn chance(&mut self, per_mille: u64) -> bool {
        self.next_u64() % 1000 < per_mille
    }

    /// A number from `low` to `high`, both included; `low` if they are in the wrong order.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        if low < high { self.random_range(low..=high) } else { low }
    }

    /// One of `from`; the type's default if there is nothing to choose from.
    pub(crate) fn pick<T: Copy + Default>(&mut self, from: &[T]) -> T {
        from.choose(self).copied().unwrap_or_default()
    }
}

impl RngCore for Dice {
    #[allow(clippy::cast_possible_truncation)] // the upper half is the result
    fn next_u32(&mut self) -> u32 {
        (self.next_u64() >> 32) as u32
    }

    fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN);
        mix(self.0)
    }

    fn fill_bytes(&mut self, dst: &mut [u8]) {
        for chunk in dst.chunks_mut(8) {
            let bytes = self.next_u64().to_le_bytes();
            for (to, from) in chunk.iter_mut().zip(bytes) {
                *to = from;
            }
        }
    }
}

/// `date` moved by `days`; unmoved where the calendar ends.
pub(crate) fn shift(date: NaiveDate, days: i64) -> NaiveDate {
    TimeDelta::try_days(days).and_then(|delta| date.checked_add_signed(delta)).unwrap_or(date)
}
