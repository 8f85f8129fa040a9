//! Professions, qualifications, occupation categories and employment templates.

use serde::Serialize;

use super::{Id, Links, Reference, Translated, Url, View, write};
use crate::fake_tenant::people::kinds::{CATEGORY, ESTABLISHMENT, LEGAL_ENTITY, PROFESSION, QUALIFICATION, TEMPLATE};
use crate::fake_tenant::people::organisation::{CATEGORIES, PROFESSIONS, QUALIFICATIONS, TEMPLATES};
use crate::fake_tenant::people::stamps::Stamp;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Profession<'a> {
    id: Id,
    r#type: &'static str,
    url: Url<'a>,
    title: &'static str,
    is_archived: bool,
    t9n: Translated,
    #[serde(skip_serializing_if = "Option::is_none")]
    links: Option<Links>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Qualification<'a> {
    id: Id,
    r#type: &'static str,
    url: Url<'a>,
    title: &'static str,
    profession: Reference<'a>,
    rank: i32,
    t9n: Translated,
    created_at: Stamp,
    last_updated_at: Stamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    links: Option<Links>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Category<'a> {
    id: Id,
    r#type: &'static str,
    url: Url<'a>,
    title: &'static str,
    business_establishments: Option<Vec<Reference<'a>>>,
    t9n: Translated,
    #[serde(skip_serializing_if = "Option::is_none")]
    links: Option<Links>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Template<'a> {
    id: Id,
    r#type: &'static str,
    url: Url<'a>,
    title: &'static str,
    legal_entities: Vec<Reference<'a>>,
    term: &'static str,
    audience: &'static str,
    t9n: Translated,
    created_at: Stamp,
    last_updated_at: Stamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    links: Option<Links>,
}

fn title(french: Option<&'static str>) -> Translated {
    Translated { property: "title", french }
}

impl<'a> View<'a> {
    fn profession(&self, index: usize) -> Option<Profession<'a>> {
        let profession = PROFESSIONS.get(index)?;
        let Reference { id, r#type, url } = self.refer_at(&PROFESSION, index);
        Some(Profession {
            id,
            r#type,
            url,
            title: profession.title,
            is_archived: profession.archived,
            t9n: title(profession.french),
            links: self.links(|| []),
        })
    }

    fn qualification(&self, index: usize) -> Option<Qualification<'a>> {
        let qualification = QUALIFICATIONS.get(index)?;
        let Reference { id, r#type, url } = self.refer_at(&QUALIFICATION, index);
        let (created_at, last_updated_at) = self.stamps(3, index);
        Some(Qualification {
            id,
            r#type,
            url,
            title: qualification.title,
            profession: self.refer_at(&PROFESSION, qualification.profession),
            rank: qualification.rank,
            t9n: title(qualification.french),
            created_at,
            last_updated_at,
            links: self.links(|| []),
        })
    }

    fn category(&self, index: usize) -> Option<Category<'a>> {
        let category = CATEGORIES.get(index)?;
        let Reference { id, r#type, url } = self.refer_at(&CATEGORY, index);
        let references = |sites: &[usize]| sites.iter().map(|site| self.refer_at(&ESTABLISHMENT, *site)).collect();
        Some(Category {
            id,
            r#type,
            url,
            title: category.title,
            business_establishments: category.sites.map(references),
            t9n: title(category.french),
            links: self.links(|| []),
        })
    }

    fn template(&self, index: usize) -> Option<Template<'a>> {
        let template = TEMPLATES.get(index)?;
        let Reference { id, r#type, url } = self.refer_at(&TEMPLATE, index);
        let (created_at, last_updated_at) = self.stamps(4, index);
        let extensions = format!(
            "employee-extension-definitions?extends.type=employment-template&extendedEmploymentTemplate.id={id}"
        );
        Some(Template {
            id,
            r#type,
            url,
            title: template.title,
            legal_entities: template.entities.iter().map(|entity| self.refer_at(&LEGAL_ENTITY, *entity)).collect(),
            term: if template.permanent { "permanent" } else { "fixed" },
            audience: template.audience,
            t9n: title(template.french),
            created_at,
            last_updated_at,
            links: self.links(|| [("extensionDefinitions", Some(extensions))]),
        })
    }

    pub(in crate::fake_tenant) fn write_profession(&self, index: usize, out: &mut Vec<u8>) -> Option<()> {
        write(self.profession(index), out)
    }

    pub(in crate::fake_tenant) fn write_qualification(&self, index: usize, out: &mut Vec<u8>) -> Option<()> {
        write(self.qualification(index), out)
    }

    pub(in crate::fake_tenant) fn write_category(&self, index: usize, out: &mut Vec<u8>) -> Option<()> {
        write(self.category(index), out)
    }

    pub(in crate::fake_tenant) fn write_template(&self, index: usize, out: &mut Vec<u8>) -> Option<()> {
        write(self.template(index), out)
    }
}
