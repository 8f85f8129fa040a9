//! What a tenant's own definition says of a column of a wide table.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The definition whose values a column holds, in the tenant's own words.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnDefinition {
    /// Its identifier: `namespace.property` when built in, `e_` and a name when custom.
    pub id: String,
    /// What the tenant calls it.
    #[serde(flatten)]
    pub label: TranslatedLabel,
    /// The property of its values that the column holds, where it holds one only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub property: Option<DefinedProperty>,
    /// What the values are: one of the documented base schemas, such as `short-text`, or else what the JSON Schema says.
    #[serde(rename = "type", default)]
    pub value_type: String,
    /// The list of labels that the values are from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taxonomy_id: Option<String>,
    /// What has the values: `employee`, `employment` or `job-position`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_type: Option<String>,
    /// Whether one person may have several values.
    #[serde(default)]
    pub several_values: bool,
    /// Whether it is archived.
    #[serde(default)]
    pub archived: bool,
}

/// A property of values that are objects.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefinedProperty {
    /// Its name in the JSON of the values.
    pub name: String,
    /// What the tenant calls it.
    #[serde(flatten)]
    pub label: TranslatedLabel,
}

/// A label, in the tenant's own language and in others.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TranslatedLabel {
    /// In the tenant's own language.
    #[serde(default)]
    pub label: String,
    /// By language tag, such as `fr-FR`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub translations: BTreeMap<String, String>,
}

impl ColumnDefinition {
    /// The definition and the property of it, as `tables` shows where values come from: `e_address.street`.
    pub(crate) fn path(&self) -> String {
        match &self.property {
            Some(property) => format!("{}.{}", self.id, property.name),
            None => self.id.clone(),
        }
    }
}
