//! The labels of taxonomies, which are served only with what refers to them.

use serde::Serialize;

use super::kind::TAXONOMY;
use super::{Kind, Properties, Reference, Translated, View, kind};
use crate::fake_tenant::people::definitions::LABELS;
use crate::fake_tenant::people::stamps::{Stamp, Stamps};

pub(super) static KIND: Kind = kind("taxonomy-label", "taxonomy-labels", 980, 6);

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
        taxonomy: view.refer_at(&TAXONOMY, label.taxonomy),
        name: label.name,
        remote_id: label.remote_id,
        stamps,
        is_archived: label.archived,
        last_archived_at: label.archived.then_some(stamps.last_updated_at),
        t9n: Translated::name(label.french),
    };
    view.write(&KIND, index, &properties, out)
}
