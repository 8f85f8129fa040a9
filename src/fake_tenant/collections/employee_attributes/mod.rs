//! Employee attributes: the one endpoint with millions of records. They are found by running counts and written person
//! by person.

mod pages;
mod recorded;
mod values;

use std::ops::ControlFlow;

use chrono::NaiveDate;
use serde::Serialize;

use super::{
    Asked, Endpoint, Kind, Properties, Reference, View, employee_attribute_definitions as definitions, employees,
    employments, job_positions, kind, taxonomy_labels,
};
use crate::fake_tenant::envelope::Embedded;
use crate::fake_tenant::filter::{Field, Parameter, Rule};
use crate::fake_tenant::people::People;
use crate::fake_tenant::people::attributes::{Applicability, Selection, Slot};
use crate::fake_tenant::people::stamps::Stamps;
use crate::fake_tenant::query::Accepts;
pub(in crate::fake_tenant) use pages::Totals;
use values::{Profile, Value};

/// Every documented example of an attribute's `url` has the singular path, though the endpoint is plural.
pub(in crate::fake_tenant) static KIND: Kind = kind("employee-attribute", "employee-attribute", 7400, 97);

const PATH: &str = "employee-attributes";

/// Filters are read by name; none looks at a record by its index.
fn unindexed(_: &People, _: usize) -> Option<Field<'_>> {
    None
}

/// A list of `definition.id` has the usual maximum.
static FILTERS: [Parameter; 3] = [
    Parameter { name: "employee.id", rule: Rule::Ids(1000), field: unindexed },
    Parameter { name: "definition.id", rule: Rule::Texts, field: unindexed },
    Parameter { name: "applicability.asOf", rule: Rule::Day, field: unindexed },
];

/// The endpoint. A record's index is its position among all values.
pub(super) struct EmployeeAttributes;

impl Endpoint for EmployeeAttributes {
    fn kind(&self) -> &'static Kind {
        &KIND
    }

    fn path(&self) -> &'static str {
        PATH
    }

    fn scope(&self) -> &'static str {
        PATH
    }

    fn accepts(&self) -> Accepts {
        Accepts { path: PATH, filters: &FILTERS, sorts: &[], max_limit: 1000 }
    }

    fn len(&self, people: &People) -> usize {
        usize::try_from(people.attribute_count()).unwrap_or(usize::MAX)
    }

    fn write(&self, view: &View<'_>, index: usize, out: &mut Vec<u8>) -> Option<()> {
        let slot = view.people.attribute(index as u64)?;
        write(view, index as u64, &slot, &Profile::new(slot.employee), out)
    }

    fn embedded(&self, view: &View<'_>, indexes: &[usize]) -> Embedded {
        embedded(view, indexes.iter().filter_map(|index| view.people.attribute(*index as u64)))
    }

    fn page(&self, asked: &Asked<'_>) -> Option<Vec<u8>> {
        pages::page(asked)
    }

    fn texts<'a>(&'a self, view: View<'a>) -> Box<dyn Iterator<Item = Vec<u8>> + 'a> {
        Box::new((0..view.people.employee_count()).flat_map(move |employee| texts_of(&view, employee)))
    }
}

/// The values of one employee.
fn texts_of(view: &View<'_>, employee: usize) -> Vec<Vec<u8>> {
    let profile = Profile::new(employee);
    let mut texts = Vec::new();
    let _ = view.people.visit_attributes(employee, &Selection::ALL, |at, slot| {
        let mut text = Vec::new();
        match write(view, at, &slot, &profile, &mut text) {
            Some(()) => texts.push(text),
            None => return ControlFlow::Break(()),
        }
        ControlFlow::Continue(())
    });
    texts
}

/// The definitions and labels that values refer to.
fn embedded(view: &View<'_>, slots: impl Iterator<Item = Slot>) -> Embedded {
    let (used, labels): (Vec<usize>, Vec<Option<usize>>) =
        slots.map(|slot| (slot.definition, values::label_at(view, &slot))).unzip();
    let mut embedded = Embedded::default();
    embedded.add(&definitions::KIND, definitions::COLLECTION.write, used);
    embedded.add(&taxonomy_labels::KIND, taxonomy_labels::write, labels.into_iter().flatten().collect());
    embedded
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Attribute<'a> {
    definition: Reference<'a>,
    employee: Reference<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    employment: Option<Reference<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    job_position: Option<Reference<'a>>,
    applicability: Option<Window>,
    value: Value<'a>,
    #[serde(flatten)]
    stamps: Stamps,
}

impl Properties for Attribute<'_> {}

#[derive(Serialize)]
struct Window {
    start: Option<NaiveDate>,
    end: Option<NaiveDate>,
}

impl From<Applicability> for Window {
    fn from((start, end): Applicability) -> Self {
        Self { start, end }
    }
}

/// The JSON of the value at a slot.
pub(in crate::fake_tenant) fn value_text(view: &View<'_>, slot: &Slot) -> Option<String> {
    serde_json::to_string(&values::value(view, slot, &Profile::new(slot.employee))).ok()
}

/// Appends the value at a position of the whole collection. `profile` is of the slot's employee.
fn write(view: &View<'_>, at: u64, slot: &Slot, profile: &Profile, out: &mut Vec<u8>) -> Option<()> {
    let at = usize::try_from(at).ok()?;
    let since = slot.applicability.and_then(|(start, _)| start).or_else(|| view.people.hired_on(slot.employee));
    let attribute = Attribute {
        definition: view.refer_at(&definitions::KIND, slot.definition),
        employee: view.refer_at(&employees::KIND, slot.employee),
        employment: slot.employment.map(|index| view.refer_at(&employments::KIND, index)),
        job_position: slot.position.map(|index| view.refer_at(&job_positions::KIND, index)),
        applicability: slot.applicability.map(Window::from),
        value: values::value(view, slot, profile),
        stamps: view.stamps(10, at, since.unwrap_or(view.people.today)),
    };
    view.write(&KIND, at, &attribute, out)
}
