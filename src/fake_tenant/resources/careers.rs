//! Employments, job positions and probationary periods.

use std::borrow::Cow;

use chrono::NaiveDate;
use serde::Serialize;

use super::{Id, Links, Reference, Translated, Url, View, write};
use crate::fake_tenant::people::careers::Status;
use crate::fake_tenant::people::dice::{Dice, Stream};
use crate::fake_tenant::people::hiring::title_text;
use crate::fake_tenant::people::identity::note;
use crate::fake_tenant::people::kinds::{
    ARRANGEMENT, CATEGORY, DEPARTMENT, DOCUMENT, EMPLOYMENT, ESTABLISHMENT, FILE, LEGAL_ENTITY, POSITION, PROBATION,
    QUALIFICATION, TEMPLATE,
};
use crate::fake_tenant::people::organisation::{ARRANGEMENT_IDS, QUALIFICATIONS};
use crate::fake_tenant::people::stamps::Stamp;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Employment<'a> {
    id: Id,
    r#type: &'static str,
    url: Url<'a>,
    remote_id: Option<String>,
    employee: Reference<'a>,
    legal_entity: Reference<'a>,
    status: Status,
    start: Day,
    end: Option<Day>,
    document: Option<Reference<'a>>,
    template: Reference<'a>,
    created_at: Stamp,
    last_updated_at: Stamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    links: Option<Links>,
}

/// `{date}`.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Day {
    pub(super) date: NaiveDate,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Position<'a> {
    id: Id,
    r#type: &'static str,
    url: Url<'a>,
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
    created_at: Stamp,
    last_updated_at: Stamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    links: Option<Links>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Probation<'a> {
    id: Id,
    r#type: &'static str,
    url: Url<'a>,
    employment: Reference<'a>,
    starts_on: NaiveDate,
    ends_on: NaiveDate,
    initial_ends_on: NaiveDate,
    extended_ends_on: Option<NaiveDate>,
    created_at: Stamp,
    last_updated_at: Stamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    links: Option<Links>,
}

/// The third-party id of a contract.
pub(in crate::fake_tenant) fn employment_remote_id(index: usize) -> Option<String> {
    (index % 4 != 3).then(|| format!("EMPLOYMENT#{}-ac", 4000 + index))
}

/// The third-party id of a position; several positions may share one.
pub(in crate::fake_tenant) fn position_remote_id(remote: Option<u16>) -> Option<String> {
    remote.map(|remote| format!("{remote:04}"))
}

impl<'a> View<'a> {
    fn employment(&self, index: usize) -> Option<Employment<'a>> {
        let employment = self.people.employment(index)?;
        let Reference { id, r#type, url } = self.refer_at(&EMPLOYMENT, index);
        let (created_at, last_updated_at) =
            Stamp::pair(self.people.seed, 7, index as u64, employment.start, self.people.today);
        let file = file_of(index);
        Some(Employment {
            id,
            r#type,
            url,
            remote_id: employment_remote_id(index),
            employee: self.employee_ref(employment.employee),
            legal_entity: self.refer_at(&LEGAL_ENTITY, employment.entity),
            status: employment.status,
            start: Day { date: employment.start },
            end: employment.end.map(|date| Day { date }),
            document: self.contract(index),
            template: self.refer_at(&TEMPLATE, employment.template),
            created_at,
            last_updated_at,
            links: self.links(|| {
                [
                    ("document", file.map(|id| self.file_path(id))),
                    ("jobPositions", Some(format!("job-positions?employment.id={id}"))),
                    ("probationaryPeriods", Some(format!("probationary-periods?employment.id={id}"))),
                ]
            }),
        })
    }

    /// The document of a contract.
    pub(super) fn contract(&self, employment: usize) -> Option<Reference<'a>> {
        file_of(employment).map(|id| self.refer(&FILE, id))
    }

    fn position(&self, index: usize) -> Option<Position<'a>> {
        let position = self.people.position(index)?;
        let post = position.post;
        let Reference { id, r#type, url } = self.refer_at(&POSITION, index);
        let (created_at, last_updated_at) =
            Stamp::pair(self.people.seed, 8, index as u64, position.starts_on, self.people.today);
        let mut dice = Dice::with_salt(self.people.seed, Stream::Value, 1000, index as u64);
        let qualification = post.title.and_then(|title| QUALIFICATIONS.get(title as usize));
        Some(Position {
            id,
            r#type,
            url,
            remote_id: position_remote_id(post.remote),
            employment: self.refer_at(&EMPLOYMENT, position.employment),
            employee: self.employee_ref(position.employee),
            status: position.status,
            starts_on: position.starts_on,
            ends_on: position.ends_on,
            business_establishment: self.refer_at(&ESTABLISHMENT, post.site),
            job_title: post.title.and_then(title_text),
            job_qualification: post.qualification.map(|at| self.refer_at(&QUALIFICATION, at)),
            manager: position.manager.map(|manager| self.employee_ref(manager)),
            occupation_category: post.category.map(|at| self.refer_at(&CATEGORY, at)),
            working_time_arrangement: post.arrangement.and_then(|at| {
                let id = *ARRANGEMENT_IDS.get(at as usize)?;
                Some(Reference { url: Url::Blank, ..self.refer(&ARRANGEMENT, id) })
            }),
            department: self.refer_at(&DEPARTMENT, post.department),
            document: self.position_document(index),
            notes: dice.chance(80).then(|| note(&mut dice)),
            t9n: Translated { property: "jobTitle", french: qualification.and_then(|known| known.french) },
            updated_attributes: position.updated_names(),
            created_at,
            last_updated_at,
            links: self.links(|| []),
        })
    }

    /// The document of a position.
    pub(super) fn position_document(&self, position: usize) -> Option<Reference<'a>> {
        (position % 11 == 5).then(|| self.refer_at(&DOCUMENT, position))
    }

    fn probation(&self, index: usize) -> Option<Probation<'a>> {
        let probation = self.people.probation(index)?;
        let Reference { id, r#type, url } = self.refer_at(&PROBATION, index);
        let (created_at, last_updated_at) =
            Stamp::pair(self.people.seed, 9, index as u64, probation.starts_on, self.people.today);
        Some(Probation {
            id,
            r#type,
            url,
            employment: self.refer_at(&EMPLOYMENT, probation.employment),
            starts_on: probation.starts_on,
            ends_on: probation.ends_on(),
            initial_ends_on: probation.initial_ends_on,
            extended_ends_on: probation.extended_ends_on,
            created_at,
            last_updated_at,
            links: self.links(|| []),
        })
    }

    pub(in crate::fake_tenant) fn write_employment(&self, index: usize, out: &mut Vec<u8>) -> Option<()> {
        write(self.employment(index), out)
    }

    pub(in crate::fake_tenant) fn write_position(&self, index: usize, out: &mut Vec<u8>) -> Option<()> {
        write(self.position(index), out)
    }

    pub(in crate::fake_tenant) fn write_probation(&self, index: usize, out: &mut Vec<u8>) -> Option<()> {
        write(self.probation(index), out)
    }
}

/// The file of a contract's document.
fn file_of(employment: usize) -> Option<u64> {
    (employment % 3 == 1).then(|| FILE.ids.id(employment as u64))
}
