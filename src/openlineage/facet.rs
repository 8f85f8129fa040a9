//! What is said of a dataset, a job or a run, and by whom.

use serde::Serialize;

/// Who says it: this program in this version.
pub(super) const PRODUCER: &str = concat!("urn:lucca-lake:", env!("CARGO_PKG_VERSION"));

/// Where the specification is that events follow.
pub(super) const EVENTS: &str = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/";

/// What a facet says, under the name and version by which the specification knows it.
pub(crate) trait Body {
    /// Its version.
    const VERSION: &str;
    /// The name of its type.
    const TYPE: &str;
}

/// One facet: something that is said of a dataset, a job or a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Facet<B> {
    #[serde(rename = "_producer")]
    producer: &'static str,
    #[serde(rename = "_schemaURL")]
    schema_url: String,
    #[serde(flatten)]
    body: B,
}

impl<B: Body> From<B> for Facet<B> {
    fn from(body: B) -> Self {
        let (version, name) = (B::VERSION, B::TYPE);
        let schema_url = format!("https://openlineage.io/spec/facets/{version}/{name}.json#/$defs/{name}");
        Self { producer: PRODUCER, schema_url, body }
    }
}

/// For what is left out where nothing is said.
pub(super) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
