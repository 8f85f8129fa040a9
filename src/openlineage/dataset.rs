//! Tables as datasets.

use serde::Serialize;
use url::Url;

use super::{
    ColumnLineage,
    facet::{Body, Facet, is_default},
};
use crate::catalog::{Privacy, Table};

/// The namespace of a lake's datasets: its address, without what lets anybody in.
pub(crate) fn namespace_of(lake: &Url) -> String {
    let mut address = lake.clone();
    // A URL that cannot have credentials has none. In one of Azure this is the container, without which the address means nothing.
    if address.scheme() != "abfss" {
        let _ = address.set_username("");
    }
    let _ = address.set_password(None);
    address.set_query(None);
    address.set_fragment(None);
    address.as_str().trim_end_matches('/').to_owned()
}

/// A table, or what stands for one elsewhere.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Dataset {
    /// Whose names these are: see [`namespace_of`].
    pub(crate) namespace: String,
    /// The name: `zone/table`.
    pub(crate) name: String,
    /// What is said of it.
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) facets: DatasetFacets,
    /// What is said of it as the output of one run.
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) output_facets: OutputFacets,
}

/// What is said of a dataset.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DatasetFacets {
    /// What one row is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) documentation: Option<Facet<Documentation>>,
    /// Its columns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) schema: Option<Facet<Schema>>,
    /// How private they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tags: Option<Facet<Tags>>,
    /// What its columns are made of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) column_lineage: Option<Facet<ColumnLineage>>,
    /// Which snapshot it is of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) version: Option<Facet<DatasetVersion>>,
}

/// What is said of the output of one run.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OutputFacets {
    /// How much was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) output_statistics: Option<Facet<OutputStatistics>>,
}

/// A text about a dataset.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Documentation {
    /// The text.
    pub(crate) description: String,
}

/// The columns of a dataset.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Schema {
    fields: Vec<SchemaField>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct SchemaField {
    name: String,
    #[serde(rename = "type")]
    lake_type: &'static str,
    description: String,
    ordinal_position: usize,
}

/// Keys with values, of a dataset or of a column.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Tags {
    tags: Vec<Tag>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct Tag {
    key: &'static str,
    value: String,
    source: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
}

/// Which version of a dataset it is.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DatasetVersion {
    /// The snapshot, such as `2026-01-31.2`.
    pub(crate) dataset_version: String,
}

/// How much a run wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OutputStatistics {
    /// Rows.
    pub(crate) row_count: u64,
    /// Bytes.
    pub(crate) size: u64,
    /// Files.
    pub(crate) file_count: u64,
}

impl Body for Documentation {
    const VERSION: &str = "1-1-0";
    const TYPE: &str = "DocumentationDatasetFacet";
}

impl Body for Schema {
    const VERSION: &str = "1-2-0";
    const TYPE: &str = "SchemaDatasetFacet";
}

impl Body for Tags {
    const VERSION: &str = "1-0-0";
    const TYPE: &str = "TagsDatasetFacet";
}

impl Body for DatasetVersion {
    const VERSION: &str = "1-0-1";
    const TYPE: &str = "DatasetVersionDatasetFacet";
}

impl Body for OutputStatistics {
    const VERSION: &str = "1-0-2";
    const TYPE: &str = "OutputStatisticsOutputDatasetFacet";
}

impl Dataset {
    /// A table by its name alone, as inputs are named.
    pub(crate) fn named(namespace: &str, table: &Table) -> Self {
        let name = format!("{}/{}", table.zone, table.name);
        Self { namespace: namespace.to_owned(), name, ..Self::default() }
    }

    /// A table with what the catalogue says of it: meaning, columns, classes.
    pub(crate) fn of(namespace: &str, table: &Table) -> Self {
        let fields = table.columns.iter().enumerate().map(|(index, column)| SchemaField {
            name: column.name.clone(),
            lake_type: column.lake_type.as_str(),
            description: column.meaning.clone(),
            ordinal_position: index + 1,
        });
        let tag = |value: String, field| Tag { key: "privacy", value, source: "lucca-lake", field };
        let most_private = table.columns.iter().map(|c| c.privacy).fold(Privacy::None, Ord::max);
        let tags = std::iter::once(tag(most_private.to_string(), None));
        let tags = tags.chain(table.columns.iter().map(|c| tag(c.privacy.to_string(), Some(c.name.clone()))));
        let facets = DatasetFacets {
            documentation: Some(Documentation { description: table.meaning.clone() }.into()),
            schema: Some(Schema { fields: fields.collect() }.into()),
            tags: Some(Tags { tags: tags.collect() }.into()),
            ..DatasetFacets::default()
        };
        Self { facets, ..Self::named(namespace, table) }
    }
}
