//! Job positions.

use std::borrow::Cow;

use chrono::NaiveDate;
use serde::Serialize;

use super::kind::DOCUMENT;
use super::{
    Collection, Embed, IDS, Kind, Properties, Reference, Sort, Translated, View, business_establishments, date_key,
    departments, employees, employments, filter, id_at, job_qualifications, kind, occupation_categories,
};
use crate::fake_tenant::filter::{Field, Rule};
use crate::fake_tenant::people::People;
use crate::fake_tenant::people::careers::{self, Status, UPDATABLE};
use crate::fake_tenant::people::dice::{Dice, Stream};
use crate::fake_tenant::people::hiring::title_text;
use crate::fake_tenant::people::identity::note;
use crate::fake_tenant::people::organisation::{ARRANGEMENT_IDS, QUALIFICATIONS};
use crate::fake_tenant::people::stamps::Stamps;

pub(super) static KIND: Kind = kind("job-position", "job-positions", 61, 17);

fn at(people: &People, index: usize) -> Option<&careers::Position> {
    people.position(index)
}

pub(super) static COLLECTION: Collection = Collection {
    filters: &[
        filter("id", IDS, |_, i| id_at(&KIND, i)),
        filter("remoteId", Rule::TextsOrNull, |p, i| Field::text(remote_id(at(p, i)?.post.remote)?)),
        filter("employment.id", IDS, |p, i| id_at(&employments::KIND, at(p, i)?.employment)),
        // Not listed among the filters, but documented as a link of employees.
        filter("employment.employee.id", IDS, |p, i| id_at(&employees::KIND, at(p, i)?.employee)),
        filter("businessEstablishment.id", IDS, |p, i| id_at(&business_establishments::KIND, at(p, i)?.post.site)),
        filter("status", Rule::OneOf(&Status::NAMES), |p, i| Field::text(at(p, i)?.status.name())),
        filter("startsOn", Rule::Dates, |p, i| Some(Field::Date(at(p, i)?.starts_on))),
        filter("startsOn.between", Rule::Range, |p, i| Some(Field::Date(at(p, i)?.starts_on))),
        filter("endsOn", Rule::DatesOrNull, |p, i| Some(Field::Date(at(p, i)?.ends_on?))),
        filter("endsOn.between", Rule::Range, |p, i| Some(Field::Date(at(p, i)?.ends_on?))),
        filter("jobQualification.id", IDS, |p, i| id_at(&job_qualifications::KIND, at(p, i)?.post.qualification?)),
        filter("occupationCategory.id", IDS, |p, i| id_at(&occupation_categories::KIND, at(p, i)?.post.category?)),
        filter("manager.id", IDS, |p, i| id_at(&employees::KIND, at(p, i)?.manager?)),
        filter("department.id", IDS, |p, i| id_at(&departments::KIND, at(p, i)?.post.department)),
        filter("updatedAttributes", Rule::SomeOf(&UPDATABLE), |p, i| {
            Field::texts(at(p, i)?.updated_names().into_iter().map(|name| Some(Cow::Borrowed(name))))
        }),
    ],
    sorts: &[
        Sort { name: "startsOn", key: |p, i| date_key(at(p, i).map(|one| one.starts_on)) },
        Sort { name: "endsOn", key: |p, i| date_key(at(p, i).and_then(|one| one.ends_on)) },
    ],
    embeds: &[
        Embed {
            collection: &departments::COLLECTION,
            of: |p, i| Some(at(p, i)?.post.department as usize).filter(|index| *index < p.departments.visible()),
        },
        Embed { collection: &job_qualifications::COLLECTION, of: |p, i| at(p, i)?.post.qualification.map(usize::from) },
        Embed { collection: &employees::COLLECTION, of: |p, i| Some(at(p, i)?.employee as usize) },
        Embed { collection: &employments::COLLECTION, of: |p, i| Some(at(p, i)?.employment as usize) },
    ],
    len: People::position_count,
    write: |view, i, out| view.write(&KIND, i, &position(view, i)?, out),
    ..Collection::of(&KIND, "job-positions")
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Position<'a> {
    remote_id: Option<String>,
    employment: Reference<'a>,
    employee: Reference<'a>,
    status: Status,
    starts_on: NaiveDate,
    ends_on: Option<NaiveDate>,
    business_establishment: Reference<'a>,
    job_title: Option<&'static str>,
    job_qualification: Option<Reference<'a>>,
    manager: Option<Reference<'a>>,
    occupation_category: Option<Reference<'a>>,
    working_time_arrangement: Option<Reference<'a>>,
    department: Reference<'a>,
    document: Option<Reference<'a>>,
    notes: Option<Cow<'static, str>>,
    t9n: Translated,
    updated_attributes: Vec<&'static str>,
    #[serde(flatten)]
    stamps: Stamps,
}

impl Properties for Position<'_> {}

fn position<'a>(view: &View<'a>, index: usize) -> Option<Position<'a>> {
    let position = view.people.position(index)?;
    let post = position.post;
    let mut dice = Dice::with_salt(view.people.seed, Stream::Value, 1000, index as u64);
    let qualification = post.title.and_then(|title| QUALIFICATIONS.get(title as usize));
    let arrangement = post.arrangement.and_then(|at| ARRANGEMENT_IDS.get(at as usize));
    Some(Position {
        remote_id: remote_id(post.remote),
        employment: view.refer_at(&employments::KIND, position.employment),
        employee: view.refer_at(&employees::KIND, position.employee),
        status: position.status,
        starts_on: position.starts_on,
        ends_on: position.ends_on,
        business_establishment: view.refer_at(&business_establishments::KIND, post.site),
        job_title: post.title.and_then(title_text),
        job_qualification: post.qualification.map(|at| view.refer_at(&job_qualifications::KIND, at)),
        manager: position.manager.map(|manager| view.refer_at(&employees::KIND, manager)),
        occupation_category: post.category.map(|at| view.refer_at(&occupation_categories::KIND, at)),
        working_time_arrangement: arrangement.map(|id| view.arrangement(*id)),
        department: view.refer_at(&departments::KIND, post.department),
        document: document(view, index),
        notes: dice.chance(80).then(|| note(&mut dice)),
        t9n: Translated { property: "jobTitle", french: qualification.and_then(|known| known.french) },
        updated_attributes: position.updated_names(),
        stamps: stamps(view.people, index)?,
    })
}

/// When a position's record came to be and last changed.
pub(super) fn stamps(people: &People, index: usize) -> Option<Stamps> {
    Some(Stamps::new(people, 8, index, people.position(index)?.starts_on))
}

/// The third-party id of a position; several positions may share one.
pub(super) fn remote_id(remote: Option<u16>) -> Option<String> {
    remote.map(|remote| format!("{remote:04}"))
}

/// The document of a position.
pub(super) fn document<'a>(view: &View<'a>, index: usize) -> Option<Reference<'a>> {
    (index % 11 == 5).then(|| view.refer_at(&DOCUMENT, index))
}
