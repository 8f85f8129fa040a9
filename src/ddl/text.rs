//! Names and texts as a dialect writes them.

use super::dialect::{Escapes, Traits};

/// Name of the tag that classes are told by, where a warehouse has tags.
pub(super) const TAG: &str = "lucca_privacy";

/// A text between double quotes, as JSON and so YAML writes it.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A name as the dialect writes it. The lake's names are lower snake_case.
pub(super) fn name(name: &str, traits: &Traits) -> String {
    let quote = traits.quote;
    format!("{quote}{name}{quote}")
}

/// A text between single quotes.
pub(super) fn literal(text: &str, escapes: Escapes) -> String {
    let text = match escapes {
        Escapes::Doubled => text.replace('\'', "''"),
        Escapes::Backslash => text.replace('\\', "\\\\").replace('\'', "\\'"),
    };
    format!("'{text}'")
}
