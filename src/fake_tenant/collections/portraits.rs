//! Portraits, of those employees who have one. They are in no list.

use serde::Serialize;

use super::kind::PORTRAIT;
use super::{Properties, Reference, View, employees};
use crate::fake_tenant::people::People;
use crate::fake_tenant::people::ids::PORTRAITS;
use crate::fake_tenant::people::stamps::{Stamp, Stamps};

/// Path of their addresses, after `/lucca-api/`.
pub(in crate::fake_tenant) const PATH: &str = "portraits";
/// The creation of one portrait in so many is not told.
const UNTOLD: usize = 11;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Portrait<'a> {
    employee: Reference<'a>,
    file_name: String,
    content_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at: Option<Stamp>,
}

impl Properties for Portrait<'_> {}

/// The employee whom a portrait shows; `None` where there is no such portrait.
pub(in crate::fake_tenant) fn shown_by(people: &People, id: &str) -> Option<usize> {
    let employee = PORTRAITS.index_of_text(id).filter(|index| *index < people.employee_count())?;
    people.identity(employee).portrait.map(|_| employee)
}

/// Appends the record of the portrait of an employee.
pub(in crate::fake_tenant) fn write(view: &View<'_>, employee: usize, out: &mut Vec<u8>) -> Option<()> {
    let people = view.people;
    let (given, family) = people.name_of(employee);
    let (content_type, extension) = form(employee);
    let hired = people.hired_on(employee).unwrap_or(people.today);
    let created_at = Stamps::new(people, 31, employee, hired).created_at;
    let portrait = Portrait {
        employee: view.refer_at(&employees::KIND, employee),
        file_name: format!("{given} {family} 800.{extension}"),
        content_type,
        created_at: (employee % UNTOLD != 3).then_some(created_at),
    };
    view.write(&PORTRAIT, employee, &portrait, out)
}

/// Content type as the API says it, and how the file's name ends. The documentation writes JPEG in two ways.
pub(in crate::fake_tenant) fn form(employee: usize) -> (&'static str, &'static str) {
    match employee % 5 {
        0 | 3 => ("image/png", "png"),
        1 => ("image/jpg", "jpg"),
        _ => ("image/jpeg", "jpeg"),
    }
}
