//! The labels of taxonomies: in a list of their own, and embedded in what refers to them.

use serde::Serialize;

use super::taxonomies;
use super::{Collection, IDS, Kind, Properties, Reference, Sort, SortKey, Translated, View, filter, id_at, kind};
use crate::fake_tenant::filter::{Field, Rule};
use crate::fake_tenant::people::definitions::LABELS;
use crate::fake_tenant::people::stamps::{Stamp, Stamps};

pub(in crate::fake_tenant) static KIND: Kind = kind("taxonomy-label", "taxonomy-labels", 980, 6);

pub(super) static COLLECTION: Collection = Collection {
    filters: &[
        filter("taxonomy.id", IDS, |_, i| id_at(&taxonomies::KIND, LABELS.get(i)?.taxonomy)),
        filter("search", Rule::Words, |_, i| Field::texts([Some(LABELS.get(i)?.name.into())])),
        filter("isArchived", Rule::Flag, |_, i| Some(Field::Flag(LABELS.get(i)?.archived))),
    ],
    sorts: &[Sort { name: "name", key: |_, i| LABELS.get(i).map_or(SortKey::Null, |label| SortKey::Text(label.name)) }],
    len: |_| LABELS.len(),
    write,
    ..Collection::of(&KIND, "taxonomies")
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Label<'a> {
    taxonomy: Reference<'a>,
    name: &'static str,
    remote_id: Option<&'static str>,
    #[serde(flatten)]
    stamps: Stamps,
    is_archived: bool,
    last_archived_at: Option<Stamp>,
    t9n: Translated,
}

impl Properties for Label<'_> {}

/// Appends a label's JSON.
pub(super) fn write(view: &View<'_>, index: usize, out: &mut Vec<u8>) -> Option<()> {
    let label = LABELS.get(index)?;
    let stamps = view.old_stamps(12, index);
    let properties = Label {
        taxonomy: view.refer_at(&taxonomies::KIND, label.taxonomy),
        name: label.name,
        remote_id: label.remote_id,
        stamps,
        is_archived: label.archived,
        last_archived_at: label.archived.then_some(stamps.last_updated_at),
        t9n: Translated::name(label.french),
    };
    view.write(&KIND, index, &properties, out)
}
