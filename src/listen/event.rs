//! What a body holds, and what tells one event from another.

use std::fmt;

use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};

/// What tells an event from others: two have the same only when they are one, delivered again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Key(pub(super) [u8; Self::BYTES]);

impl Key {
    /// Half a SHA-256: no two of any number of events share it by chance.
    pub(super) const BYTES: usize = 16;
}

/// One event, as it was sent.
#[derive(Clone)]
pub(super) struct Event {
    pub(super) key: Key,
    /// A JSON object.
    pub(super) body: Bytes,
}

/// Without the body: it holds personal data.
impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event").field("bytes", &self.body.len()).finish_non_exhaustive()
    }
}

/// What is unique together: no more of an event is read.
#[derive(Deserialize)]
struct Identity<'a> {
    #[serde(borrow)]
    id: &'a RawValue,
    #[serde(borrow, default)]
    source: Option<&'a RawValue>,
}

impl Event {
    /// The event that is this JSON object. One without an id, or with several, is told from others by all of it.
    pub(super) fn of(body: Bytes) -> Self {
        let identity = serde_json::from_slice::<Identity<'_>>(&body).ok();
        let digest = match identity {
            Some(Identity { id, source }) => {
                let source = source.map_or("", RawValue::get);
                Sha256::new().chain_update(source).chain_update(b"\n").chain_update(id.get()).finalize()
            }
            None => Sha256::digest(&body),
        };
        let mut key = [0; Key::BYTES];
        key.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
        Self { key: Key(key), body }
    }
}

/// The events of a body: the one object that it is, or those of a list, as batches are. `None` when it is neither.
pub(super) fn events(body: &Bytes) -> Option<Vec<Event>> {
    let whole: &RawValue = serde_json::from_slice(body).ok()?;
    let objects = match whole.get().as_bytes().first()? {
        b'{' => vec![whole],
        b'[' => serde_json::from_str(whole.get()).ok()?,
        _ => return None,
    };
    let event =
        |object: &RawValue| object.get().starts_with('{').then(|| Event::of(body.slice_ref(object.get().as_bytes())));
    objects.into_iter().map(event).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(body: &str) -> Option<Vec<String>> {
        let text = |event: Event| String::from_utf8(event.body.to_vec()).unwrap();
        Some(events(&body.to_owned().into())?.into_iter().map(text).collect())
    }

    #[test]
    fn a_body_is_an_object_or_a_list_of_them() {
        assert_eq!(of(" {\"id\": \"1\"}\n"), Some(vec!["{\"id\": \"1\"}".to_owned()]));
        assert_eq!(of("[{\"id\":1}, {\"id\":2}]"), Some(vec!["{\"id\":1}".to_owned(), "{\"id\":2}".to_owned()]));
        assert_eq!(of("[]"), Some(vec![]));
        for no in
            ["", " ", "1", "null", "\"{}\"", "{", "{}{}", "[1]", "[{},[]]", "{\"a\":\"\n\"}", "\u{feff}{}", "<x/>"]
        {
            assert_eq!(of(no), None, "{no:?}");
        }
        assert!(events(&Bytes::from_static(b"{\"a\":\"\xff\"}")).is_none(), "no UTF-8");
        let deep = "[".repeat(500_000) + &"]".repeat(500_000);
        assert_eq!(of(&deep), None);
        let deep = format!("{{\"id\":\"1\",\"data\":{deep}}}");
        assert_eq!(of(&deep), Some(vec![deep.clone()]), "what is inside is not ours to judge");
    }

    #[test]
    fn source_and_id_tell_events_apart_and_nothing_else_does() {
        let key = |body: &str| Event::of(body.to_owned().into()).key;
        let one = key("{\"id\":\"1\",\"source\":\"a\"}");
        assert_eq!(one, key("{\"topic\":\"x\", \"source\": \"a\", \"id\": \"1\"}"));
        for other in [
            "{\"id\":\"2\",\"source\":\"a\"}",
            "{\"id\":\"1\",\"source\":\"b\"}",
            "{\"id\":\"1\"}",
            "{\"id\":1,\"source\":\"a\"}",
        ] {
            assert_ne!(one, key(other), "{other}");
        }
        for (a, b) in [("{}", "{\"a\":1}"), ("{\"id\":1,\"id\":1}", "{\"id\":1}")] {
            assert_eq!(key(a), key(a));
            assert_ne!(key(a), key(b), "{a} {b}");
        }
    }
}
