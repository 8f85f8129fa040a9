//! Collections of records that have an index: what may be asked of them, and their pages.

use chrono::NaiveDate;

use super::kind::{Id, Kind};
use super::record::View;
use super::{Asked, Endpoint};
use crate::fake_tenant::envelope::{Embedded, Envelope, Neighbours};
use crate::fake_tenant::filter::{Field, LIST_VALUES, Parameter, Rule};
use crate::fake_tenant::paging::page;
use crate::fake_tenant::people::People;
use crate::fake_tenant::query::Accepts;

/// Largest page of every collection but employee-attributes.
const MAX_LIMIT: usize = 100;

/// Appends the JSON of the record at an index; `None` if there is none.
pub(crate) type Write = fn(&View<'_>, usize, &mut Vec<u8>) -> Option<()>;

/// A collection of records that have an index: 0 for the lowest id.
pub(crate) struct Collection {
    pub(crate) kind: &'static Kind,
    pub(crate) scope: &'static str,
    pub(crate) filters: &'static [Parameter],
    /// Filters whose names begin so need another scope as well.
    pub(crate) filter_scope: Option<(&'static str, &'static str)>,
    /// Besides `id`.
    pub(crate) sorts: &'static [Sort],
    pub(crate) embeds: &'static [Embed],
    pub(crate) len: fn(&People) -> usize,
    pub(crate) write: Write,
}

/// A property to sort by.
pub(crate) struct Sort {
    pub(crate) name: &'static str,
    pub(crate) key: fn(&People, usize) -> SortKey,
}

/// What records are compared by. Null comes last.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SortKey {
    Text(&'static str),
    Date(NaiveDate),
    Ticks(i64),
    Null,
}

/// A kind of record that `embedded` holds.
pub(crate) struct Embed {
    pub(crate) collection: &'static Collection,
    /// Index of the record to embed for the record at an index.
    pub(crate) of: fn(&People, usize) -> Option<usize>,
}

impl Collection {
    /// Without records, filters, sorts and embedded records. `scope` is the part before `.readonly`.
    pub(crate) const fn of(kind: &'static Kind, scope: &'static str) -> Self {
        Self {
            kind,
            scope,
            filters: &[],
            filter_scope: None,
            sorts: &[],
            embeds: &[],
            len: |_| 0,
            write: |_, _, _| None,
        }
    }
}

impl Endpoint for Collection {
    fn kind(&self) -> &'static Kind {
        self.kind
    }

    fn scope(&self) -> &'static str {
        self.scope
    }

    fn filter_scope(&self, filter: &str) -> Option<&'static str> {
        self.filter_scope.filter(|(prefix, _)| filter.starts_with(prefix)).map(|(_, scope)| scope)
    }

    fn accepts(&self) -> Accepts {
        Accepts { path: self.kind.path, filters: self.filters, sorts: self.sorts, max_limit: MAX_LIMIT }
    }

    fn len(&self, people: &People) -> usize {
        (self.len)(people)
    }

    fn write(&self, view: &View<'_>, index: usize, out: &mut Vec<u8>) -> Option<()> {
        (self.write)(view, index, out)
    }

    fn embedded(&self, view: &View<'_>, indexes: &[usize]) -> Embedded {
        let mut embedded = Embedded::default();
        for embed in self.embeds {
            let targets = indexes.iter().filter_map(|index| (embed.of)(view.people, *index)).collect();
            embedded.add(embed.collection.kind, embed.collection.write, targets);
        }
        embedded
    }

    fn page(&self, asked: &Asked<'_>) -> Option<Vec<u8>> {
        let Asked { view, query, .. } = asked;
        let (people, len) = (view.people, (self.len)(view.people));
        let order = asked.memory.orders.get(self, &query.sort, people);
        let keeps = |index: usize| query.criteria.iter().all(|criterion| criterion.keeps(people, index));
        let total = query.include.total_count.then(|| {
            if query.criteria.is_empty() { len as u64 } else { (0..len).filter(|index| keeps(*index)).count() as u64 }
        });
        let page = page(len as u64, query.start, query.limit, |at| order.at(at, len).is_some_and(keeps));
        let indexes: Vec<usize> = page.items.iter().filter_map(|at| order.at(*at, len)).collect();

        let mut envelope = Envelope::open(self.kind.path, &asked.url, total);
        for index in &indexes {
            envelope.item(|out| (self.write)(view, *index, out))?;
        }
        envelope.links(Neighbours { prev: page.prev, next: page.next }, query, &asked.here);
        let embedded = query.include.embedded.then(|| self.embedded(view, &indexes));
        envelope.close(embedded.map(|embedded| move |out: &mut Vec<u8>| embedded.write(view, out)))
    }
}

pub(crate) const fn filter(
    name: &'static str,
    rule: Rule,
    field: for<'a> fn(&'a People, usize) -> Option<Field<'a>>,
) -> Parameter {
    Parameter { name, rule, field }
}

pub(crate) const IDS: Rule = Rule::Ids(LIST_VALUES);

/// The id of the record at an index, as a filter sees it.
pub(crate) fn id_at(kind: &Kind, index: impl TryInto<usize>) -> Option<Field<'static>> {
    match kind.id(index.try_into().ok()?) {
        Id::Number(id) => Some(Field::Id(id)),
        Id::Text(id) => Field::text(id),
    }
}

pub(crate) fn date_key(date: Option<NaiveDate>) -> SortKey {
    date.map_or(SortKey::Null, SortKey::Date)
}
