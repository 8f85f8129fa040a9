//! Where attribute values are: which definition, whose, applying when. What they are is decided when they are written.
//!
//! Values are numbered person by person. Only the running count per person is kept, so that the value at any position is
//! found by a binary search and then a walk through one person's values.

use std::ops::{ControlFlow, RangeInclusive};

use chrono::NaiveDate;
use rand::RngCore;

use super::People;
use super::definitions::{Amount, DEFINITIONS, Definition, Owner};
use super::dice::{Dice, Stream, shift};

/// First and last day a value applies, both included; `None` is open.
pub(crate) type Applicability = (Option<NaiveDate>, Option<NaiveDate>);

/// The place of one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Slot {
    /// Index into `DEFINITIONS`.
    pub(crate) definition: usize,
    pub(crate) employee: usize,
    /// The contract the value belongs to, if it belongs to one.
    pub(crate) employment: Option<usize>,
    /// The position the value belongs to, if it belongs to one.
    pub(crate) position: Option<usize>,
    /// 0 for the first of several values.
    pub(crate) ordinal: u64,
    /// `None` for values that are not bounded in time.
    pub(crate) applicability: Option<Applicability>,
}

/// Which values are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Selection {
    /// Bit per definition.
    pub(crate) definitions: u128,
    /// Only what applies that day.
    pub(crate) as_of: Option<NaiveDate>,
}

impl Selection {
    pub(crate) const ALL: Self = Self { definitions: u128::MAX, as_of: None };

    fn has(&self, definition: usize) -> bool {
        self.definitions >> definition & 1 == 1
    }

    fn applies(&self, applicability: Option<Applicability>) -> bool {
        let (Some(day), Some((start, end))) = (self.as_of, applicability) else { return true };
        start.is_none_or(|start| start <= day) && end.is_none_or(|end| day <= end)
    }
}

impl People {
    /// Running counts; see `attribute_starts` of `People`.
    fn starts(&self) -> &[u64] {
        self.attribute_starts.get_or_init(|| {
            let mut total = 0;
            let counts = (0..self.employee_count()).map(|employee| self.attribute_count_of(employee));
            let ends = counts.map(|count| {
                total += count;
                total
            });
            std::iter::once(0).chain(ends).collect()
        })
    }

    /// How many values there are.
    pub(crate) fn attribute_count(&self) -> u64 {
        self.starts().last().copied().unwrap_or(0)
    }

    /// Positions of the values of an employee: `start..end`.
    pub(crate) fn attributes_of(&self, employee: usize) -> (u64, u64) {
        let at = |index: usize| self.starts().get(index).copied().unwrap_or_else(|| self.attribute_count());
        (at(employee), at(employee.saturating_add(1)))
    }

    /// The employee who has the value at a position.
    pub(crate) fn employee_of_attribute(&self, position: u64) -> Option<usize> {
        if position >= self.attribute_count() {
            return None;
        }
        self.starts().partition_point(|start| *start <= position).checked_sub(1)
    }

    /// The value at a position.
    pub(crate) fn attribute(&self, position: u64) -> Option<Slot> {
        let employee = self.employee_of_attribute(position)?;
        let mut found = None;
        let _ = self.visit_attributes(employee, &Selection::ALL, |at, slot| {
            if at < position {
                return ControlFlow::Continue(());
            }
            found = Some(slot);
            ControlFlow::Break(())
        });
        found
    }

    /// How many of an employee's values are wanted.
    pub(crate) fn selected_of(&self, employee: usize, selection: &Selection) -> u64 {
        if *selection == Selection::ALL {
            let (start, end) = self.attributes_of(employee);
            return end.saturating_sub(start);
        }
        let mut count = 0;
        let _ = self.visit_attributes(employee, selection, |_, _| {
            count += 1;
            ControlFlow::Continue(())
        });
        count
    }

    /// Shows an employee's wanted values with their positions, in order, until `visit` breaks off.
    pub(crate) fn visit_attributes(
        &self,
        employee: usize,
        selection: &Selection,
        mut visit: impl FnMut(u64, Slot) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let (mut at, _) = self.attributes_of(employee);
        for (index, definition) in DEFINITIONS.iter().enumerate() {
            let wanted = selection.has(index);
            for owner in self.owners(definition.owner, employee) {
                let count = self.amount(index, definition, owner.row);
                for ordinal in 0..if wanted { count } else { 0 } {
                    let applicability = self.applicability(index, definition.owner, employee, owner, ordinal);
                    if selection.applies(applicability) {
                        let (employment, position) = (owner.employment, owner.position);
                        let definition = index;
                        visit(
                            at + ordinal,
                            Slot { definition, employee, employment, position, ordinal, applicability },
                        )?;
                    }
                }
                at += count;
            }
        }
        ControlFlow::Continue(())
    }

    fn attribute_count_of(&self, employee: usize) -> u64 {
        let count_of = |(index, definition): (usize, &Definition)| -> u64 {
            self.owners(definition.owner, employee).map(|owner| self.amount(index, definition, owner.row)).sum()
        };
        DEFINITIONS.iter().enumerate().map(count_of).sum()
    }

    /// Who has values of a definition: the person, or rows of the career.
    fn owners(&self, owner: Owner, employee: usize) -> impl Iterator<Item = OwnerRow> + '_ {
        let rows = self.employee(employee).map(|known| match owner {
            Owner::Person | Owner::PersonInTime => employee..=employee,
            Owner::Employment | Owner::Probation => inclusive(known.employments),
            Owner::Position => inclusive(known.positions),
        });
        rows.into_iter().flatten().filter_map(move |row| match owner {
            Owner::Person | Owner::PersonInTime => Some(OwnerRow { row, employment: None, position: None }),
            Owner::Employment => Some(OwnerRow { row, employment: Some(row), position: None }),
            Owner::Probation => {
                let on_trial = self.employment(row)?.probation.is_some();
                on_trial.then_some(OwnerRow { row, employment: Some(row), position: None })
            }
            Owner::Position => Some(OwnerRow { row, employment: None, position: Some(row) }),
        })
    }

    /// How many values an owner has.
    fn amount(&self, index: usize, definition: &Definition, row: usize) -> u64 {
        let values = match definition.amount {
            Amount::Always => 1,
            Amount::Often(per_mille) => u64::from(self.presence(index, row).chance(per_mille)),
            Amount::Several { per_mille, most } => {
                let mut dice = self.presence(index, row);
                if dice.chance(per_mille) { 1 + dice.next_u64() % most } else { 0 }
            }
        };
        if definition.owner == Owner::PersonInTime { values * 2 } else { values }
    }

    fn presence(&self, index: usize, row: usize) -> Dice {
        Dice::with_salt(self.seed, Stream::Presence, index as u64, row as u64)
    }

    fn applicability(
        &self,
        index: usize,
        owner: Owner,
        employee: usize,
        row: OwnerRow,
        ordinal: u64,
    ) -> Option<Applicability> {
        match owner {
            Owner::Person => None,
            Owner::PersonInTime => {
                let hired = self.hired_on(employee)?;
                let days = self.today.signed_duration_since(hired).num_days();
                let mut dice = Dice::with_salt(self.seed, Stream::Value, index as u64, employee as u64);
                let change = shift(hired, dice.between(1, days));
                Some(if ordinal == 0 { (None, Some(shift(change, -1))) } else { (Some(change), None) })
            }
            Owner::Employment | Owner::Probation => {
                let employment = self.employment(row.row)?;
                Some((Some(employment.start), employment.end))
            }
            Owner::Position => {
                let position = self.position(row.row)?;
                Some((Some(position.starts_on), position.ends_on))
            }
        }
    }
}

#[derive(Clone, Copy)]
struct OwnerRow {
    row: usize,
    employment: Option<usize>,
    position: Option<usize>,
}

/// A non-empty run of rows as a range. Every employee has a contract and a position.
fn inclusive(rows: super::careers::Rows) -> RangeInclusive<usize> {
    let first = rows.first as usize;
    first..=(first + rows.count as usize).saturating_sub(1)
}
