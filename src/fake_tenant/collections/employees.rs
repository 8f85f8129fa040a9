//! Employees and their personal records.

use std::borrow::Cow;

use super::careers::{EMPLOYMENTS, POSITIONS};
use super::{Collection, Embed, IDS, Sort, SortKey, by_number, filter, id_at, id_if};
use crate::fake_tenant::filter::{Field, Rule};
use crate::fake_tenant::people::People;
use crate::fake_tenant::people::careers::{Employment, Post, Status};
use crate::fake_tenant::people::kinds;
use crate::fake_tenant::people::organisation::TEMPLATES;
use crate::fake_tenant::people::private::GENDERS;
use crate::fake_tenant::resources::View;
use crate::fake_tenant::resources::careers::{employment_remote_id, position_remote_id};

/// `template.term`.
const TERMS: [&str; 2] = ["permanent", "fixed"];

fn contract(people: &People, employee: usize) -> Option<&Employment> {
    people.applicable_employment(employee)
}

fn post(people: &People, employee: usize) -> Option<Post> {
    Some(people.applicable_position(employee)?.post)
}

/// Qualifications and categories have a third-party id that only filters know.
fn hidden_remote_id(prefix: &str, index: Option<u8>) -> Option<Field<'static>> {
    Field::text(format!("{prefix}-{}", index?))
}

pub(super) static EMPLOYEES: Collection = Collection {
    kind: &kinds::EMPLOYEE,
    scope: "employees",
    filters: &[
        filter("search", Rule::Words, |people, i| {
            let (given, family) = people.name_of(i);
            Field::texts([Some(given.into()), Some(family.into())])
        }),
        filter("id", IDS, |_, i| id_at(&kinds::EMPLOYEE, i)),
        filter("email", Rule::TextsOrNull, |people, i| Field::text(people.email_of(i)?)),
        filter("status", Rule::SomeOf(&Status::NAMES), |people, i| Field::text(people.employee(i)?.status.name())),
        filter("applicableEmployment.legalEntity.id", IDS, |people, i| {
            id_at(&kinds::LEGAL_ENTITY, contract(people, i)?.entity.into())
        }),
        filter("applicableEmployment.remoteId", Rule::TextsOrNull, |people, i| {
            Field::text(employment_remote_id(people.employee(i)?.applicable_employment as usize)?)
        }),
        filter("applicableEmployment.startsOn", Rule::Dates, |p, i| Some(Field::Date(contract(p, i)?.start))),
        filter("applicableEmployment.startsOn.between", Rule::Range, |p, i| Some(Field::Date(contract(p, i)?.start))),
        filter("applicableEmployment.endsOn", Rule::DatesOrNull, |p, i| Some(Field::Date(contract(p, i)?.end?))),
        filter("applicableEmployment.endsOn.between", Rule::Range, |p, i| Some(Field::Date(contract(p, i)?.end?))),
        filter("applicableEmployment.template.id", IDS, |people, i| {
            id_at(&kinds::TEMPLATE, contract(people, i)?.template.into())
        }),
        filter("applicableEmployment.template.term", Rule::SomeOf(&TERMS), |people, i| {
            let template = TEMPLATES.get(contract(people, i)?.template as usize)?;
            Field::text(if template.permanent { "permanent" } else { "fixed" })
        }),
        filter("applicableJobPosition.remoteId", Rule::TextsOrNull, |people, i| {
            Field::text(position_remote_id(post(people, i)?.remote)?)
        }),
        filter("applicableJobPosition.businessEstablishment.id", IDS, |people, i| {
            id_at(&kinds::ESTABLISHMENT, post(people, i)?.site.into())
        }),
        filter("applicableJobPosition.department.id", IDS, |people, i| {
            id_at(&kinds::DEPARTMENT, post(people, i)?.department as usize)
        }),
        filter("applicableJobPosition.manager.id", IDS, |people, i| {
            id_at(&kinds::EMPLOYEE, people.applicable_position(i)?.manager? as usize)
        }),
        filter("applicableJobPosition.jobQualification.id", IDS, |people, i| {
            id_if(&kinds::QUALIFICATION, post(people, i)?.qualification)
        }),
        filter("applicableJobPosition.jobQualification.remoteId", Rule::Texts, |people, i| {
            hidden_remote_id("JQ", post(people, i)?.qualification)
        }),
        filter("applicableJobPosition.occupationCategory.id", IDS, |people, i| {
            id_if(&kinds::CATEGORY, post(people, i)?.category)
        }),
        filter("applicableJobPosition.occupationCategory.remoteId", Rule::Texts, |people, i| {
            hidden_remote_id("OC", post(people, i)?.category)
        }),
    ],
    sorts: &[
        Sort { name: "familyName", key: |people, i| SortKey::Text(people.name_of(i).1) },
        Sort {
            name: "createdAt",
            key: |people, i| {
                let view = View { people, base: "", links: false };
                SortKey::Ticks(view.employee_stamps(i).0.ticks())
            },
        },
    ],
    embeds: &[
        Embed { collection: &EMPLOYMENTS, of: |people, i| Some(people.employee(i)?.applicable_employment as usize) },
        Embed { collection: &POSITIONS, of: |people, i| Some(people.employee(i)?.applicable_position as usize) },
    ],
    len: People::employee_count,
    find: |people, id| by_number(&kinds::EMPLOYEE, people.employee_count(), id),
    write: |view, i, out| view.write_employee(i, out),
};

pub(super) static PERSONAL_RECORDS: Collection = Collection {
    kind: &kinds::PERSONAL_RECORD,
    scope: "employee-personal-records",
    filters: &[
        filter("employee.id", IDS, |_, i| id_at(&kinds::EMPLOYEE, i)),
        filter("legalGender", Rule::SomeOf(&GENDERS), |people, i| Field::text(people.gender_of(i))),
        filter("nationalitiesCountryCodes", Rule::Texts, |people, i| {
            Field::texts([people.nationality_of(i).map(Cow::Borrowed)])
        }),
    ],
    sorts: &[],
    embeds: &[Embed { collection: &EMPLOYEES, of: |_, i| Some(i) }],
    len: People::employee_count,
    find: |people, id| by_number(&kinds::PERSONAL_RECORD, people.employee_count(), id),
    write: |view, i, out| view.write_personal_record(i, out),
};
