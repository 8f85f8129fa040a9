//! Lone surrogates in JSON: halves of characters, as JavaScript writes them when a text was cut inside an emoji.
//!
//! `"Zo\ud800e"` is JSON by its grammar and a text to no parser of UTF-8. Each half becomes U+FFFD, as in
//! [`String::from_utf16_lossy`]. The escape is replaced by another of the same length, so that every other place in the text
//! stays where it is and the exact text of any part can be found again.

use std::{borrow::Cow, ops::Range};

/// Length of `\uXXXX`.
const ESCAPE: usize = 6;
const REPLACEMENT: &str = "\\ufffd";

/// A JSON text whose lone surrogates were replaced.
#[derive(Debug)]
pub(crate) struct Repaired<'a> {
    sent: &'a str,
    text: String,
    /// Where the replaced escapes begin, ascending.
    places: Vec<usize>,
}

/// The JSON text without lone surrogates; `None`, at the cost of one search, when there are none.
pub(crate) fn repair(json: &str) -> Option<Repaired<'_>> {
    let bytes = json.as_bytes();
    let mut escapes = memchr::memchr_iter(b'\\', bytes);
    if !escapes.any(|at| matches!(bytes.get(at + 1..at + 3), Some(b"ud" | b"uD"))) {
        return None;
    }
    let places = lone(json);
    if places.is_empty() {
        return None;
    }
    let mut text = String::with_capacity(json.len());
    let mut from = 0;
    for place in &places {
        text.push_str(json.get(from..*place)?);
        text.push_str(REPLACEMENT);
        from = place + ESCAPE;
    }
    text.push_str(json.get(from..)?);
    Some(Repaired { sent: json, text, places })
}

/// A JSON text as every parser can read it.
pub(crate) fn replaced(json: &str) -> Cow<'_, str> {
    repair(json).map_or(Cow::Borrowed(json), |repaired| Cow::Owned(repaired.text))
}

impl<'a> Repaired<'a> {
    /// The whole text.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// What was sent where `part` is, which must be a slice of [`Self::text`].
    pub(crate) fn sent<'s>(&self, part: &'s str) -> &'s str
    where
        'a: 's,
    {
        self.range(part).and_then(|range| self.sent.get(range)).unwrap_or(part)
    }

    /// How many replaced escapes begin in `part`, which must be a slice of [`Self::text`].
    pub(crate) fn count_in(&self, part: &str) -> usize {
        let Some(Range { start, end }) = self.range(part) else { return 0 };
        self.places.partition_point(|place| *place < end) - self.places.partition_point(|place| *place < start)
    }

    /// Where a slice of the text is in it.
    fn range(&self, part: &str) -> Option<Range<usize>> {
        let start = (part.as_ptr() as usize).checked_sub(self.text.as_ptr() as usize)?;
        let end = start.checked_add(part.len())?;
        (end <= self.text.len()).then_some(start..end)
    }
}

/// Where the escapes of lone surrogates begin. A backslash occurs in strings only, and takes the next letter with it.
fn lone(json: &str) -> Vec<usize> {
    let bytes = json.as_bytes();
    let mut places = Vec::new();
    let mut at = 0;
    while let Some(found) = bytes.get(at..).and_then(|rest| rest.iter().position(|b| *b == b'\\')) {
        let escape = at + found;
        at = match unit(bytes, escape) {
            Some(0xd800..=0xdbff) if matches!(unit(bytes, escape + ESCAPE), Some(0xdc00..=0xdfff)) => {
                escape + 2 * ESCAPE
            }
            Some(0xd800..=0xdfff) => {
                places.push(escape);
                escape + ESCAPE
            }
            _ => escape + 2,
        };
    }
    places
}

/// The UTF-16 unit that is escaped there.
fn unit(bytes: &[u8], at: usize) -> Option<u32> {
    let digits = bytes.get(at..at + ESCAPE)?.strip_prefix(b"\\u")?;
    digits.iter().try_fold(0, |unit, digit| Some(unit * 16 + char::from(*digit).to_digit(16)?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn halves_are_replaced_and_nothing_else() {
        for (sent, read) in [
            (r#""Zo\ud800e""#, r#""Zo\ufffde""#),
            (r#""\uDC00\uD83D""#, r#""\ufffd\ufffd""#),
            (r#""\ud83d\ud83d\ude00""#, r#""\ufffd\ud83d\ude00""#),
            (r#""\\\ud800""#, r#""\\\ufffd""#),
        ] {
            assert_eq!(replaced(sent), read);
        }
        for same in
            [r#""\\ud800""#, r#""\ud83d\ude00""#, r#""\ud7ff\ue000""#, r#""\ud80""#, r#""\ud8zz""#, "", "\\ud8", "é\\"]
        {
            assert!(repair(same).is_none(), "{same}");
        }
    }

    #[test]
    fn what_was_sent_is_found_again() {
        let repaired = repair(r#"{"é":"\ud800","b":"\udc00"}"#).unwrap();
        let second = repaired.text().split_once("\"b\":").unwrap().1;
        assert_eq!(repaired.sent(second), r#""\udc00"}"#);
        assert_eq!((repaired.count_in(repaired.text()), repaired.count_in(second), repaired.count_in("x")), (2, 1, 0));
        assert_eq!(repaired.sent("elsewhere"), "elsewhere");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn any_mix_of_escapes_is_read_as_utf_16_is(units in prop::collection::vec(
            prop_oneof![0xd7fe_u16..0xe002, 0xd83d..=0xd83d_u16, 0xde00..=0xde00_u16, 0x20..0x7f_u16, any::<u16>()], 0..12), upper: bool) {
            let escape = |unit: &u16| match char::from_u32(u32::from(*unit)) {
                Some(c @ ' '..='~') if c != '"' && c != '\\' => c.to_string(),
                Some('\\') => r"\\".to_owned(),
                _ if upper => format!("\\u{unit:04X}"),
                _ => format!("\\u{unit:04x}"),
            };
            let json = format!("\"{}\"", units.iter().map(escape).collect::<String>());
            let read: String = serde_json::from_str(&replaced(&json)).unwrap();
            prop_assert_eq!(read, String::from_utf16_lossy(&units));
        }
    }
}
