//! The collections of the API: what each is called, who may read it, what may be asked of it, how a record is written.
//!
//! Adding one is adding an entry here and a representation in `resources`. Employee attributes have their own paging, see
//! `attribute_pages`.

mod careers;
mod employees;
mod structure;

use chrono::NaiveDate;

use super::filter::{Field, LIST_VALUES, Parameter, Rule};
use super::people::People;
use super::people::kinds::Kind;
use super::resources::View;
use careers::{EMPLOYMENTS, POSITIONS, PROBATIONS};
use employees::{EMPLOYEES, PERSONAL_RECORDS};
pub(super) use structure::DEFINITION_LIST;
use structure::{CATEGORY_LIST, DEPARTMENTS, ENTITIES, PROFESSION_LIST, QUALIFICATION_LIST, SITES, TEMPLATE_LIST};

/// A collection of records that have an index: 0 for the lowest id.
pub(super) struct Collection {
    pub(super) kind: &'static Kind,
    /// The part of the scope before `.readonly`.
    pub(super) scope: &'static str,
    pub(super) filters: &'static [Parameter],
    /// Besides `id`.
    pub(super) sorts: &'static [Sort],
    pub(super) embeds: &'static [Embed],
    pub(super) len: fn(&People) -> usize,
    /// Index of the record with an id, if there is one.
    pub(super) find: fn(&People, &str) -> Option<usize>,
    /// Appends a record's JSON.
    pub(super) write: fn(&View<'_>, usize, &mut Vec<u8>) -> Option<()>,
}

/// A property to sort by.
pub(super) struct Sort {
    pub(super) name: &'static str,
    pub(super) key: fn(&People, usize) -> SortKey,
}

/// What records are compared by. Null comes last.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum SortKey {
    Text(&'static str),
    Date(NaiveDate),
    Ticks(i64),
    Null,
}

/// A kind of record that `embedded` holds.
pub(super) struct Embed {
    pub(super) collection: &'static Collection,
    /// Index of the record to embed for the record at an index.
    pub(super) of: fn(&People, usize) -> Option<usize>,
}

const fn filter(
    name: &'static str,
    rule: Rule,
    field: for<'a> fn(&'a People, usize) -> Option<Field<'a>>,
) -> Parameter {
    Parameter { name, rule, field }
}

const IDS: Rule = Rule::Ids(LIST_VALUES);

/// The id of the record at an index, as a filter sees it.
fn id_at(kind: &Kind, index: usize) -> Option<Field<'static>> {
    Some(Field::Id(kind.ids.id(index as u64)))
}

fn id_if(kind: &Kind, index: Option<u8>) -> Option<Field<'static>> {
    id_at(kind, index?.into())
}

fn by_number(kind: &Kind, len: usize, id: &str) -> Option<usize> {
    kind.ids.index_of_text(id).filter(|index| *index < len)
}

fn date_key(date: Option<NaiveDate>) -> SortKey {
    date.map_or(SortKey::Null, SortKey::Date)
}

pub(super) static COLLECTIONS: [&Collection; 13] = [
    &ENTITIES,
    &SITES,
    &DEPARTMENTS,
    &PROFESSION_LIST,
    &QUALIFICATION_LIST,
    &CATEGORY_LIST,
    &TEMPLATE_LIST,
    &EMPLOYEES,
    &PERSONAL_RECORDS,
    &EMPLOYMENTS,
    &POSITIONS,
    &PROBATIONS,
    &DEFINITION_LIST,
];
