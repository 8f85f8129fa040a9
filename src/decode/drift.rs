//! Where the API's answers differ from the declared schema without breaking it. Names and counts, never personal values.

use std::{borrow::Cow, collections::BTreeMap};

use serde::{Deserialize, Serialize};

use crate::catalog::{Column, Privacy};

/// Distinct findings kept per kind; a runaway API must not fill memory or the report.
const MAX_FINDINGS: usize = 200;
/// Longest property name that is reported whole, in characters.
const MAX_NAME_CHARS: usize = 120;
/// Longest unknown enumeration value that is reported as it is, in characters.
const MAX_VALUE_CHARS: usize = 60;

/// What was unforeseen in some pages of one resource.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Drift {
    unknown: BTreeMap<(String, Cow<'static, str>), u64>,
    values: BTreeMap<(String, String), u64>,
    disagreements: BTreeMap<(String, String), u64>,
    halves: BTreeMap<String, u64>,
}

/// One line of the drift report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DriftFinding {
    /// A property that no column holds; its values are in `_extra`.
    UnknownProperty {
        /// Dotted path.
        property: String,
        /// JSON type of the values.
        json_type: Cow<'static, str>,
        /// Records that had it.
        records: u64,
    },
    /// A value outside a declared enumeration; it is kept as it is.
    UnknownValue {
        /// Column.
        column: String,
        /// The value, or a placeholder where values of the column are personal.
        value: String,
        /// Times seen.
        records: u64,
    },
    /// A property that came under two names of its column with different values. The first name's is in the column, the
    /// other's in `_extra`.
    Disagreement {
        /// Column.
        column: String,
        /// The name that did not count.
        property: String,
        /// Records that had both.
        records: u64,
    },
    /// Texts with lone surrogates, halves of characters; each half became U+FFFD.
    LoneSurrogates {
        /// Column; `_extra` for properties without one, `embedded` for names that come with pages.
        column: String,
        /// Records that had some; pages, for `embedded`.
        records: u64,
    },
}

impl Drift {
    /// Whether everything was as declared.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Adds what another page found.
    pub(crate) fn merge(&mut self, other: Self) {
        for (key, count) in other.unknown {
            add(&mut self.unknown, key, count);
        }
        for (key, count) in other.values {
            add(&mut self.values, key, count);
        }
        for (key, count) in other.disagreements {
            add(&mut self.disagreements, key, count);
        }
        for (key, count) in other.halves {
            add(&mut self.halves, key, count);
        }
    }

    /// The findings in a stable order.
    pub fn findings(&self) -> Vec<DriftFinding> {
        let unknown = self.unknown.iter().map(|((property, json_type), records)| DriftFinding::UnknownProperty {
            property: property.clone(),
            json_type: json_type.clone(),
            records: *records,
        });
        let values = self.values.iter().map(|((column, value), records)| DriftFinding::UnknownValue {
            column: column.clone(),
            value: value.clone(),
            records: *records,
        });
        let disagreements = self.disagreements.iter().map(|((column, property), records)| DriftFinding::Disagreement {
            column: column.clone(),
            property: property.clone(),
            records: *records,
        });
        let halves = self
            .halves
            .iter()
            .map(|(column, records)| DriftFinding::LoneSurrogates { column: column.clone(), records: *records });
        unknown.chain(values).chain(disagreements).chain(halves).collect()
    }

    /// The inverse of [`Self::findings`].
    pub(crate) fn of(findings: Vec<DriftFinding>) -> Self {
        let mut drift = Self::default();
        for finding in findings {
            match finding {
                DriftFinding::UnknownProperty { property, json_type, records } => {
                    add(&mut drift.unknown, (property, json_type), records);
                }
                DriftFinding::UnknownValue { column, value, records } => {
                    add(&mut drift.values, (column, value), records);
                }
                DriftFinding::Disagreement { column, property, records } => {
                    add(&mut drift.disagreements, (column, property), records);
                }
                DriftFinding::LoneSurrogates { column, records } => add(&mut drift.halves, column, records),
            }
        }
        drift
    }

    pub(super) fn property(&mut self, path: String, raw: &str) {
        let path = path.chars().take(MAX_NAME_CHARS).collect();
        add(&mut self.unknown, (path, json_type(raw).into()), 1);
    }

    pub(super) fn value(&mut self, column: &Column, value: &str) {
        let value = match column.privacy {
            Privacy::None | Privacy::Directory => value.chars().take(MAX_VALUE_CHARS).collect(),
            Privacy::Personal | Privacy::Sensitive => "(not shown: personal)".to_owned(),
        };
        add(&mut self.values, (column.name.clone(), value), 1);
    }

    /// A record had that property beside another of the same column, with another value.
    pub(super) fn disagreement(&mut self, column: String, property: &str) {
        add(&mut self.disagreements, (column, property.to_owned()), 1);
    }

    /// A record had lone surrogates in that column.
    pub(super) fn halves(&mut self, column: &str) {
        add(&mut self.halves, column.to_owned(), 1);
    }
}

fn add<K: Ord>(counts: &mut BTreeMap<K, u64>, key: K, count: u64) {
    if counts.len() < MAX_FINDINGS || counts.contains_key(&key) {
        *counts.entry(key).or_default() += count;
    }
}

/// The JSON type of a value, from its text.
pub(super) fn json_type(raw: &str) -> &'static str {
    match raw.as_bytes().first() {
        Some(b'"') => "string",
        Some(b'{') => "object",
        Some(b'[') => "array",
        Some(b't' | b'f') => "boolean",
        Some(b'n') => "null",
        _ => "number",
    }
}
