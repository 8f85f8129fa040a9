//! `schemas/*.toml` as text: strict structs that mirror the file format and nothing else.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{
    Content, Each, Embedded, FanOut, Filter, Grows, History, Label, Privacy, Reading, Route, Split, Zone, list::List,
};

/// One file of `schemas/`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawResource {
    pub(super) resource: String,
    #[serde(default)]
    pub(super) item_type: String,
    pub(super) scope: Option<String>,
    pub(super) permission: Option<String>,
    pub(super) page_limit: u32,
    pub(super) hoped_page_limit: Option<u32>,
    pub(super) zone: Zone,
    pub(super) meaning: String,
    pub(super) label: Option<Label>,
    pub(super) source: String,
    pub(super) sort: Option<String>,
    #[serde(default)]
    pub(super) on_request: bool,
    pub(super) published: Option<bool>,
    #[serde(default)]
    pub(super) optional: bool,
    pub(super) route: Option<Route>,
    pub(super) as_of_parameter: Option<String>,
    pub(super) other_id: Option<String>,
    #[serde(default)]
    pub(super) files: Vec<String>,
    #[serde(default)]
    pub(super) tenant_properties: Vec<String>,
    pub(super) columns: Vec<RawColumn>,
    pub(super) list: Option<List>,
    pub(super) labels: Option<Embedded>,
    pub(super) history: Option<History>,
    pub(super) filter: Option<Filter>,
    pub(super) fan_out: Option<FanOut>,
    pub(super) each: Option<Each>,
    pub(super) content: Option<Content>,
    pub(super) grows: Option<Grows>,
    pub(super) split: Option<Split>,
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
    pub(super) reading: Option<Reading>,
    #[serde(default)]
    pub(super) keeps_null: bool,
    pub(super) privacy: Privacy,
    pub(super) meaning: String,
    pub(super) label: Option<Label>,
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
    Int64,
    Double,
    Date,
    Timestamp,
    Json,
    Reference,
    References,
    Strings,
    Id,
    #[serde(rename = "local_date")]
    LocalDate,
    #[serde(rename = "local_timestamp")]
    LocalTimestamp,
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
