//! Which columns a page's lone surrogates were in: found by a second walk, of such pages only.

use std::{borrow::Cow, collections::BTreeSet, fmt};

use serde::{
    Deserialize,
    de::{Deserializer, MapAccess, Visitor},
};
use serde_json::value::RawValue;

use super::{
    drift::Drift,
    envelope::Envelope,
    plan::{Action, ObjectPlan},
};
use crate::{
    catalog::{Column, EXTRA},
    surrogates::Repaired,
};

/// What the names that come with a page are counted under.
const EMBEDDED: &str = "embedded";

#[derive(Deserialize)]
struct Page<'a> {
    #[serde(borrow, default)]
    embedded: Option<&'a RawValue>,
}

/// Adds to `drift` in how many records of the page each column had lone surrogates.
pub(super) fn report(
    page: &Repaired<'_>,
    envelope: Envelope,
    plan: &ObjectPlan,
    columns: &[Column],
    drift: &mut Drift,
) {
    let body = serde_json::from_str::<Page<'_>>(page.text()).ok().filter(|_| envelope == Envelope::V5);
    if body.and_then(|page| page.embedded).is_some_and(|embedded| page.count_in(embedded.get()) > 0) {
        drift.halves(EMBEDDED);
    }
    for item in envelope.records(page.text()).unwrap_or_default() {
        let mut found = BTreeSet::new();
        find(page, item.get(), plan, columns, &mut found);
        found.into_iter().for_each(|column| drift.halves(column));
    }
}

fn find<'c>(
    page: &Repaired<'_>,
    object: &str,
    plan: &ObjectPlan,
    columns: &'c [Column],
    found: &mut BTreeSet<&'c str>,
) {
    let mut unexplained = page.count_in(object);
    if unexplained == 0 {
        return;
    }
    let Ok(Properties(properties)) = serde_json::from_str(object) else { return };
    let mut name = |index: usize| found.extend(columns.get(index).map(|column| column.name.as_str()));
    let mut inside = Vec::new();
    for (property, value) in properties {
        let count = page.count_in(value.get());
        unexplained -= count.min(unexplained);
        match plan.find(&property).and_then(|index| plan.properties.get(index)) {
            _ if count == 0 => {}
            Some((_, Action::Column(index) | Action::Named { column: index, .. })) => name(*index),
            Some((_, Action::Value(value))) => name(value.json),
            Some((_, Action::Object(plan))) => inside.push((value, plan)),
            Some((_, Action::Skip)) => {}
            Some((_, Action::Constant(_))) | None => unexplained += count,
        }
    }
    // Properties without a column, and their names.
    if unexplained > 0 {
        found.insert(EXTRA);
    }
    for (value, plan) in inside {
        find(page, value.get(), plan, columns, found);
    }
}

/// The properties of an object in their order.
struct Properties<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de> Deserialize<'de> for Properties<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = Properties<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut properties = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    properties.push(entry);
                }
                Ok(Properties(properties))
            }
        }
        deserializer.deserialize_map(Entries)
    }
}
