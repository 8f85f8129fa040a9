//! How events are written down: one record after another, each with its length and its checksum.
//!
//! ```text
//! lucca-event 2026-03-15T06:00:00.123456Z 812 <SHA-256 of time, line feed and body, in hexadecimal>⏎
//! <812 bytes as they were received>⏎
//! ```
//!
//! A body is JSON, in which no line can begin with the first word of a record: where one is damaged, the next one is found.

use std::ops::Range;

use bytes::Bytes;
use chrono::{DateTime, SecondsFormat, SubsecRound as _, Utc};
use memchr::{memchr, memmem};
use sha2::{Digest as _, Sha256};

/// What every record begins with.
const MARK: &[u8] = b"lucca-event ";
/// The same after the end of what was before.
const NEXT_MARK: &[u8] = b"\nlucca-event ";
/// Longest first line, in bytes.
const HEAD: usize = 160;

/// An event as it was received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedEvent {
    /// When, to the microsecond.
    pub received_at: DateTime<Utc>,
    /// One JSON object, byte for byte as the sender wrote it.
    pub body: Bytes,
}

/// What a file of records holds.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Records {
    /// The intact ones, in their order.
    pub(crate) events: Vec<ReceivedEvent>,
    /// Bytes that belong to no intact record.
    pub(crate) damaged: Vec<Range<usize>>,
}

impl ReceivedEvent {
    /// An event received at `received_at`, cut to what a record can hold of it.
    pub fn new(received_at: DateTime<Utc>, body: Bytes) -> Self {
        Self { received_at: received_at.trunc_subsecs(6), body }
    }

    /// Appends its record, of which a file of events consists.
    pub fn write(&self, out: &mut Vec<u8>) {
        let time = self.received_at.to_rfc3339_opts(SecondsFormat::Micros, true);
        let digest = digest(time.as_bytes(), &self.body);
        out.extend_from_slice(MARK);
        out.extend_from_slice(format!("{time} {} {digest}\n", self.body.len()).as_bytes());
        out.extend_from_slice(&self.body);
        out.push(b'\n');
    }
}

/// Reads records one after another; what is torn or changed is left out and told, and no bytes are an error.
pub(crate) fn records(bytes: &Bytes) -> Records {
    let mut found = Records::default();
    let mut at = 0;
    while at < bytes.len() {
        if let Some((event, end)) = record(bytes, at) {
            found.events.push(event);
            at = end;
            continue;
        }
        let rest = bytes.get(at..).unwrap_or_default();
        let next = memmem::find(rest, NEXT_MARK).map_or(bytes.len(), |found| at + found + 1);
        found.damaged.push(at..next);
        at = next;
    }
    found
}

/// The record that begins at `at`, and where it ends.
fn record(bytes: &Bytes, at: usize) -> Option<(ReceivedEvent, usize)> {
    let rest = bytes.get(at..)?;
    let head = rest.get(..rest.len().min(HEAD))?.strip_prefix(MARK)?;
    let head = head.get(..memchr(b'\n', head)?)?;
    let mut words = std::str::from_utf8(head).ok()?.split(' ');
    let (time, length, digest_told) = (words.next()?, words.next()?, words.next()?);
    let start = at + MARK.len() + head.len() + 1;
    let end = start.checked_add(length.parse().ok()?)?;
    let body = bytes.get(start..end)?;
    let is_intact =
        bytes.get(end) == Some(&b'\n') && words.next().is_none() && digest(time.as_bytes(), body) == digest_told;
    let received_at = DateTime::parse_from_rfc3339(time).ok()?.with_timezone(&Utc);
    is_intact.then(|| (ReceivedEvent { received_at, body: bytes.slice(start..end) }, end + 1))
}

fn digest(time: &[u8], body: &[u8]) -> String {
    hex::encode(Sha256::new().chain_update(time).chain_update(b"\n").chain_update(body).finalize())
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    /// Events as a tenant sends them, with line feeds between tokens, which JSON allows.
    fn some_events() -> impl Strategy<Value = Vec<ReceivedEvent>> {
        let event =
            (0..2_000_000_000_000_000_i64, "\\PC{0,40}", any::<bool>()).prop_map(|(micros, text, is_spaced)| {
                let text = serde_json::to_string(&text).unwrap();
                let space = if is_spaced { "\n" } else { "" };
                let body = format!("{{{space}\"id\":{space}{text}{space}}}");
                ReceivedEvent::new(DateTime::from_timestamp_micros(micros).unwrap(), body.into())
            });
        vec(event, 0..6)
    }

    fn written(events: &[ReceivedEvent]) -> (Vec<u8>, Vec<usize>) {
        let (mut out, mut ends) = (Vec::new(), vec![0]);
        for event in events {
            event.write(&mut out);
            ends.push(out.len());
        }
        (out, ends)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn reads_back_what_was_written(events in some_events()) {
            let (bytes, _) = written(&events);
            prop_assert_eq!(records(&bytes.into()), Records { events, damaged: Vec::new() });
        }

        #[test]
        fn a_file_cut_anywhere_holds_every_whole_record_and_nothing_else(events in some_events()) {
            let (bytes, ends) = written(&events);
            for cut in 0..=bytes.len() {
                let whole = ends.iter().filter(|end| **end <= cut).count() - 1;
                let found = records(&Bytes::copy_from_slice(&bytes[..cut]));
                prop_assert_eq!(&found.events[..], &events[..whole]);
                let tail = ends[whole]..cut;
                prop_assert_eq!(found.damaged, if tail.is_empty() { vec![] } else { vec![tail] });
            }
        }

        #[test]
        fn a_changed_byte_costs_one_record_and_yields_no_wrong_one(
            events in some_events(), at in any::<prop::sample::Index>(), new in any::<u8>(),
        ) {
            let (mut bytes, ends) = written(&events);
            prop_assume!(!bytes.is_empty());
            let at = at.index(bytes.len());
            prop_assume!(bytes[at] != new);
            bytes[at] = new;
            let hit = ends.iter().filter(|end| **end <= at).count() - 1;
            let found = records(&bytes.into());
            let others: Vec<_> = events.iter().enumerate().filter(|(n, _)| *n != hit).map(|(_, event)| event).collect();
            // A last line feed that is gone hides where the next record begins.
            let lost = if at + 1 == ends[hit + 1] { 2 } else { 1 };
            prop_assert!(found.events.len() + lost > others.len(), "{} of {}", found.events.len(), others.len());
            prop_assert!(found.events.iter().all(|event| others.contains(&event)));
            prop_assert_eq!(found.damaged.len(), 1);
        }

        #[test]
        fn any_bytes_are_no_error(bytes in vec(prop_oneof![Just(b'\n'), Just(b' '), any::<u8>()], 0..400)) {
            prop_assert!(records(&bytes.into()).events.is_empty());
        }
    }

    #[test]
    fn a_record_can_be_read_by_people() {
        let event = ReceivedEvent::new("2026-03-15T06:00:00.1234567Z".parse().unwrap(), "{\"id\":\"1\"}".into());
        let mut out = Vec::new();
        event.write(&mut out);
        let text = String::from_utf8(out).unwrap();
        let digest = "088220d02b242cb5d80b203172d0a8e400d7ccb16ae87c8b13e2e28db17d96e9";
        assert_eq!(text, format!("lucca-event 2026-03-15T06:00:00.123456Z 10 {digest}\n{{\"id\":\"1\"}}\n"));
    }
}
