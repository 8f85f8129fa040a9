//! How keys are spelled: the documentation, captured pages and the code of others differ in their case.

use std::borrow::Cow;

use rand::RngCore;

use crate::fake_tenant::people::dice::{Dice, Stream};

/// How the keys of one record are spelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spelling {
    /// As the documentation lists them.
    Listed,
    /// In one of the ways they have been seen, by this number.
    Varied(u64),
}

/// Other ways that keys have been seen in, beside `…ID` for `…Id`.
const SEEN: [(&str, &str); 5] = [
    ("isAm", "isAM"),
    ("startsAM", "startsAm"),
    ("endsAM", "endsAm"),
    ("timezoneId", "timeZoneId"),
    ("extendedData", "extendeddata"),
];

impl Spelling {
    /// How the record at an index is spelled where spellings vary.
    pub(super) fn of(seed: u64, index: usize) -> Self {
        Self::Varied(Dice::with_salt(seed, Stream::Legacy, 1, index as u64).next_u64())
    }

    /// The key as it is written. Those that hold an id (`e_nickname`, `userAxisValues_2`, `3-cost`) are names of the customer.
    pub(super) fn key<'k>(self, key: &'k str) -> Cow<'k, str> {
        let Self::Varied(roll) = self else { return Cow::Borrowed(key) };
        if key.contains(['_', '-']) || roll & 3 == 0 {
            return Cow::Borrowed(key);
        }
        if let Some((_, other)) = SEEN.iter().find(|(listed, _)| *listed == key) {
            return Cow::Borrowed(other);
        }
        match key.strip_suffix("Id") {
            Some(stem) => Cow::Owned(format!("{stem}ID")),
            None if roll & 12 == 0 => Cow::Owned(capital(key)),
            None => Cow::Borrowed(key),
        }
    }
}

/// `startsOn` as `StartsOn`.
fn capital(key: &str) -> String {
    let mut letters = key.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}
