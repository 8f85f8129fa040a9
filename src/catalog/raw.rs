//! `schemas/*.toml` as text: strict structs that mirror the file format and nothing else.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Privacy, Zone};

/// One file of `schemas/`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawResource {
    pub(super) resource: String,
    pub(super) item_type: String,
    pub(super) scope: String,
    pub(super) page_limit: u32,
    pub(super) hoped_page_limit: Option<u32>,
    pub(super) zone: Zone,
    pub(super) meaning: String,
    pub(super) source: String,
    pub(super) sort: Option<String>,
    pub(super) as_of_parameter: Option<String>,
    pub(super) columns: Vec<RawColumn>,
    pub(super) labels: Option<RawLabels>,
    pub(super) history: Option<RawHistory>,
    pub(super) filter: Option<RawFilter>,
    pub(super) fan_out: Option<RawFanOut>,
    pub(super) split: Option<RawSplit>,
    #[serde(default)]
    pub(super) quality: RawQuality,
}

/// One line of `columns`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawColumn {
    pub(super) name: String,
    #[serde(rename = "type")]
    pub(super) kind: RawType,
    pub(super) to: Option<String>,
    #[serde(rename = "enum", default)]
    pub(super) values: Vec<String>,
    #[serde(default = "yes")]
    pub(super) nullable: bool,
    pub(super) json: String,
    #[serde(default)]
    pub(super) aliases: Vec<String>,
    #[serde(default)]
    pub(super) undocumented: bool,
    pub(super) reading: Option<RawReading>,
    #[serde(default)]
    pub(super) keeps_null: bool,
    pub(super) privacy: Privacy,
    pub(super) meaning: String,
}

fn yes() -> bool {
    true
}

/// The JSON shape that a column is read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum RawType {
    String,
    Boolean,
    Int32,
    Double,
    Date,
    Timestamp,
    Json,
    Reference,
    References,
    Strings,
}

/// A typed reading of a value of any shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum RawReading {
    Text,
    Number,
    Boolean,
    Date,
    ReferenceId,
    ReferenceType,
}

/// `[fan_out]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawFanOut {
    pub(super) parameter: String,
    pub(super) from: String,
    pub(super) max_values: usize,
    pub(super) status: Option<String>,
}

/// `[history]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawHistory {
    pub(super) starts: String,
    pub(super) ends: String,
}

/// `[filter]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawFilter {
    pub(super) parameter: String,
    pub(super) from: String,
    pub(super) max_bytes: usize,
}

/// `[split]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSplit {
    pub(super) by: String,
    pub(super) table: String,
    pub(super) zone: Zone,
    pub(super) public: BTreeMap<String, Privacy>,
    pub(super) openable: String,
    pub(super) meaning: String,
}

/// `[labels]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawLabels {
    pub(super) item_type: String,
    pub(super) table: String,
    pub(super) zone: Zone,
    pub(super) meaning: String,
}

/// `[quality]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawQuality {
    pub(super) disjoint: Option<RawDisjoint>,
    #[serde(default)]
    pub(super) filled: BTreeMap<String, u8>,
}

/// Days, the last one included, that no two records of one owner share.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawDisjoint {
    pub(super) from: String,
    pub(super) to: String,
    pub(super) of: String,
}
