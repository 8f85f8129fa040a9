//! Job qualifications.

use serde::Serialize;

use super::{Collection, IDS, Kind, Properties, Reference, Translated, View, filter, id_at, kind, professions};
use crate::fake_tenant::filter::{Field, Rule};
use crate::fake_tenant::people::organisation::QUALIFICATIONS;
use crate::fake_tenant::people::stamps::Stamps;

pub(in crate::fake_tenant) static KIND: Kind = kind("job-qualification", "job-qualifications", 970, 9);

pub(super) static COLLECTION: Collection = Collection {
    filters: &[
        filter("rank", Rule::Numbers, |_, i| Some(Field::Number(QUALIFICATIONS.get(i)?.rank.into()))),
        filter("profession.id", IDS, |_, i| id_at(&professions::KIND, QUALIFICATIONS.get(i)?.profession)),
    ],
    len: |_| QUALIFICATIONS.len(),
    write: |view, i, out| view.write(&KIND, i, &qualification(view, i)?, out),
    ..Collection::of(&KIND, "job-qualifications")
};

#[derive(Serialize)]
struct Qualification<'a> {
    title: &'static str,
    profession: Reference<'a>,
    rank: i32,
    t9n: Translated,
    #[serde(flatten)]
    stamps: Stamps,
}

impl Properties for Qualification<'_> {}

fn qualification<'a>(view: &View<'a>, index: usize) -> Option<Qualification<'a>> {
    let qualification = QUALIFICATIONS.get(index)?;
    Some(Qualification {
        title: qualification.title,
        profession: view.refer_at(&professions::KIND, qualification.profession),
        rank: qualification.rank,
        t9n: Translated::title(qualification.french),
        stamps: view.old_stamps(3, index),
    })
}
