//! Employments: contracts.

use chrono::NaiveDate;
use serde::Serialize;

use super::kind::{FILE, Id};
use super::{
    Collection, Embed, IDS, Kind, Properties, Reference, Sort, View, date_key, employees, employment_templates, filter,
    id_at, kind, legal_entities,
};
use crate::fake_tenant::filter::{Field, Rule};
use crate::fake_tenant::people::People;
use crate::fake_tenant::people::careers::Status;
use crate::fake_tenant::people::stamps::Stamps;

pub(in crate::fake_tenant) static KIND: Kind = kind("employment", "employments", 28, 13);

pub(super) static COLLECTION: Collection = Collection {
    filters: &[
        filter("id", IDS, |_, i| id_at(&KIND, i)),
        filter("remoteId", Rule::TextsOrNull, |_, i| Field::text(remote_id(i)?)),
        filter("employee.id", IDS, |people, i| id_at(&employees::KIND, people.employment(i)?.employee)),
        filter("legalEntity.id", IDS, |people, i| id_at(&legal_entities::KIND, people.employment(i)?.entity)),
        filter("template.id", IDS, |people, i| id_at(&employment_templates::KIND, people.employment(i)?.template)),
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
    embeds: &[Embed {
        collection: &employees::COLLECTION,
        of: |people, i| Some(people.employment(i)?.employee as usize),
    }],
    len: People::employment_count,
    write: |view, i, out| view.write(&KIND, i, &employment(view, i)?, out),
    ..Collection::of(&KIND, "employments")
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Employment<'a> {
    remote_id: Option<String>,
    employee: Reference<'a>,
    legal_entity: Reference<'a>,
    status: Status,
    start: Day,
    end: Option<Day>,
    document: Option<Reference<'a>>,
    template: Reference<'a>,
    #[serde(flatten)]
    stamps: Stamps,
}

/// `{date}`.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Day {
    pub(super) date: NaiveDate,
}

impl Properties for Employment<'_> {
    fn links(&self, view: &View<'_>, id: Id) -> Vec<(&'static str, Option<String>)> {
        vec![
            ("document", view.file_path(self.document)),
            ("jobPositions", Some(format!("job-positions?employment.id={id}"))),
            ("probationaryPeriods", Some(format!("probationary-periods?employment.id={id}"))),
        ]
    }
}

fn employment<'a>(view: &View<'a>, index: usize) -> Option<Employment<'a>> {
    let employment = view.people.employment(index)?;
    Some(Employment {
        remote_id: remote_id(index),
        employee: view.refer_at(&employees::KIND, employment.employee),
        legal_entity: view.refer_at(&legal_entities::KIND, employment.entity),
        status: employment.status,
        start: Day { date: employment.start },
        end: employment.end.map(|date| Day { date }),
        document: document(view, index),
        template: view.refer_at(&employment_templates::KIND, employment.template),
        stamps: stamps(view.people, index)?,
    })
}

/// When a contract's record came to be and last changed.
pub(in crate::fake_tenant) fn stamps(people: &People, index: usize) -> Option<Stamps> {
    Some(Stamps::new(people, 7, index, people.employment(index)?.start))
}

/// The third-party id of a contract.
pub(in crate::fake_tenant) fn remote_id(index: usize) -> Option<String> {
    (index % 4 != 3).then(|| format!("EMPLOYMENT#{}-ac", 4000 + index))
}

/// The document of a contract.
pub(super) fn document<'a>(view: &View<'a>, index: usize) -> Option<Reference<'a>> {
    (index % 3 == 1).then(|| view.refer_at(&FILE, index))
}
