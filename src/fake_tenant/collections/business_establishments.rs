//! Business establishments.

use std::borrow::Cow;

use serde::Serialize;

use super::kind::Ids;
use super::{Collection, Embed, IDS, Kind, Properties, Reference, View, filter, id_at, legal_entities};
use crate::fake_tenant::filter::{Field, Rule};
use crate::fake_tenant::people::ids::Numbering;
use crate::fake_tenant::people::organisation::{Address, Coded, ESTABLISHMENTS, LEGAL_ENTITIES};
use crate::fake_tenant::people::stamps::{Stamp, Stamps};

pub(super) const NUMBERS: Numbering = Numbering::new(2, 5);

pub(in crate::fake_tenant) static KIND: Kind =
    Kind { item: "business-establishment", path: "business-establishments", ids: Ids::Numbers(NUMBERS) };

pub(super) static COLLECTION: Collection = Collection {
    filters: &[
        filter("legalEntity.id", IDS, |_, i| id_at(&legal_entities::KIND, ESTABLISHMENTS.get(i)?.entity)),
        filter("search", Rule::Contains, |_, i| {
            let site = ESTABLISHMENTS.get(i)?;
            Field::texts([Some(site.name.into()), site.remote_id.map(Cow::Borrowed)])
        }),
        filter("isArchived", Rule::Flag, |_, i| Some(Field::Flag(ESTABLISHMENTS.get(i)?.archived))),
    ],
    embeds: &[Embed { collection: &legal_entities::COLLECTION, of: |_, i| Some(ESTABLISHMENTS.get(i)?.entity) }],
    len: |_| ESTABLISHMENTS.len(),
    write: |view, i, out| view.write(&KIND, i, &establishment(view, i)?, out),
    ..Collection::of(&KIND, "business-establishments")
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Establishment<'a> {
    name: &'static str,
    remote_id: Option<&'static str>,
    is_archived: bool,
    legal_entity: Reference<'a>,
    is_headquarters: bool,
    tax_identification_number: Option<Coded>,
    industry_code: Option<Coded>,
    address: Option<PostalAddress>,
    timezone_id: Option<&'static str>,
    last_archived_at: Option<Stamp>,
    #[serde(flatten)]
    stamps: Stamps,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PostalAddress {
    #[serde(flatten)]
    address: &'static Address,
    country_code: Option<&'static str>,
}

impl Properties for Establishment<'_> {}

fn establishment<'a>(view: &View<'a>, index: usize) -> Option<Establishment<'a>> {
    let site = ESTABLISHMENTS.get(index)?;
    let stamps = view.old_stamps(2, index);
    let country_code = LEGAL_ENTITIES.get(site.entity).map(|entity| entity.country_code);
    Some(Establishment {
        name: site.name,
        remote_id: site.remote_id,
        is_archived: site.archived,
        legal_entity: view.refer_at(&legal_entities::KIND, site.entity),
        is_headquarters: site.headquarters,
        tax_identification_number: site.tax,
        industry_code: site.industry,
        address: site.address.as_ref().map(|address| PostalAddress { address, country_code }),
        timezone_id: site.timezone,
        last_archived_at: site.archived.then_some(stamps.last_updated_at),
        stamps,
    })
}
