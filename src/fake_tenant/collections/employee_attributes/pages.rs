//! Pages of employee-attributes: found by the running counts, written person by person.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::{Mutex, PoisonError};

use super::values::Profile;
use super::{Asked, PATH, embedded, write};
use crate::fake_tenant::envelope::{Envelope, Neighbours};
use crate::fake_tenant::filter::{Criterion, Wanted};
use crate::fake_tenant::paging::Start;
use crate::fake_tenant::people::People;
use crate::fake_tenant::people::attributes::{Selection, Slot};
use crate::fake_tenant::people::definitions;
use crate::fake_tenant::people::ids::EMPLOYEES;

/// Total counts of selections over everybody, which take a walk through all people.
#[derive(Debug, Default)]
pub(in crate::fake_tenant) struct Totals(Mutex<HashMap<Selection, u64>>);

/// Most totals remembered.
const TOTALS: usize = 1024;

/// Whose values are wanted, and which.
struct Wish {
    /// In ascending order; `None` is everybody.
    employees: Option<Vec<usize>>,
    selection: Selection,
}

impl Wish {
    fn new(people: &People, criteria: &[Criterion]) -> Self {
        let mut wish = Self { employees: None, selection: Selection::ALL };
        for criterion in criteria {
            match &criterion.wanted {
                Wanted::Ids(ids) => wish.employees = Some(whose(people, ids, criterion.negated)),
                Wanted::Texts(texts) => {
                    let known = texts.iter().flatten().filter_map(|id| definitions::index_of(id));
                    let bits = known.fold(0_u128, |bits, index| bits | 1 << index);
                    wish.selection.definitions = if criterion.negated { !bits } else { bits };
                }
                Wanted::Dates(days) => wish.selection.as_of = days.first().copied().flatten(),
                _ => {}
            }
        }
        wish
    }

    /// The employees from the `from`th on whose values are wanted.
    fn from(&self, people: &People, from: usize) -> Box<dyn DoubleEndedIterator<Item = usize> + '_> {
        match &self.employees {
            None => Box::new(from..people.employee_count()),
            Some(employees) => {
                let first = employees.partition_point(|employee| *employee < from);
                Box::new(employees.iter().skip(first).copied())
            }
        }
    }

    /// The employees up to and including the `last`th, in descending order.
    fn back_from(&self, people: &People, last: usize) -> Box<dyn Iterator<Item = usize> + '_> {
        let end = last.saturating_add(1).min(people.employee_count());
        match &self.employees {
            None => Box::new((0..end).rev()),
            Some(employees) => {
                let count = employees.partition_point(|employee| *employee < end);
                Box::new(employees.iter().take(count).rev().copied())
            }
        }
    }
}

fn whose(people: &People, ids: &[u64], negated: bool) -> Vec<usize> {
    let index = |id: &u64| usize::try_from(EMPLOYEES.index(*id)?).ok();
    let mut listed: Vec<usize> = ids.iter().filter_map(index).filter(|at| *at < people.employee_count()).collect();
    listed.sort_unstable();
    listed.dedup();
    if negated {
        return (0..people.employee_count()).filter(|employee| listed.binary_search(employee).is_err()).collect();
    }
    listed
}

/// The body of a page.
pub(super) fn page(asked: &Asked<'_>) -> Option<Vec<u8>> {
    let Asked { view, query, .. } = asked;
    let people = view.people;
    let wish = Wish::new(people, &query.criteria);
    let total = query.include.total_count.then(|| total(people, &wish, &asked.memory.totals));
    let start = match query.start {
        Start::Position(position) => position,
        Start::Skip(count) => after(people, &wish, count),
    };
    let (slots, next) = following(people, &wish, start, query.limit);
    let prev = preceding(people, &wish, start, query.limit);

    let mut envelope = Envelope::open(PATH, &asked.url, total);
    let mut profile = Profile::new(0);
    for (at, slot) in &slots {
        if profile.employee() != slot.employee {
            profile = Profile::new(slot.employee);
        }
        envelope.item(|out| write(view, *at, slot, &profile, out))?;
    }
    let neighbours = if query.limit == 0 { Neighbours { prev: None, next: None } } else { Neighbours { prev, next } };
    envelope.links(neighbours, query, &asked.here);
    let embedded = query.include.embedded.then(|| embedded(view, slots.iter().map(|(_, slot)| *slot)));
    envelope.close(embedded.map(|embedded| move |out: &mut Vec<u8>| embedded.write(view, out)))
}

/// How many values are wanted in all.
fn total(people: &People, wish: &Wish, totals: &Totals) -> u64 {
    let count = || wish.from(people, 0).map(|employee| people.selected_of(employee, &wish.selection)).sum();
    if wish.employees.is_some() || wish.selection == Selection::ALL {
        return count();
    }
    let mut known = totals.0.lock().unwrap_or_else(PoisonError::into_inner);
    if known.len() >= TOTALS {
        known.clear();
    }
    *known.entry(wish.selection).or_insert_with(count)
}

/// The wanted values from a position on, `limit` at most, and the position of the one after them.
fn following(people: &People, wish: &Wish, start: u64, limit: usize) -> (Vec<(u64, Slot)>, Option<u64>) {
    let mut slots = Vec::with_capacity(limit);
    let mut next = None;
    let Some(first) = people.employee_of_attribute(start) else { return (slots, next) };
    for employee in wish.from(people, first) {
        let flow = people.visit_attributes(employee, &wish.selection, |at, slot| {
            if at < start {
                return ControlFlow::Continue(());
            }
            if slots.len() == limit {
                next = Some(at);
                return ControlFlow::Break(());
            }
            slots.push((at, slot));
            ControlFlow::Continue(())
        });
        if flow.is_break() {
            break;
        }
    }
    (slots, next)
}

/// The position of the first of the `limit` wanted values before a position.
fn preceding(people: &People, wish: &Wish, start: u64, limit: usize) -> Option<u64> {
    let last = people.employee_of_attribute(start.checked_sub(1)?).or(people.employee_count().checked_sub(1))?;
    let mut missing = limit;
    let mut first = None;
    for employee in wish.back_from(people, last) {
        let mut own = Vec::new();
        let _ = people.visit_attributes(employee, &wish.selection, |at, _| {
            if at < start {
                own.push(at);
            }
            ControlFlow::Continue(())
        });
        let taken = own.len().min(missing);
        first = own.get(own.len() - taken).copied().or(first);
        missing -= taken;
        if missing == 0 {
            break;
        }
    }
    first
}

/// The position of the wanted value after so many others.
fn after(people: &People, wish: &Wish, count: u64) -> u64 {
    let mut missing = count;
    for employee in wish.from(people, 0) {
        let own = people.selected_of(employee, &wish.selection);
        if missing >= own {
            missing -= own;
            continue;
        }
        let mut position = None;
        let _ = people.visit_attributes(employee, &wish.selection, |at, _| {
            if missing > 0 {
                missing -= 1;
                return ControlFlow::Continue(());
            }
            position = Some(at);
            ControlFlow::Break(())
        });
        if let Some(position) = position {
            return position;
        }
    }
    people.attribute_count()
}
