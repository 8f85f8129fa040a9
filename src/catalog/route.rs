//! Where a collection of the older APIs is read, which know nothing of `/lucca-api`: `[route]` in `schemas/legacy/`.

use std::collections::BTreeMap;

use serde::Deserialize;

/// What a tenant is read by: which credentials it gave us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Source {
    /// API v5, by an OAuth application.
    #[default]
    V5,
    /// The older APIs, by an API key.
    Legacy,
}

impl Source {
    /// As manifests and reports name it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::V5 => "v5",
            Self::Legacy => "legacy",
        }
    }
}

/// Which of the older APIs: their pages, errors and parameters differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Style {
    /// `data.items` and `data.count`; `fields`, `paging=offset,limit`, `orderBy`.
    V3,
    /// `items`, `count`, `prev`, `next`; `page`, `limit`, `fields.root`, `sort`.
    V4,
}

/// How one collection is asked for: `[route]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Route {
    /// Path below the tenant's origin.
    pub(crate) path: String,
    /// Of which API it is.
    pub(crate) style: Style,
    /// Value of `orderBy` (v3) or `sort` (v4): pages of a list without an order may overlap in any way.
    pub(crate) order: Option<String>,
    /// Parameters that never change.
    #[serde(default)]
    pub(crate) parameters: BTreeMap<String, String>,
    /// Whether the columns' properties are named by `fields`, without which v3 gives id, name and url alone.
    #[serde(default = "yes")]
    pub(crate) shows_fields: bool,
    /// Parameters that restrict the records to those changed since a time, one request for each.
    #[serde(default)]
    pub(crate) since: Vec<String>,
    /// The days that must be given.
    pub(crate) window: Option<Window>,
    /// The ids of another collection that must be given.
    pub(crate) required: Option<Required>,
}

fn yes() -> bool {
    true
}

/// A compulsory range of days: `[route.window]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Window {
    /// Parameter that takes `between,<from>,<until>`, both included.
    pub(crate) parameter: String,
    /// Setting of the first day.
    pub(crate) from: String,
    /// Setting of the last day.
    pub(crate) until: String,
}

/// A compulsory list of ids: `[route.required]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Required {
    /// Parameter that takes a comma-separated list.
    pub(crate) parameter: String,
    /// Name of the legacy resource whose ids are passed.
    pub(crate) from: String,
}

impl Route {
    /// What does not hold, as a sentence.
    pub(super) fn check(&self) -> Result<(), String> {
        if !self.path.starts_with('/') || self.path.contains(['?', '#']) {
            return Err(format!("[route] path = {:?} is no absolute path", self.path));
        }
        if self.style == Style::V3 && self.order.is_none() {
            return Err("[route] of style v3 needs an order".to_owned());
        }
        Ok(())
    }
}
