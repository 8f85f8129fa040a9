//! Which columns the columns of a dataset are made of.

use std::collections::BTreeMap;

use serde::Serialize;

use super::facet::Body;
use crate::engine::lineage::How;

/// What flows into the columns of a dataset, and what chose its rows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct ColumnLineage {
    /// By column, what its values are made of.
    pub(crate) fields: BTreeMap<String, FieldsMade>,
    /// What decides which rows there are: filters, joins, groups.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) dataset: Vec<InputField>,
}

/// What flows into one column.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FieldsMade {
    /// The columns.
    pub(crate) input_fields: Vec<InputField>,
}

/// A column of another dataset, and how it flows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct InputField {
    /// Namespace of its dataset.
    pub(crate) namespace: String,
    /// Name of its dataset.
    pub(crate) name: String,
    /// Its own name.
    pub(crate) field: String,
    /// How it flows.
    pub(crate) transformations: Vec<Transformation>,
}

/// One way for a column to flow into another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Transformation {
    /// `DIRECT` or `INDIRECT`.
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    /// `IDENTITY`, `TRANSFORMATION`, `AGGREGATION`, or one of the indirect ones: `JOIN`, `GROUP_BY`, `FILTER`, `SORT`,
    /// `WINDOW`, `CONDITIONAL`.
    pub(crate) subtype: String,
}

impl Body for ColumnLineage {
    const VERSION: &str = "1-2-0";
    const TYPE: &str = "ColumnLineageDatasetFacet";
}

impl From<How> for Transformation {
    fn from(how: How) -> Self {
        let kind = if how.is_direct() { "DIRECT" } else { "INDIRECT" };
        Self { kind, subtype: how.as_str().to_uppercase() }
    }
}
