//! JSON whose keys are spelled when it is written, and whose numbers are kept as they are.

use std::borrow::Cow;

use chrono::{NaiveDate, NaiveDateTime};

use super::spelling::Spelling;

/// A JSON value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    Null,
    Flag(bool),
    Integer(i64),
    Text(Cow<'static, str>),
    /// JSON text as it is.
    Raw(String),
    List(Vec<Node>),
    Object(Members),
}

/// Keys and values of an object, in the order they are written.
pub(super) type Members = Vec<(Cow<'static, str>, Node)>;

impl Node {
    /// An integer id.
    pub(super) fn id(id: u64) -> Self {
        Self::Integer(i64::try_from(id).unwrap_or(i64::MAX))
    }

    /// A date of v3: midnight, without an offset.
    pub(super) fn midnight(date: NaiveDate) -> Self {
        Self::from(format!("{date}T00:00:00"))
    }

    /// A date-time of v3, without an offset.
    pub(super) fn naive(at: NaiveDateTime) -> Self {
        Self::from(at.format("%Y-%m-%dT%H:%M:%S%.f").to_string())
    }

    pub(super) fn object<const N: usize>(members: [(&'static str, Node); N]) -> Self {
        Self::Object(members.into_iter().map(|(name, node)| (Cow::Borrowed(name), node)).collect())
    }

    /// The member with a name, whatever its case.
    pub(super) fn member(&self, name: &str) -> Option<&Self> {
        let Self::Object(members) = self else { return None };
        members.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, node)| node)
    }

    /// Leaves members out by name, whatever its case.
    pub(super) fn leave_out(&mut self, names: &[&str]) {
        if let Self::Object(members) = self {
            members.retain(|(key, _)| !names.iter().any(|name| name.eq_ignore_ascii_case(key)));
        }
    }

    /// The value of a scalar as text; `None` for null.
    pub(super) fn plain(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Null | Self::List(_) | Self::Object(_) => None,
            Self::Flag(flag) => Some(Cow::Borrowed(if *flag { "true" } else { "false" })),
            Self::Integer(number) => Some(Cow::Owned(number.to_string())),
            Self::Text(text) => Some(Cow::Borrowed(text)),
            Self::Raw(text) => Some(Cow::Borrowed(text)),
        }
    }

    /// Appends the JSON text.
    pub(super) fn write(&self, spelling: Spelling, out: &mut Vec<u8>) {
        match self {
            Self::Null => out.extend_from_slice(b"null"),
            Self::Text(text) => string(text, out),
            Self::Flag(_) | Self::Integer(_) | Self::Raw(_) => {
                out.extend_from_slice(self.plain().unwrap_or_default().as_bytes());
            }
            Self::List(nodes) => {
                out.push(b'[');
                for (nth, node) in nodes.iter().enumerate() {
                    comma(nth, out);
                    node.write(spelling, out);
                }
                out.push(b']');
            }
            Self::Object(members) => {
                out.push(b'{');
                for (nth, (key, node)) in members.iter().enumerate() {
                    comma(nth, out);
                    string(&spelling.key(key), out);
                    out.push(b':');
                    node.write(spelling, out);
                }
                out.push(b'}');
            }
        }
    }
}

fn comma(nth: usize, out: &mut Vec<u8>) {
    if nth > 0 {
        out.push(b',');
    }
}

fn string(text: &str, out: &mut Vec<u8>) {
    // Strings always serialise.
    let _ = serde_json::to_writer(out, text);
}

impl From<bool> for Node {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<i64> for Node {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<i32> for Node {
    fn from(number: i32) -> Self {
        Self::Integer(number.into())
    }
}

impl From<&'static str> for Node {
    fn from(text: &'static str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Node {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl From<NaiveDate> for Node {
    /// A date of v4.
    fn from(date: NaiveDate) -> Self {
        Self::from(date.to_string())
    }
}

impl<T: Into<Node>> From<Option<T>> for Node {
    fn from(node: Option<T>) -> Self {
        node.map_or(Self::Null, Into::into)
    }
}

impl From<serde_json::Value> for Node {
    fn from(value: serde_json::Value) -> Self {
        match value {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(flag) => Self::Flag(flag),
            serde_json::Value::Number(number) => Self::Raw(number.to_string()),
            serde_json::Value::String(text) => Self::from(text),
            serde_json::Value::Array(values) => Self::List(values.into_iter().map(Self::from).collect()),
            serde_json::Value::Object(members) => {
                Self::Object(members.into_iter().map(|(key, value)| (Cow::Owned(key), Self::from(value))).collect())
            }
        }
    }
}
