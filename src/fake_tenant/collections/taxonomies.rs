//! Taxonomies: the lists that a customer's labels are from.

use serde::Serialize;

use super::{Collection, Kind, Properties, Translated, filter, kind};
use crate::fake_tenant::filter::{Field, Rule};
use crate::fake_tenant::people::definitions::TAXONOMIES;
use crate::fake_tenant::people::stamps::Stamps;

pub(super) static KIND: Kind = kind("taxonomy", "taxonomies", 45, 10);

pub(super) static COLLECTION: Collection = Collection {
    filters: &[filter("search", Rule::Words, |_, i| Field::texts([Some(TAXONOMIES.get(i)?.name.into())]))],
    len: |_| TAXONOMIES.len(),
    write: |view, i, out| {
        let taxonomy = TAXONOMIES.get(i)?;
        let properties = Taxonomy {
            name: taxonomy.name,
            sort_labels_by: taxonomy.sort_labels_by,
            stamps: view.old_stamps(13, i),
            t9n: Translated::name(taxonomy.french),
        };
        view.write(&KIND, i, &properties, out)
    },
    ..Collection::of(&KIND, "taxonomies")
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Taxonomy {
    name: &'static str,
    /// Absent from every documented example.
    #[serde(skip_serializing_if = "Option::is_none")]
    sort_labels_by: Option<&'static str>,
    #[serde(flatten)]
    stamps: Stamps,
    t9n: Translated,
}

impl Properties for Taxonomy {}
