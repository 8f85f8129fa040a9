//! The generated people of a fake tenant: a function of a seed, a size and a day.
//!
//! ```text
//! stories  what contracts somebody has had ──┐
//! organisation, departments ─────────────────┤
//!                                            ▼
//! hiring ──▶ careers: compact rows, made once      identity, private: made when asked for, from (seed, index)
//!                     └──────────────┬─────────────────────────┘
//!                                    ▼
//! definitions ──▶ attributes: where each value is
//!
//! absences, pay: made from the careers when they are first asked for
//! ```
//!
//! Holds for every seed, size and day, and is tested: an employee's contracts never overlap; positions lie within their
//! contract and never overlap; statuses follow `today`; a trial ends on its extension if it has one; attributes say the
//! same as the resources.

pub(crate) mod absences;
pub(crate) mod attributes;
pub(crate) mod careers;
pub(crate) mod definitions;
pub(crate) mod departments;
pub(crate) mod dice;
pub(crate) mod hiring;
pub(crate) mod identity;
pub(crate) mod ids;
mod names;
pub(crate) mod organisation;
pub(crate) mod pay;
pub(crate) mod private;
pub(crate) mod schemas;
pub(crate) mod stamps;
mod stories;
#[cfg(test)]
mod tests;

use std::sync::OnceLock;

use chrono::NaiveDate;

use careers::{Employee, Employment, Position, Probation};
use departments::Departments;
use hiring::Careers;

/// Everything a tenant knows.
#[derive(Debug)]
pub(crate) struct People {
    pub(crate) seed: u64,
    pub(crate) today: NaiveDate,
    pub(crate) departments: Departments,
    careers: Careers,
    /// Per employee, how many attribute values the employees before have; one entry more than there are employees.
    attribute_starts: OnceLock<Vec<u64>>,
}

impl People {
    pub(crate) fn new(seed: u64, employees: usize, today: NaiveDate) -> Self {
        let mut departments = Departments::new(employees);
        let careers = Careers::new(seed, employees, today, &mut departments);
        Self { seed, today, departments, careers, attribute_starts: OnceLock::new() }
    }

    pub(crate) fn employee_count(&self) -> usize {
        self.careers.employees.len()
    }

    pub(crate) fn employment_count(&self) -> usize {
        self.careers.employments.len()
    }

    pub(crate) fn position_count(&self) -> usize {
        self.careers.positions.len()
    }

    pub(crate) fn probation_count(&self) -> usize {
        self.careers.probations.len()
    }

    pub(crate) fn employee(&self, index: usize) -> Option<&Employee> {
        self.careers.employees.get(index)
    }

    pub(crate) fn employment(&self, index: usize) -> Option<&Employment> {
        self.careers.employments.get(index)
    }

    pub(crate) fn position(&self, index: usize) -> Option<&Position> {
        self.careers.positions.get(index)
    }

    pub(crate) fn probation(&self, index: usize) -> Option<&Probation> {
        self.careers.probations.get(index)
    }

    /// The contract that stands for an employee today.
    pub(crate) fn applicable_employment(&self, employee: usize) -> Option<&Employment> {
        self.employment(self.employee(employee)?.applicable_employment as usize)
    }

    /// The position that stands for an employee today.
    pub(crate) fn applicable_position(&self, employee: usize) -> Option<&Position> {
        self.position(self.employee(employee)?.applicable_position as usize)
    }

    /// First day of an employee's first contract.
    pub(crate) fn hired_on(&self, employee: usize) -> Option<NaiveDate> {
        let first = self.employee(employee)?.employments.iter().next()?;
        Some(self.employment(first)?.start)
    }
}
