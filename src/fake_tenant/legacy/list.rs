//! The lists of the legacy routes: where each is, how it is paged, what its records are.

use std::collections::HashSet;
use std::sync::OnceLock;

use super::changes::{Changes, Users};
use super::fields::Fields;
use super::node::Node;
use super::quirks::Quirks;
use super::record::Record;
use crate::fake_tenant::people::People;
use crate::fake_tenant::people::absences::Absences;
use crate::fake_tenant::people::dice::{Dice, Stream};
use crate::fake_tenant::people::pay::Pay;

/// What records are made from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Facts<'a> {
    pub(super) people: &'a People,
    /// Scheme and host of absolute URLs, without a slash at the end.
    pub(super) base: &'a str,
    pub(super) quirks: Quirks,
    pub(super) memory: &'a Memory,
    pub(super) changes: &'a Changes,
    /// Whether former employees are for who asks.
    pub(super) shows_former: bool,
    /// Fields of a list that are not.
    pub(super) hidden: &'a [&'a str],
}

/// What took long to find out, remembered.
#[derive(Debug, Default)]
pub(in crate::fake_tenant) struct Memory {
    absences: OnceLock<(Absences, HashSet<u32>)>,
    users: OnceLock<Users>,
    pay: OnceLock<Pay>,
}

impl<'a> Facts<'a> {
    pub(super) fn absences(&self) -> &'a Absences {
        &self.absences_as_changed().0
    }

    /// Whether a period of them was deleted.
    pub(super) fn is_removed(&self, period: u32) -> bool {
        self.absences_as_changed().1.contains(&period)
    }

    fn absences_as_changed(&self) -> &'a (Absences, HashSet<u32>) {
        let changed = |absences| self.changes.of_absences(absences, self.people.employee_count(), self.people.today);
        self.memory.absences.get_or_init(|| changed(Absences::of(self.people)))
    }

    /// Users as changes have left them.
    pub(super) fn users(&self) -> &'a Users {
        self.memory.users.get_or_init(|| self.changes.of_users(self.people.employee_count()))
    }

    pub(super) fn pay(&self) -> &'a Pay {
        self.memory.pay.get_or_init(|| Pay::of(self.people))
    }

    /// Where a record of v3 is.
    pub(super) fn url(&self, list: &str, id: impl std::fmt::Display) -> Node {
        Node::from(format!("{}/api/v3/{list}/{id}", self.base))
    }
}

/// Appends the fields of the record at an index; `None` if there is none.
pub(super) type Write = fn(&Facts<'_>, usize, &mut Record<'_>) -> Option<()>;

/// A list.
pub(super) struct List {
    pub(super) path: &'static str,
    pub(super) max_limit: usize,
    pub(super) style: Style,
    pub(super) len: fn(&Facts<'_>) -> usize,
    pub(super) write: Write,
}

/// How a list is asked.
pub(super) enum Style {
    V3 {
        /// Of each group, one parameter must be given.
        compulsory: &'static [&'static [&'static str]],
        /// Leaves records out unless these parameters ask for them.
        leaves_out: Option<LeavesOut>,
        /// A record by itself shows all of its fields even where none are named.
        tells_all: bool,
    },
    V4 {
        said: Said,
        filters: &'static [Filter],
    },
}

/// Whether the record at an index is left out of a list asked with these parameters, each a name in lower case and a value.
pub(super) type LeavesOut = fn(&Facts<'_>, usize, &[(String, String)]) -> bool;

/// A v3 list as most are.
pub(super) const V3: Style = Style::V3 { compulsory: &[], leaves_out: None, tells_all: false };

/// What a v4 list can say of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    CountPrevNext,
    Count,
    /// Count, previous and next where the quirk is on, else nothing.
    CountsArrangements,
    /// Nothing: its pages are bare lists.
    Bare,
}

/// A filter of a v4 list, any of whose values may fit.
pub(super) struct Filter {
    pub(super) name: &'static str,
    /// What holds where the parameter is not given.
    pub(super) default: Option<&'static str>,
    /// `true` asks for those that are not as well.
    pub(super) widens: bool,
    pub(super) of: fn(&Facts<'_>, usize) -> Option<Node>,
}

impl Filter {
    pub(super) const fn new(name: &'static str, of: fn(&Facts<'_>, usize) -> Option<Node>) -> Self {
        Self { name, default: None, widens: false, of }
    }

    /// A filter that is for `false` alone or for everything.
    pub(super) const fn widening(name: &'static str, of: fn(&Facts<'_>, usize) -> Option<Node>) -> Self {
        Self { widens: true, ..Self::new(name, of) }
    }

    /// Whether the record at an index is as one of these values.
    pub(super) fn fits(&self, facts: &Facts<'_>, index: usize, values: &[String]) -> bool {
        let wants = |plain: &str| values.iter().any(|value| value.eq_ignore_ascii_case(plain));
        let field = (self.of)(facts, index);
        field.is_some_and(|field| field.plain().is_some_and(|plain| wants(&plain) || (self.widens && wants("true"))))
    }
}

impl List {
    /// The record at an index.
    pub(super) fn record(&self, facts: &Facts<'_>, index: usize, wanted: &Fields) -> Option<Node> {
        let mut record = Record::new(wanted);
        (self.write)(facts, index, &mut record)?;
        Some(record.into_node())
    }

    /// The same, without what is hidden.
    pub(super) fn shown(&self, facts: &Facts<'_>, index: usize, wanted: &Fields) -> Option<Node> {
        let mut record = self.record(facts, index, wanted)?;
        record.leave_out(facts.hidden);
        Some(record)
    }

    /// One field of the record at an index, by the way to it; `wanted` is `Fields::path` of it.
    pub(super) fn narrow(&self, facts: &Facts<'_>, index: usize, wanted: &Fields, path: &str) -> Node {
        let Some(record) = self.record(facts, index, wanted) else { return Node::Null };
        let found = path.split('.').try_fold(&record, |node, name| node.member(name));
        found.cloned().unwrap_or(Node::Null)
    }

    /// The index of the record with an id.
    pub(super) fn find(&self, facts: &Facts<'_>, id: &str) -> Option<usize> {
        let wanted = Fields::path("id");
        let has_id = |index: &usize| self.narrow(facts, *index, &wanted, "id").plain().as_deref() == Some(id);
        (0..(self.len)(facts)).find(has_id)
    }

    /// Whether the record at an index is there when the list has been read `pages` times, where records come and go.
    pub(super) fn is_there(&self, seed: u64, index: usize, pages: u64) -> bool {
        let salt = self.path.bytes().fold(7_u64, |salt, byte| salt.wrapping_mul(31).wrapping_add(byte.into()));
        let mut dice = Dice::with_salt(seed, Stream::Legacy, salt, index as u64);
        let roll = dice.between(0, 99);
        let moment = dice.between(1, SHIFTS).unsigned_abs();
        match roll {
            0..8 => pages >= moment,
            8..16 => pages < moment,
            _ => true,
        }
    }
}

/// After so many pages of it, a list has come to rest.
const SHIFTS: i64 = 5;
