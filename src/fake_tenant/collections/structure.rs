//! What the organisation is made of, and the definitions of attributes.

use std::borrow::Cow;

use super::{Collection, Embed, IDS, by_number, filter, id_at};
use crate::fake_tenant::filter::{Field, Rule};
use crate::fake_tenant::people::definitions::{self, DEFINITIONS};
use crate::fake_tenant::people::kinds;
use crate::fake_tenant::people::organisation::{
    CATEGORIES, ESTABLISHMENTS, LEGAL_ENTITIES, PROFESSIONS, QUALIFICATIONS, TEMPLATES,
};

pub(super) static ENTITIES: Collection = Collection {
    kind: &kinds::LEGAL_ENTITY,
    scope: "legal-entities",
    filters: &[
        filter("countryCode", Rule::Texts, |_, i| Field::text(LEGAL_ENTITIES.get(i)?.country)),
        filter("isArchived", Rule::Flag, |_, i| Some(Field::Flag(LEGAL_ENTITIES.get(i)?.archived))),
    ],
    sorts: &[],
    embeds: &[],
    len: |_| LEGAL_ENTITIES.len(),
    find: |_, id| by_number(&kinds::LEGAL_ENTITY, LEGAL_ENTITIES.len(), id),
    write: |view, i, out| view.write_legal_entity(i, out),
};

pub(super) static SITES: Collection = Collection {
    kind: &kinds::ESTABLISHMENT,
    scope: "business-establishments",
    filters: &[
        filter("legalEntity.id", IDS, |_, i| id_at(&kinds::LEGAL_ENTITY, ESTABLISHMENTS.get(i)?.entity)),
        filter("search", Rule::Contains, |_, i| {
            let site = ESTABLISHMENTS.get(i)?;
            Field::texts([Some(site.name.into()), site.remote_id.map(Cow::Borrowed)])
        }),
        filter("isArchived", Rule::Flag, |_, i| Some(Field::Flag(ESTABLISHMENTS.get(i)?.archived))),
    ],
    sorts: &[],
    embeds: &[Embed { collection: &ENTITIES, of: |_, i| Some(ESTABLISHMENTS.get(i)?.entity) }],
    len: |_| ESTABLISHMENTS.len(),
    find: |_, id| by_number(&kinds::ESTABLISHMENT, ESTABLISHMENTS.len(), id),
    write: |view, i, out| view.write_establishment(i, out),
};

pub(super) static DEPARTMENTS: Collection = Collection {
    kind: &kinds::DEPARTMENT,
    scope: "departments",
    filters: &[
        filter("search", Rule::Contains, |people, i| {
            let department = people.departments.get(i)?;
            Field::texts([Some(Cow::Borrowed(&*department.name)), department.remote_id.as_deref().map(Cow::Borrowed)])
        }),
        filter("isArchived", Rule::Flag, |people, i| Some(Field::Flag(people.departments.get(i)?.archived))),
    ],
    sorts: &[],
    embeds: &[],
    len: |people| people.departments.visible(),
    find: |people, id| by_number(&kinds::DEPARTMENT, people.departments.visible(), id),
    write: |view, i, out| view.write_department(i, out),
};

pub(super) static PROFESSION_LIST: Collection = Collection {
    kind: &kinds::PROFESSION,
    scope: "job-qualifications",
    filters: &[filter("isArchived", Rule::Flag, |_, i| Some(Field::Flag(PROFESSIONS.get(i)?.archived)))],
    sorts: &[],
    embeds: &[],
    len: |_| PROFESSIONS.len(),
    find: |_, id| by_number(&kinds::PROFESSION, PROFESSIONS.len(), id),
    write: |view, i, out| view.write_profession(i, out),
};

pub(super) static QUALIFICATION_LIST: Collection = Collection {
    kind: &kinds::QUALIFICATION,
    scope: "job-qualifications",
    filters: &[
        filter("rank", Rule::Numbers, |_, i| Some(Field::Number(QUALIFICATIONS.get(i)?.rank.into()))),
        filter("profession.id", IDS, |_, i| id_at(&kinds::PROFESSION, QUALIFICATIONS.get(i)?.profession)),
    ],
    sorts: &[],
    embeds: &[],
    len: |_| QUALIFICATIONS.len(),
    find: |_, id| by_number(&kinds::QUALIFICATION, QUALIFICATIONS.len(), id),
    write: |view, i, out| view.write_qualification(i, out),
};

pub(super) static CATEGORY_LIST: Collection = Collection {
    kind: &kinds::CATEGORY,
    scope: "occupation-categories",
    filters: &[
        filter("businessEstablishments.id", IDS, |_, i| {
            let sites = CATEGORIES.get(i)?.sites;
            let id = |site: &usize| kinds::ESTABLISHMENT.ids.id(*site as u64);
            Some(sites.map_or(Field::AnyId, |sites| Field::Ids(sites.iter().map(id).collect())))
        }),
        filter("search", Rule::Contains, |_, i| Field::texts([Some(CATEGORIES.get(i)?.title.into())])),
    ],
    sorts: &[],
    embeds: &[],
    len: |_| CATEGORIES.len(),
    find: |_, id| by_number(&kinds::CATEGORY, CATEGORIES.len(), id),
    write: |view, i, out| view.write_category(i, out),
};

pub(super) static TEMPLATE_LIST: Collection = Collection {
    kind: &kinds::TEMPLATE,
    scope: "employment-templates",
    filters: &[],
    sorts: &[],
    embeds: &[],
    len: |_| TEMPLATES.len(),
    find: |_, id| by_number(&kinds::TEMPLATE, TEMPLATES.len(), id),
    write: |view, i, out| view.write_template(i, out),
};

pub(in crate::fake_tenant) static DEFINITION_LIST: Collection = Collection {
    kind: &kinds::DEFINITION,
    scope: "employee-attribute-definitions",
    filters: &[
        filter("schema.title", Rule::Texts, |_, i| {
            let definition = DEFINITIONS.get(i)?;
            Field::text(definition.shape.title(definition.id))
        }),
        filter("multipleValueHandling", Rule::Null, |_, i| Field::text(DEFINITIONS.get(i)?.multiple?.0)),
        filter("isArchived", Rule::Flag, |_, i| Some(Field::Flag(DEFINITIONS.get(i)?.archived))),
    ],
    sorts: &[],
    embeds: &[],
    len: |_| DEFINITIONS.len(),
    find: |_, id| definitions::index_of(id),
    write: |view, i, out| view.write_definition(i, out),
};
