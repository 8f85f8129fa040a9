//! Employees, contracts, positions and trial periods as compact rows: a tenant of 100,000 people is a few tens of megabytes.

use chrono::NaiveDate;
use serde::Serialize;

/// Where a record stands against the tenant's today.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Status {
    Active,
    Upcoming,
    Deactivated,
}

impl Status {
    pub(crate) const NAMES: [&'static str; 3] = ["active", "upcoming", "deactivated"];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Upcoming => "upcoming",
            Self::Deactivated => "deactivated",
        }
    }

    pub(crate) fn of(start: NaiveDate, end: Option<NaiveDate>, today: NaiveDate) -> Self {
        if start > today {
            Self::Upcoming
        } else if end.is_none_or(|end| today <= end) {
            Self::Active
        } else {
            Self::Deactivated
        }
    }
}

/// A run of consecutive rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rows {
    pub(crate) first: u32,
    pub(crate) count: u32,
}

impl Rows {
    pub(crate) fn iter(self) -> impl DoubleEndedIterator<Item = usize> {
        let first = self.first as usize;
        first..first.saturating_add(self.count as usize)
    }
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Employee {
    pub(crate) employments: Rows,
    pub(crate) positions: Rows,
    pub(crate) status: Status,
    /// The current contract; else the next one; else the last one.
    pub(crate) applicable_employment: u32,
    /// By the same logic.
    pub(crate) applicable_position: u32,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Employment {
    pub(crate) employee: u32,
    pub(crate) entity: u8,
    pub(crate) template: u8,
    pub(crate) status: Status,
    pub(crate) start: NaiveDate,
    pub(crate) end: Option<NaiveDate>,
    pub(crate) probation: Option<u32>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Probation {
    pub(crate) employment: u32,
    pub(crate) starts_on: NaiveDate,
    pub(crate) initial_ends_on: NaiveDate,
    pub(crate) extended_ends_on: Option<NaiveDate>,
}

impl Probation {
    pub(crate) fn ends_on(&self) -> NaiveDate {
        self.extended_ends_on.unwrap_or(self.initial_ends_on)
    }
}

/// What may differ from one position of an employee to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Post {
    pub(crate) site: u8,
    pub(crate) department: u32,
    pub(crate) qualification: Option<u8>,
    /// Index into the job titles; most people are called as they are qualified.
    pub(crate) title: Option<u8>,
    pub(crate) category: Option<u8>,
    pub(crate) arrangement: Option<u8>,
    /// Number of the third-party id, not unique.
    pub(crate) remote: Option<u16>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Position {
    pub(crate) employment: u32,
    pub(crate) employee: u32,
    pub(crate) status: Status,
    pub(crate) starts_on: NaiveDate,
    /// The day before the next position, or the end of the contract.
    pub(crate) ends_on: Option<NaiveDate>,
    pub(crate) post: Post,
    pub(crate) manager: Option<u32>,
    /// Bit per name of `UPDATABLE`.
    pub(crate) updated: u8,
}

/// What `updatedAttributes` may name.
pub(crate) const UPDATABLE: [&str; 6] =
    ["remoteId", "jobTitle", "jobQualification", "occupationCategory", "workingTimeArrangement", "department"];

impl Position {
    /// The names in `updatedAttributes`.
    pub(crate) fn updated_names(&self) -> Vec<&'static str> {
        UPDATABLE.iter().enumerate().filter(|(bit, _)| self.updated >> bit & 1 == 1).map(|(_, name)| *name).collect()
    }
}

impl Post {
    /// Bits of what changed since `before`, in the order of `UPDATABLE`.
    pub(crate) fn changes_since(&self, before: &Self) -> u8 {
        [
            self.remote != before.remote,
            self.title != before.title,
            self.qualification != before.qualification,
            self.category != before.category,
            self.arrangement != before.arrangement,
            self.department != before.department,
        ]
        .iter()
        .enumerate()
        .fold(0, |bits, (bit, changed)| bits | u8::from(*changed) << bit)
    }
}
