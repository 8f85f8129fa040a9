//! Employees.

use serde::Serialize;

use super::employment_templates::{self, TERMS, term};
use super::kind::{Id, Ids, PORTRAIT};
use super::{
    Collection, Embed, IDS, Kind, Properties, Reference, Sort, SortKey, View, business_establishments, departments,
    employments, filter, id_at, job_positions, job_qualifications, legal_entities, occupation_categories,
};
use crate::fake_tenant::filter::{Field, Rule};
use crate::fake_tenant::people::People;
use crate::fake_tenant::people::careers::{Employment, Post, Status};
use crate::fake_tenant::people::dice::shift;
use crate::fake_tenant::people::identity::BirthDay;
use crate::fake_tenant::people::ids::EMPLOYEES;
use crate::fake_tenant::people::organisation::TEMPLATES;
use crate::fake_tenant::people::stamps::Stamps;

pub(in crate::fake_tenant) static KIND: Kind =
    Kind { item: "employee", path: "employees", ids: Ids::Numbers(EMPLOYEES) };

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

pub(super) static COLLECTION: Collection = Collection {
    filters: &[
        filter("search", Rule::Words, |people, i| {
            let (given, family) = people.name_of(i);
            Field::texts([Some(given.into()), Some(family.into())])
        }),
        filter("id", IDS, |_, i| id_at(&KIND, i)),
        filter("email", Rule::TextsOrNull, |people, i| Field::text(people.email_of(i)?)),
        filter("status", Rule::SomeOf(&Status::NAMES), |people, i| Field::text(people.employee(i)?.status.name())),
        filter("applicableEmployment.legalEntity.id", IDS, |people, i| {
            id_at(&legal_entities::KIND, contract(people, i)?.entity)
        }),
        filter("applicableEmployment.remoteId", Rule::TextsOrNull, |people, i| {
            Field::text(employments::remote_id(people.employee(i)?.applicable_employment as usize)?)
        }),
        filter("applicableEmployment.startsOn", Rule::Dates, |p, i| Some(Field::Date(contract(p, i)?.start))),
        filter("applicableEmployment.startsOn.between", Rule::Range, |p, i| Some(Field::Date(contract(p, i)?.start))),
        filter("applicableEmployment.endsOn", Rule::DatesOrNull, |p, i| Some(Field::Date(contract(p, i)?.end?))),
        filter("applicableEmployment.endsOn.between", Rule::Range, |p, i| Some(Field::Date(contract(p, i)?.end?))),
        filter("applicableEmployment.template.id", IDS, |people, i| {
            id_at(&employment_templates::KIND, contract(people, i)?.template)
        }),
        filter("applicableEmployment.template.term", Rule::SomeOf(&TERMS), |people, i| {
            Field::text(term(TEMPLATES.get(contract(people, i)?.template as usize)?))
        }),
        filter("applicableJobPosition.remoteId", Rule::TextsOrNull, |people, i| {
            Field::text(job_positions::remote_id(post(people, i)?.remote)?)
        }),
        filter("applicableJobPosition.businessEstablishment.id", IDS, |people, i| {
            id_at(&business_establishments::KIND, post(people, i)?.site)
        }),
        filter("applicableJobPosition.department.id", IDS, |people, i| {
            id_at(&departments::KIND, post(people, i)?.department)
        }),
        filter("applicableJobPosition.manager.id", IDS, |people, i| {
            id_at(&KIND, people.applicable_position(i)?.manager?)
        }),
        filter("applicableJobPosition.jobQualification.id", IDS, |people, i| {
            id_at(&job_qualifications::KIND, post(people, i)?.qualification?)
        }),
        filter("applicableJobPosition.jobQualification.remoteId", Rule::Texts, |people, i| {
            hidden_remote_id("JQ", post(people, i)?.qualification)
        }),
        filter("applicableJobPosition.occupationCategory.id", IDS, |people, i| {
            id_at(&occupation_categories::KIND, post(people, i)?.category?)
        }),
        filter("applicableJobPosition.occupationCategory.remoteId", Rule::Texts, |people, i| {
            hidden_remote_id("OC", post(people, i)?.category)
        }),
    ],
    filter_scope: Some(("applicableJobPosition.", "job-positions")),
    sorts: &[
        Sort { name: "familyName", key: |people, i| SortKey::Text(people.name_of(i).1) },
        Sort { name: "createdAt", key: |people, i| SortKey::Ticks(stamps(people, i).created_at.ticks()) },
    ],
    embeds: &[
        Embed {
            collection: &employments::COLLECTION,
            of: |people, i| Some(people.employee(i)?.applicable_employment as usize),
        },
        Embed {
            collection: &job_positions::COLLECTION,
            of: |people, i| Some(people.employee(i)?.applicable_position as usize),
        },
    ],
    len: People::employee_count,
    write: |view, i, out| view.write(&KIND, i, &employee(view, i)?, out),
    ..Collection::of(&KIND, "employees")
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Employee<'a> {
    remote_id: Option<String>,
    portrait: Option<Reference<'a>>,
    given_name: &'static str,
    family_name: &'static str,
    employee_number: Option<String>,
    status: Status,
    email: Option<String>,
    birth_day: Option<BirthDay>,
    phone_number: Option<String>,
    applicable_employment: Reference<'a>,
    applicable_job_position: Reference<'a>,
    #[serde(flatten)]
    stamps: Stamps,
}

impl Properties for Employee<'_> {
    fn links(&self, view: &View<'_>, id: Id) -> Vec<(&'static str, Option<String>)> {
        vec![
            ("portrait", view.file_path(self.portrait)),
            ("employments", Some(format!("employments?employee.id={id}"))),
            ("jobPositions", Some(format!("job-positions?employment.employee.id={id}"))),
            ("personalRecord", Some(format!("employee-personal-records?employee.id={id}"))),
        ]
    }
}

/// When an employee's record came to be and last changed.
pub(in crate::fake_tenant) fn stamps(people: &People, index: usize) -> Stamps {
    let hired = people.hired_on(index).unwrap_or(people.today);
    Stamps::new(people, 5, index, shift(hired, -12))
}

fn employee<'a>(view: &View<'a>, index: usize) -> Option<Employee<'a>> {
    let employee = view.people.employee(index)?;
    let identity = view.people.identity(index);
    Some(Employee {
        birth_day: identity.birth_day(),
        remote_id: identity.remote_id,
        portrait: identity.portrait.map(|portrait| view.refer(&PORTRAIT, portrait)),
        given_name: identity.given_name,
        family_name: identity.family_name,
        employee_number: identity.employee_number,
        status: employee.status,
        email: identity.email,
        phone_number: identity.phone_number,
        applicable_employment: view.refer_at(&employments::KIND, employee.applicable_employment),
        applicable_job_position: view.refer_at(&job_positions::KIND, employee.applicable_position),
        stamps: stamps(view.people, index),
    })
}
