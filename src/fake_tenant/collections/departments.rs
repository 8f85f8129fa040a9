//! Departments.

use std::borrow::Cow;

use serde::Serialize;

use super::kind::Id;
use super::{Collection, Kind, Properties, Reference, View, employees, filter, kind};
use crate::fake_tenant::filter::{Field, Rule};

pub(in crate::fake_tenant) static KIND: Kind = kind("department", "departments", 10, 6);

pub(super) static COLLECTION: Collection = Collection {
    filters: &[
        filter("search", Rule::Contains, |people, i| {
            let department = people.departments.get(i)?;
            Field::texts([Some(Cow::Borrowed(&*department.name)), department.remote_id.as_deref().map(Cow::Borrowed)])
        }),
        filter("isArchived", Rule::Flag, |people, i| Some(Field::Flag(people.departments.get(i)?.archived))),
    ],
    len: |people| people.departments.visible(),
    write: |view, i, out| view.write(&KIND, i, &department(view, i)?, out),
    ..Collection::of(&KIND, "departments")
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Department<'a> {
    name: &'a str,
    description: Option<&'static str>,
    remote_id: Option<&'a str>,
    is_archived: bool,
    parent: Option<Reference<'a>>,
    level: usize,
    manager: Option<Reference<'a>>,
    sort_order: usize,
    owning_application: Option<&'static str>,
}

impl Properties for Department<'_> {
    fn links(&self, _: &View<'_>, id: Id) -> Vec<(&'static str, Option<String>)> {
        let active = format!("employees?applicableJobPosition.department.id={id}&status=active&include=totalCount");
        vec![("activeEmployees", Some(active))]
    }
}

fn department<'a>(view: &View<'a>, index: usize) -> Option<Department<'a>> {
    let department = view.people.departments.get(index)?;
    Some(Department {
        name: &department.name,
        description: department.description,
        remote_id: department.remote_id.as_deref(),
        is_archived: department.archived,
        parent: department.parent.map(|parent| view.refer_at(&KIND, parent)),
        level: department.level,
        manager: department.head.map(|head| view.refer_at(&employees::KIND, head)),
        sort_order: department.sort_order,
        owning_application: department.owner,
    })
}
