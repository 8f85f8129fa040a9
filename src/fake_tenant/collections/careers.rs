//! Employments, job positions and probationary periods.

use std::borrow::Cow;

use super::employees::EMPLOYEES;
use super::structure::{DEPARTMENTS, QUALIFICATION_LIST};
use super::{Collection, Embed, IDS, Sort, by_number, date_key, filter, id_at, id_if};
use crate::fake_tenant::filter::{Field, Rule};
use crate::fake_tenant::people::People;
use crate::fake_tenant::people::careers::{Position, Probation, Status, UPDATABLE};
use crate::fake_tenant::people::kinds;
use crate::fake_tenant::resources::careers::{employment_remote_id, position_remote_id};

pub(super) static EMPLOYMENTS: Collection = Collection {
    kind: &kinds::EMPLOYMENT,
    scope: "employments",
    filters: &[
        filter("id", IDS, |_, i| id_at(&kinds::EMPLOYMENT, i)),
        filter("remoteId", Rule::TextsOrNull, |_, i| Field::text(employment_remote_id(i)?)),
        filter("employee.id", IDS, |people, i| id_at(&kinds::EMPLOYEE, people.employment(i)?.employee as usize)),
        filter("legalEntity.id", IDS, |people, i| id_at(&kinds::LEGAL_ENTITY, people.employment(i)?.entity.into())),
        filter("template.id", IDS, |people, i| id_at(&kinds::TEMPLATE, people.employment(i)?.template.into())),
        filter("start.date", Rule::Dates, |people, i| Some(Field::Date(people.employment(i)?.start))),
        filter("start.date.between", Rule::Range, |people, i| Some(Field::Date(people.employment(i)?.start))),
        filter("end.date", Rule::DatesOrNull, |people, i| Some(Field::Date(people.employment(i)?.end?))),
        filter("end.date.between", Rule::Range, |people, i| Some(Field::Date(people.employment(i)?.end?))),
        filter("status", Rule::OneOf(&Status::NAMES), |people, i| Field::text(people.employment(i)?.status.name())),
    ],
    sorts: &[
        Sort { name: "start.date", key: |people, i| date_key(people.employment(i).map(|one| one.start)) },
        Sort { name: "end.date", key: |people, i| date_key(people.employment(i).and_then(|one| one.end)) },
    ],
    embeds: &[Embed { collection: &EMPLOYEES, of: |people, i| Some(people.employment(i)?.employee as usize) }],
    len: People::employment_count,
    find: |people, id| by_number(&kinds::EMPLOYMENT, people.employment_count(), id),
    write: |view, i, out| view.write_employment(i, out),
};

fn position(people: &People, index: usize) -> Option<&Position> {
    people.position(index)
}

pub(super) static POSITIONS: Collection = Collection {
    kind: &kinds::POSITION,
    scope: "job-positions",
    filters: &[
        filter("id", IDS, |_, i| id_at(&kinds::POSITION, i)),
        filter("remoteId", Rule::TextsOrNull, |p, i| Field::text(position_remote_id(position(p, i)?.post.remote)?)),
        filter("employment.id", IDS, |p, i| id_at(&kinds::EMPLOYMENT, position(p, i)?.employment as usize)),
        // Not listed among the filters, but documented as a link of employees.
        filter("employment.employee.id", IDS, |p, i| id_at(&kinds::EMPLOYEE, position(p, i)?.employee as usize)),
        filter("businessEstablishment.id", IDS, |p, i| id_at(&kinds::ESTABLISHMENT, position(p, i)?.post.site.into())),
        filter("status", Rule::OneOf(&Status::NAMES), |p, i| Field::text(position(p, i)?.status.name())),
        filter("startsOn", Rule::Dates, |p, i| Some(Field::Date(position(p, i)?.starts_on))),
        filter("startsOn.between", Rule::Range, |p, i| Some(Field::Date(position(p, i)?.starts_on))),
        filter("endsOn", Rule::DatesOrNull, |p, i| Some(Field::Date(position(p, i)?.ends_on?))),
        filter("endsOn.between", Rule::Range, |p, i| Some(Field::Date(position(p, i)?.ends_on?))),
        filter("jobQualification.id", IDS, |p, i| id_if(&kinds::QUALIFICATION, position(p, i)?.post.qualification)),
        filter("occupationCategory.id", IDS, |p, i| id_if(&kinds::CATEGORY, position(p, i)?.post.category)),
        filter("manager.id", IDS, |p, i| id_at(&kinds::EMPLOYEE, position(p, i)?.manager? as usize)),
        filter("department.id", IDS, |p, i| id_at(&kinds::DEPARTMENT, position(p, i)?.post.department as usize)),
        filter("updatedAttributes", Rule::SomeOf(&UPDATABLE), |p, i| {
            Field::texts(position(p, i)?.updated_names().into_iter().map(|name| Some(Cow::Borrowed(name))))
        }),
    ],
    sorts: &[
        Sort { name: "startsOn", key: |p, i| date_key(position(p, i).map(|one| one.starts_on)) },
        Sort { name: "endsOn", key: |p, i| date_key(position(p, i).and_then(|one| one.ends_on)) },
    ],
    embeds: &[
        Embed {
            collection: &DEPARTMENTS,
            of: |p, i| Some(position(p, i)?.post.department as usize).filter(|at| *at < p.departments.visible()),
        },
        Embed { collection: &QUALIFICATION_LIST, of: |p, i| position(p, i)?.post.qualification.map(usize::from) },
        Embed { collection: &EMPLOYEES, of: |p, i| Some(position(p, i)?.employee as usize) },
        Embed { collection: &EMPLOYMENTS, of: |p, i| Some(position(p, i)?.employment as usize) },
    ],
    len: People::position_count,
    find: |people, id| by_number(&kinds::POSITION, people.position_count(), id),
    write: |view, i, out| view.write_position(i, out),
};

fn probation(people: &People, index: usize) -> Option<&Probation> {
    people.probation(index)
}

pub(super) static PROBATIONS: Collection = Collection {
    kind: &kinds::PROBATION,
    scope: "probationary-periods",
    filters: &[
        filter("employment.employee.id", IDS, |p, i| {
            let employment = p.employment(probation(p, i)?.employment as usize)?;
            id_at(&kinds::EMPLOYEE, employment.employee as usize)
        }),
        filter("employment.id", IDS, |p, i| id_at(&kinds::EMPLOYMENT, probation(p, i)?.employment as usize)),
        filter("startsOn.between", Rule::Range, |p, i| Some(Field::Date(probation(p, i)?.starts_on))),
        filter("endsOn.between", Rule::Range, |p, i| Some(Field::Date(probation(p, i)?.ends_on()))),
        filter("initialEndsOn.between", Rule::Range, |p, i| Some(Field::Date(probation(p, i)?.initial_ends_on))),
        filter("extendedEndsOn.between", Rule::Range, |p, i| Some(Field::Date(probation(p, i)?.extended_ends_on?))),
        filter("isExtended", Rule::Flag, |p, i| Some(Field::Flag(probation(p, i)?.extended_ends_on.is_some()))),
    ],
    sorts: &[
        Sort { name: "startsOn", key: |p, i| date_key(probation(p, i).map(|one| one.starts_on)) },
        Sort { name: "endsOn", key: |p, i| date_key(probation(p, i).map(Probation::ends_on)) },
    ],
    embeds: &[],
    len: People::probation_count,
    find: |people, id| by_number(&kinds::PROBATION, people.probation_count(), id),
    write: |view, i, out| view.write_probation(i, out),
};
