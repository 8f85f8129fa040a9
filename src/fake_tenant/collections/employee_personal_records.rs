//! The personal records of employees.

use std::borrow::Cow;

use serde::Serialize;

use super::{Collection, Embed, IDS, Kind, Properties, Reference, View, employees, filter, id_at, kind};
use crate::fake_tenant::filter::{Field, Rule};
use crate::fake_tenant::people::People;
use crate::fake_tenant::people::private::{GENDERS, Private};
use crate::fake_tenant::people::stamps::Stamps;

static KIND: Kind = kind("employee-personal-record", "employee-personal-records", 897, 11);

pub(super) static COLLECTION: Collection = Collection {
    filters: &[
        filter("employee.id", IDS, |_, i| id_at(&employees::KIND, i)),
        filter("legalGender", Rule::SomeOf(&GENDERS), |people, i| Field::text(people.gender_of(i))),
        filter("nationalitiesCountryCodes", Rule::Texts, |people, i| {
            Field::texts([people.nationality_of(i).map(Cow::Borrowed)])
        }),
    ],
    embeds: &[Embed { collection: &employees::COLLECTION, of: |_, i| Some(i) }],
    len: People::employee_count,
    write: |view, i, out| view.write(&KIND, i, &personal_record(view, i)?, out),
    ..Collection::of(&KIND, "employee-personal-records")
};

#[derive(Serialize)]
struct PersonalRecord<'a> {
    employee: Reference<'a>,
    #[serde(flatten)]
    private: Private,
    #[serde(flatten)]
    stamps: Stamps,
}

impl Properties for PersonalRecord<'_> {}

fn personal_record<'a>(view: &View<'a>, index: usize) -> Option<PersonalRecord<'a>> {
    view.people.employee(index)?;
    Some(PersonalRecord {
        employee: view.refer_at(&employees::KIND, index),
        private: view.people.private(index),
        stamps: stamps(view.people, index),
    })
}

/// When a personal record came to be and last changed.
pub(super) fn stamps(people: &People, index: usize) -> Stamps {
    Stamps::new(people, 6, index, employees::stamps(people, index).created_at.date())
}
