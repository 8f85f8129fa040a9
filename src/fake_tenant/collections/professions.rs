//! Professions: what job qualifications belong to.

use serde::Serialize;

use super::{Collection, Kind, Properties, Translated, filter, kind};
use crate::fake_tenant::filter::{Field, Rule};

pub(super) static KIND: Kind = kind("profession", "professions", 85, 4);

pub(super) static COLLECTION: Collection = Collection {
    filters: &[filter("isArchived", Rule::Flag, |_, i| Some(Field::Flag(PROFESSIONS.get(i)?.is_archived)))],
    len: |_| PROFESSIONS.len(),
    write: |view, i, out| view.write(&KIND, i, PROFESSIONS.get(i)?, out),
    ..Collection::of(&KIND, "job-qualifications")
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Profession {
    title: &'static str,
    is_archived: bool,
    t9n: Translated,
}

impl Properties for Profession {}

const fn profession(title: &'static str, french: Option<&'static str>) -> Profession {
    Profession { title, is_archived: false, t9n: Translated::title(french) }
}

static PROFESSIONS: [Profession; 9] = [
    profession("Executive management", Some("Direction générale")),
    profession("Accountant", Some("Comptable")),
    profession("HR partner", Some("Chargé·e RH")),
    profession("Developer", Some("Développeur")),
    profession("Data analyst", None),
    profession("Designer", Some("Designer")),
    profession("Sales representative", Some("Commercial·e")),
    profession("Support agent", Some("Agent de support")),
    Profession { is_archived: true, ..profession("Telex operator", Some("Opérateur télex")) },
];
