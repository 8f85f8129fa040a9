//! Occupation categories.

use serde::Serialize;

use super::{Collection, IDS, Kind, Properties, Reference, Translated, View, business_establishments, filter, kind};
use crate::fake_tenant::filter::{Field, Rule};
use crate::fake_tenant::people::organisation::CATEGORIES;

pub(in crate::fake_tenant) static KIND: Kind = kind("occupation-category", "occupation-categories", 40, 3);

pub(super) static COLLECTION: Collection = Collection {
    filters: &[
        filter("businessEstablishments.id", IDS, |_, i| {
            let number = |site: &usize| business_establishments::NUMBERS.id(*site as u64);
            let sites = CATEGORIES.get(i)?.sites;
            Some(sites.map_or(Field::AnyId, |sites| Field::Ids(sites.iter().map(number).collect())))
        }),
        filter("search", Rule::Contains, |_, i| Field::texts([Some(CATEGORIES.get(i)?.title.into())])),
    ],
    len: |_| CATEGORIES.len(),
    write: |view, i, out| view.write(&KIND, i, &category(view, i)?, out),
    ..Collection::of(&KIND, "occupation-categories")
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Category<'a> {
    title: &'static str,
    business_establishments: Option<Vec<Reference<'a>>>,
    t9n: Translated,
}

impl Properties for Category<'_> {}

fn category<'a>(view: &View<'a>, index: usize) -> Option<Category<'a>> {
    let category = CATEGORIES.get(index)?;
    let site = |site: &usize| view.refer_at(&business_establishments::KIND, *site);
    Some(Category {
        title: category.title,
        business_establishments: category.sites.map(|sites| sites.iter().map(site).collect()),
        t9n: Translated::title(category.french),
    })
}
