//! Employment templates: the kinds of contract.

use serde::Serialize;

use super::kind::Id;
use super::{Collection, Kind, Properties, Reference, Translated, View, kind, legal_entities};
use crate::fake_tenant::people::organisation::{TEMPLATES, Template};
use crate::fake_tenant::people::stamps::Stamps;

pub(in crate::fake_tenant) static KIND: Kind = kind("employment-template", "employment-templates", 3, 5);

pub(super) static COLLECTION: Collection = Collection {
    len: |_| TEMPLATES.len(),
    write: |view, i, out| view.write(&KIND, i, &employment_template(view, i)?, out),
    ..Collection::of(&KIND, "employment-templates")
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EmploymentTemplate<'a> {
    title: &'static str,
    legal_entities: Vec<Reference<'a>>,
    term: &'static str,
    audience: &'static str,
    t9n: Translated,
    #[serde(flatten)]
    stamps: Stamps,
}

impl Properties for EmploymentTemplate<'_> {
    fn links(&self, _: &View<'_>, id: Id) -> Vec<(&'static str, Option<String>)> {
        let extensions = format!(
            "employee-extension-definitions?extends.type=employment-template&extendedEmploymentTemplate.id={id}"
        );
        vec![("extensionDefinitions", Some(extensions))]
    }
}

/// What `term` may be.
pub(super) const TERMS: [&str; 2] = ["permanent", "fixed"];

pub(super) fn term(template: &Template) -> &'static str {
    if template.permanent { "permanent" } else { "fixed" }
}

fn employment_template<'a>(view: &View<'a>, index: usize) -> Option<EmploymentTemplate<'a>> {
    let template = TEMPLATES.get(index)?;
    let entity = |entity: &usize| view.refer_at(&legal_entities::KIND, *entity);
    Some(EmploymentTemplate {
        title: template.title,
        legal_entities: template.entities.iter().map(entity).collect(),
        term: term(template),
        audience: template.audience,
        t9n: Translated::title(template.french),
        stamps: view.old_stamps(4, index),
    })
}
