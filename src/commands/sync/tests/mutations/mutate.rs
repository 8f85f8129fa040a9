//! Ways in which bytes, JSON and lines of text are changed.

use rand::{Rng as _, rngs::StdRng, seq::IndexedRandom as _};
use serde_json::Value;

/// One way to change something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mutation {
    FlippedByte,
    InsertedByte,
    DeletedByte,
    Cut,
    RepeatedBytes,
    RenamedKey,
    DroppedKey,
    RepeatedKey,
    OtherType,
    OtherValue,
    LongValue,
    RepeatedItem,
    DroppedItem,
}

use Mutation as M;

/// Those that know nothing of what the bytes mean.
pub(super) const OF_BYTES: [Mutation; 5] = [M::FlippedByte, M::InsertedByte, M::DeletedByte, M::Cut, M::RepeatedBytes];
/// Those of JSON, and of bytes.
pub(super) const ALL: [Mutation; 13] = [
    M::FlippedByte,
    M::InsertedByte,
    M::DeletedByte,
    M::Cut,
    M::RepeatedBytes,
    M::RenamedKey,
    M::DroppedKey,
    M::RepeatedKey,
    M::OtherType,
    M::OtherValue,
    M::LongValue,
    M::RepeatedItem,
    M::DroppedItem,
];

/// Values of every type, and the edges of some.
const OTHERS: [&str; 14] = [
    "null",
    "true",
    "0",
    "-1",
    "1.5",
    "12345678901234567890123",
    "\"\"",
    "\"x\"",
    "\"0001-01-01\"",
    "\"9999-12-31T23:59:59.9999999Z\"",
    "[]",
    "[null]",
    "{}",
    "{\"id\":\"1\",\"href\":5}",
];

impl Mutation {
    /// The bytes, changed; of JSON where they are JSON and this is one of its ways.
    pub(super) fn apply(self, bytes: &[u8], random: &mut StdRng) -> Vec<u8> {
        if OF_BYTES.contains(&self) {
            return self.of_bytes(bytes, random);
        }
        match serde_json::from_slice(bytes) {
            Ok(value) => self.of_json(value, random).into_bytes(),
            Err(_) => M::FlippedByte.of_bytes(bytes, random),
        }
    }

    fn of_bytes(self, bytes: &[u8], random: &mut StdRng) -> Vec<u8> {
        let mut changed = bytes.to_vec();
        let at = random.random_range(0..bytes.len());
        match self {
            M::InsertedByte => changed.insert(at, random.random()),
            M::DeletedByte => drop(changed.remove(at)),
            M::Cut => changed.truncate(at),
            M::RepeatedBytes => {
                let end = random.random_range(at..=bytes.len());
                changed.splice(at..at, bytes[at..end].iter().copied());
            }
            _ => changed[at] ^= 1 << random.random_range(0..8),
        }
        changed
    }

    fn of_json(self, mut value: Value, random: &mut StdRng) -> String {
        let wanted = |node: &Value| match self {
            M::RenamedKey | M::DroppedKey | M::RepeatedKey => node.as_object().is_some_and(|o| !o.is_empty()),
            M::RepeatedItem | M::DroppedItem => node.as_array().is_some_and(|a| !a.is_empty()),
            M::LongValue | M::OtherValue => node.is_string(),
            _ => true,
        };
        let mut places = Vec::new();
        pointers(&value, String::new(), &wanted, &mut places);
        let Some(place) = places.choose(random) else { return value.to_string() };
        let node = value.pointer_mut(place).unwrap();
        let mut then = None;
        match (self, node) {
            (M::RenamedKey, Value::Object(members)) => {
                let name = key(members, random);
                let moved = members.remove(&name).unwrap();
                members.insert(format!("{name}X"), moved);
            }
            (M::DroppedKey, Value::Object(members)) => drop(members.remove(&key(members, random))),
            (M::RepeatedKey, Value::Object(members)) => {
                // Before or after all others, as maps are sorted; a map cannot hold a name twice.
                let (name, stand_in) = (key(members, random), if random.random() { "!!" } else { "~~" });
                members.insert(stand_in.to_owned(), other(random));
                then = Some((format!("\"{stand_in}\""), format!("\"{name}\"")));
            }
            (M::RepeatedItem, Value::Array(items)) => {
                let item = items.choose(random).unwrap().clone();
                items.insert(random.random_range(0..=items.len()), item);
            }
            (M::DroppedItem, Value::Array(items)) => drop(items.remove(random.random_range(0..items.len()))),
            (M::LongValue, node) => *node = Value::String("é\u{0}".repeat(100_000)),
            (M::OtherValue, Value::String(text)) => text.push('1'),
            (_, node) => *node = other(random),
        }
        let text = value.to_string();
        then.map_or(text.clone(), |(stand_in, name)| text.replacen(&stand_in, &name, 1))
    }

    /// A text of `key = value` lines, changed.
    pub(super) fn of_lines(self, text: &str, random: &mut StdRng) -> Vec<u8> {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let at = random.random_range(0..lines.len());
        let name = lines[at].split_once(" = ").unwrap().0.to_owned();
        match self {
            M::RenamedKey => lines[at].insert(random.random_range(0..name.len()), 'x'),
            M::DroppedKey => drop(lines.remove(at)),
            M::RepeatedKey => {
                let line = lines[at].clone();
                lines.insert(at, line);
            }
            M::OtherType => lines[at] = format!("{name} = {}", OTHERS.choose(random).unwrap()),
            M::OtherValue => lines[at] = format!("{name} = \"{}\"", random.random_range(-5..1_000_000_000_000_i64)),
            M::LongValue => lines[at] = format!("{name} = \"{}\"", "é".repeat(100_000)),
            M::RepeatedItem => lines[at] = format!("{name} = [\"a\", \"a\"]"),
            M::DroppedItem => lines[at] = format!("{name} = \"\""),
            _ => return self.of_bytes(text.as_bytes(), random),
        }
        lines.join("\n").into_bytes()
    }
}

fn other(random: &mut StdRng) -> Value {
    serde_json::from_str(OTHERS.choose(random).unwrap()).unwrap()
}

fn key(members: &serde_json::Map<String, Value>, random: &mut StdRng) -> String {
    members.keys().nth(random.random_range(0..members.len())).unwrap().clone()
}

/// JSON pointers of all nodes that are wanted.
fn pointers(node: &Value, at: String, wanted: &impl Fn(&Value) -> bool, found: &mut Vec<String>) {
    match node {
        Value::Object(members) => {
            for (name, member) in members {
                let name = name.replace('~', "~0").replace('/', "~1");
                pointers(member, format!("{at}/{name}"), wanted, found);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                pointers(item, format!("{at}/{index}"), wanted, found);
            }
        }
        _ => {}
    }
    if wanted(node) {
        found.push(at);
    }
}
