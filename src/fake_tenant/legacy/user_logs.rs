//! The change log of users: an entry where a field of somebody took another value. It is the way to what was before.
//!
//! The first entry of a field is of the day somebody was entered, the others of the morning of the day from which a
//! position says something else. What lies ahead is in no log, unless it stands for somebody whose last contract has ended.

use crate::fake_tenant::collections::{business_establishments, departments, employees};
use crate::fake_tenant::people::People;
use crate::fake_tenant::people::careers::{Employee, Position};
use crate::fake_tenant::people::dice::shift;
use crate::fake_tenant::people::ids::EMPLOYEES;

use super::list::{List, Style};
use super::node::Node;
use super::references::named;

pub(super) static LIST: List = List {
    path: "/api/v3/userlogs",
    max_limit: 1000,
    style: Style::V3 { compulsory: &[&["name"]], leaves_out: None, tells_all: false },
    // So many entries at most, those that are none left out.
    len: |facts| facts.people.position_count() * FIELDS.len(),
    write: |facts, index, out| {
        let people = facts.people;
        let (at, (name, read)) = (index / FIELDS.len(), FIELDS.get(index % FIELDS.len())?);
        let position = people.position(at)?;
        let owner = position.employee as usize;
        let employee = people.employee(owner)?;
        let value = read(position);
        let is_first = employee.positions.iter().next() == Some(at);
        let moment = if is_first {
            value?;
            employees::stamps(people, owner).created_at.naive()
        } else {
            let before = people.position(at.checked_sub(1)?)?;
            if read(before) == value {
                return None;
            }
            format!("{}T09:30:00", told_on(people, employee, at, position, before)?)
        };
        out.put("id", || Node::id(40_001 + index as u64));
        out.put("name", || *name);
        out.nest("owner", |out| user(facts, owner, out));
        out.nest("author", |out| user(facts, 0, out));
        out.put("modifiedAt", || moment);
        out.put("modificationSource", || "User");
        out.put("entryType", || if is_first { "Creation" } else { "Modification" });
        out.put("value", || value.map(Node::id));
        Some(())
    },
};

/// The day on which somebody's record took what a position says: its first, or where that lies ahead and the position stands
/// for the person already, the day after the position before. `None` if it has not yet.
fn told_on(
    people: &People,
    employee: &Employee,
    at: usize,
    position: &Position,
    before: &Position,
) -> Option<chrono::NaiveDate> {
    if position.starts_on <= people.today {
        return Some(position.starts_on);
    }
    let stands = employee.applicable_position as usize == at;
    before.ends_on.filter(|_| stands).map(|end| shift(end, 1)).filter(|day| *day <= people.today)
}

type Read = fn(&Position) -> Option<u64>;

/// The fields there are logs of.
static FIELDS: [(&str, Read); 3] = [
    ("departmentid", |position| Some(departments::KIND.number(position.post.department))),
    ("legalentityid", |position| Some(business_establishments::KIND.number(position.post.site))),
    ("manager", |position| Some(EMPLOYEES.id(position.manager?.into()))),
];

fn user(facts: &super::list::Facts<'_>, index: usize, out: &mut super::record::Record<'_>) -> Option<()> {
    named(facts, Some("users"), EMPLOYEES.id(index as u64), name(facts.people, index), out)
}

fn name(people: &People, index: usize) -> String {
    let (given, family) = people.name_of(index);
    format!("{given} {family}")
}
