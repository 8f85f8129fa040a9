//! Probationary periods.

use chrono::NaiveDate;
use serde::Serialize;

use super::{
    Collection, IDS, Kind, Properties, Reference, Sort, View, date_key, employees, employments, filter, id_at, kind,
};
use crate::fake_tenant::filter::{Field, Rule};
use crate::fake_tenant::people::People;
use crate::fake_tenant::people::careers;
use crate::fake_tenant::people::stamps::Stamps;

static KIND: Kind = kind("probationary-period", "probationary-periods", 871, 10);

fn at(people: &People, index: usize) -> Option<&careers::Probation> {
    people.probation(index)
}

pub(super) static COLLECTION: Collection = Collection {
    filters: &[
        filter("employment.employee.id", IDS, |p, i| {
            id_at(&employees::KIND, p.employment(at(p, i)?.employment as usize)?.employee)
        }),
        filter("employment.id", IDS, |p, i| id_at(&employments::KIND, at(p, i)?.employment)),
        filter("startsOn.between", Rule::Range, |p, i| Some(Field::Date(at(p, i)?.starts_on))),
        filter("endsOn.between", Rule::Range, |p, i| Some(Field::Date(at(p, i)?.ends_on()))),
        filter("initialEndsOn.between", Rule::Range, |p, i| Some(Field::Date(at(p, i)?.initial_ends_on))),
        filter("extendedEndsOn.between", Rule::Range, |p, i| Some(Field::Date(at(p, i)?.extended_ends_on?))),
        filter("isExtended", Rule::Flag, |p, i| Some(Field::Flag(at(p, i)?.extended_ends_on.is_some()))),
    ],
    sorts: &[
        Sort { name: "startsOn", key: |p, i| date_key(at(p, i).map(|one| one.starts_on)) },
        Sort { name: "endsOn", key: |p, i| date_key(at(p, i).map(careers::Probation::ends_on)) },
    ],
    len: People::probation_count,
    write: |view, i, out| view.write(&KIND, i, &probation(view, i)?, out),
    ..Collection::of(&KIND, "probationary-periods")
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Probation<'a> {
    employment: Reference<'a>,
    starts_on: NaiveDate,
    ends_on: NaiveDate,
    initial_ends_on: NaiveDate,
    extended_ends_on: Option<NaiveDate>,
    #[serde(flatten)]
    stamps: Stamps,
}

impl Properties for Probation<'_> {}

fn probation<'a>(view: &View<'a>, index: usize) -> Option<Probation<'a>> {
    let probation = view.people.probation(index)?;
    Some(Probation {
        employment: view.refer_at(&employments::KIND, probation.employment),
        starts_on: probation.starts_on,
        ends_on: probation.ends_on(),
        initial_ends_on: probation.initial_ends_on,
        extended_ends_on: probation.extended_ends_on,
        stamps: view.stamps(9, index, probation.starts_on),
    })
}
