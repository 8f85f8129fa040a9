//! Legal entities.

use serde::Serialize;

use super::kind::Id;
use super::{Collection, Kind, Properties, View, filter, kind};
use crate::fake_tenant::filter::{Field, Rule};
use crate::fake_tenant::people::organisation::{self, LEGAL_ENTITIES};
use crate::fake_tenant::people::stamps::{Stamp, Stamps};

pub(in crate::fake_tenant) static KIND: Kind = kind("legal-entity", "legal-entities", 1, 3);

pub(super) static COLLECTION: Collection = Collection {
    filters: &[
        filter("countryCode", Rule::Texts, |_, i| Field::text(LEGAL_ENTITIES.get(i)?.country_code)),
        filter("isArchived", Rule::Flag, |_, i| Some(Field::Flag(LEGAL_ENTITIES.get(i)?.is_archived))),
    ],
    len: |_| LEGAL_ENTITIES.len(),
    write: |view, i, out| view.write(&KIND, i, &legal_entity(view, i)?, out),
    ..Collection::of(&KIND, "legal-entities")
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LegalEntity {
    #[serde(flatten)]
    row: &'static organisation::LegalEntity,
    #[serde(flatten)]
    stamps: Stamps,
    last_archived_at: Option<Stamp>,
}

impl Properties for LegalEntity {
    fn links(&self, _: &View<'_>, id: Id) -> Vec<(&'static str, Option<String>)> {
        vec![("businessEstablishments", Some(format!("business-establishments?legalEntity.id={id}")))]
    }
}

fn legal_entity(view: &View<'_>, index: usize) -> Option<LegalEntity> {
    let row = LEGAL_ENTITIES.get(index)?;
    let stamps = view.old_stamps(1, index);
    Some(LegalEntity { row, stamps, last_archived_at: row.is_archived.then_some(stamps.last_updated_at) })
}
