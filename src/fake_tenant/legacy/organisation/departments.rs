//! Departments: their place in the tree is a text, and their parent is told by that text.

use crate::fake_tenant::collections::departments::KIND;
use crate::fake_tenant::people::People;
use crate::fake_tenant::people::ids::EMPLOYEES;
use crate::fake_tenant::people::stamps::Stamps;

use super::super::list::{List, Said, Style};
use super::super::node::Node;

pub(in super::super) static LIST: List = List {
    path: "/organization/structure/api/departments",
    max_limit: 100,
    style: Style::V4 { said: Said::CountPrevNext, filters: &[] },
    len: |facts| facts.people.departments.visible(),
    write: |facts, index, out| {
        let people = facts.people;
        let department = people.departments.get(index)?;
        let stamps = Stamps::old(people, 13, index);
        out.put("id", || Node::id(KIND.number(index)));
        out.put("name", || department.name.to_string());
        out.put("code", || department.remote_id.as_deref().map(str::to_owned));
        out.put("description", || department.description);
        out.put("parentId", || department.parent.map(|parent| hierarchy(people, parent)));
        let parent = department.parent.filter(|_| facts.quirks.parent_ids);
        out.put("parentLuccaId", || parent.map(|parent| Node::id(KIND.number(parent))));
        out.put("hierarchy", || hierarchy(people, index));
        out.put("isActive", || !department.archived);
        out.put("headId", || department.head.map(|head| Node::id(EMPLOYEES.id(head.into()))));
        out.put("createdAt", || stamps.created_at.to_string());
        out.put("lastModifiedAt", || stamps.last_updated_at.to_string());
        out.put("sortOrderInSiblings", || Node::id(department.sort_order as u64));
        Some(())
    },
};

/// `/1/4/`: the place among its siblings of each department on the way down to this one.
fn hierarchy(people: &People, index: usize) -> String {
    let mut way: Vec<usize> = std::iter::once(index).chain(people.departments.ancestors(index)).collect();
    way.reverse();
    let places = way.iter().filter_map(|at| Some(people.departments.get(*at)?.sort_order + 1));
    places.fold("/".to_owned(), |hierarchy, place| format!("{hierarchy}{place}/"))
}
