//! What the API serves: each file says what a collection is called, who may read it, what may be asked of it and how a
//! record is written. To add one, write its file and name it here, as a module and as an endpoint.

pub(super) mod business_establishments;
mod changes;
pub(super) mod departments;
mod employee_attribute_definitions;
pub(super) mod employee_attributes;
mod employee_personal_records;
pub(super) mod employees;
pub(super) mod employment_templates;
pub(super) mod employments;
mod indexed;
mod job_positions;
pub(super) mod job_qualifications;
mod kind;
pub(super) mod legal_entities;
pub(super) mod occupation_categories;
pub(super) mod portraits;
mod probationary_periods;
mod professions;
mod record;
mod taxonomies;
pub(super) mod taxonomy_labels;

pub(super) use business_establishments::KIND as ESTABLISHMENT;
pub(super) use changes::{CHANGING, Changing};
pub(super) use employee_attributes::Totals;
pub(super) use indexed::{Collection, Sort, SortKey, Write};
use indexed::{Embed, IDS, date_key, filter, id_at};
use kind::kind;
pub(super) use kind::{FILE, Kind};
pub(super) use record::{Properties, View};
use record::{Reference, Translated};

use super::envelope::Embedded;
use super::order::Orders;
use super::people::People;
use super::query::{Accepts, Query};

pub(super) static ENDPOINTS: &[&dyn Endpoint] = &[
    &legal_entities::COLLECTION,
    &business_establishments::COLLECTION,
    &departments::COLLECTION,
    &professions::COLLECTION,
    &job_qualifications::COLLECTION,
    &occupation_categories::COLLECTION,
    &employment_templates::COLLECTION,
    &employees::COLLECTION,
    &employee_personal_records::COLLECTION,
    &employments::COLLECTION,
    &job_positions::COLLECTION,
    &probationary_periods::COLLECTION,
    &employee_attribute_definitions::COLLECTION,
    &employee_attributes::EmployeeAttributes,
    &taxonomies::COLLECTION,
    &taxonomy_labels::COLLECTION,
];

/// What a path of the API leads to: a list, and its records one by one. Records have an index: 0 for the lowest id.
pub(super) trait Endpoint: Sync {
    /// The kind of its records.
    fn kind(&self) -> &'static Kind;

    /// Path of the list, after `/lucca-api/`.
    fn path(&self) -> &'static str {
        self.kind().path
    }

    /// The scope it needs, before `.readonly`.
    fn scope(&self) -> &'static str;

    /// Another scope that a filter needs.
    fn filter_scope(&self, _: &str) -> Option<&'static str> {
        None
    }

    /// What may be asked of the list.
    fn accepts(&self) -> Accepts;

    /// How many records there are.
    fn len(&self, people: &People) -> usize;

    /// Appends the JSON of a record; `None` if there is none.
    fn write(&self, view: &View<'_>, index: usize, out: &mut Vec<u8>) -> Option<()>;

    /// What `embedded` holds for some of the records.
    fn embedded(&self, view: &View<'_>, indexes: &[usize]) -> Embedded;

    /// The body of a page.
    fn page(&self, asked: &Asked<'_>) -> Option<Vec<u8>>;

    /// Every record's JSON, in id order.
    fn texts<'a>(&'a self, view: View<'a>) -> Box<dyn Iterator<Item = Vec<u8>> + 'a> {
        Box::new((0..self.len(view.people)).filter_map(move |index| {
            let mut text = Vec::new();
            self.write(&view, index, &mut text)?;
            Some(text)
        }))
    }
}

/// A page that was asked for.
pub(super) struct Asked<'a> {
    pub(super) view: View<'a>,
    pub(super) query: &'a Query,
    /// The whole URL that was asked for.
    pub(super) url: String,
    /// The URL of the list.
    pub(super) here: String,
    pub(super) memory: &'a Memory,
}

/// What took long to find out, remembered.
#[derive(Debug, Default)]
pub(super) struct Memory {
    orders: Orders,
    totals: Totals,
}

/// What a path after `/lucca-api/` leads to.
#[derive(Clone, Copy)]
pub(super) struct Route<'a> {
    pub(super) endpoint: &'static dyn Endpoint,
    /// The id of one record; `None` is the list.
    pub(super) id: Option<&'a str>,
}

impl<'a> Route<'a> {
    pub(super) fn find(path: &'a str) -> Option<Self> {
        let (name, id) = match path.split_once('/') {
            None => (path, None),
            Some((_, id)) if id.is_empty() || id.contains('/') => return None,
            Some((name, id)) => (name, Some(id)),
        };
        let leads =
            |endpoint: &&dyn Endpoint| endpoint.path() == name || (id.is_some() && endpoint.kind().path == name);
        Some(Self { endpoint: *ENDPOINTS.iter().find(|endpoint| leads(endpoint))?, id })
    }
}
