//! Which changes of records there are events about, and what a record was before.

use serde_json::Value;

use super::{
    Collection, business_establishments, departments, employee_personal_records, employees, employments, job_positions,
    job_qualifications, legal_entities, occupation_categories,
};
use crate::fake_tenant::people::People;
use crate::fake_tenant::people::dice::Dice;
use crate::fake_tenant::people::stamps::Stamps;

/// A collection whose records' changes are events.
pub(crate) struct Changing {
    pub(crate) collection: &'static Collection,
    /// When the record at an index came to be and last changed; `None` where the tenant does not know.
    pub(crate) stamps: fn(&People, usize) -> Option<Stamps>,
    /// Index of the business establishment that the record is about.
    pub(crate) site: fn(&People, usize) -> Option<u8>,
    /// What an update tells of the record before: a property and its value then.
    pub(crate) before: fn(&mut Dice) -> Option<(&'static str, Value)>,
}

impl Changing {
    const fn of(collection: &'static Collection, stamps: fn(&People, usize) -> Option<Stamps>) -> Self {
        Self { collection, stamps, site: |_, _| None, before: |_| None }
    }
}

/// Records of the organisation are older than what is kept of events.
pub(crate) static CHANGING: [Changing; 9] = [
    Changing {
        site: |people, i| Some(people.applicable_position(i)?.post.site),
        before: |dice| Some(("phoneNumber", format!("+336{:08}", dice.between(0, 99_999_999)).into())),
        ..Changing::of(&employees::COLLECTION, |people, i| {
            people.employee(i)?;
            Some(employees::stamps(people, i))
        })
    },
    Changing {
        site: |people, i| Some(people.applicable_position(people.employment(i)?.employee as usize)?.post.site),
        before: |_| Some(("end", Value::Null)),
        ..Changing::of(&employments::COLLECTION, employments::stamps)
    },
    Changing {
        site: |people, i| Some(people.position(i)?.post.site),
        before: |dice| Some(("jobTitle", dice.pick(&["Trainee", "Assistant", "Project manager"]).into())),
        ..Changing::of(&job_positions::COLLECTION, job_positions::stamps)
    },
    Changing {
        site: |people, i| Some(people.applicable_position(i)?.post.site),
        ..Changing::of(&employee_personal_records::COLLECTION, |people, i| {
            people.employee(i)?;
            Some(employee_personal_records::stamps(people, i))
        })
    },
    Changing::of(&departments::COLLECTION, |people, i| {
        people.departments.get(i)?;
        Some(Stamps::old(people, 13, i))
    }),
    Changing::of(&business_establishments::COLLECTION, |people, i| Some(Stamps::old(people, 2, i))),
    Changing::of(&legal_entities::COLLECTION, |people, i| Some(Stamps::old(people, 1, i))),
    Changing::of(&job_qualifications::COLLECTION, |people, i| Some(Stamps::old(people, 3, i))),
    Changing::of(&occupation_categories::COLLECTION, |people, i| Some(Stamps::old(people, 14, i))),
];
