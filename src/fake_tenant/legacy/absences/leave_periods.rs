//! Leave periods: continuous absences.

use crate::fake_tenant::people::absences::{Period, State};
use crate::fake_tenant::people::dice::{Dice, Stream};
use crate::fake_tenant::people::ids::{EMPLOYEES, Numbering};

use super::super::list::{Facts, List, Style};
use super::super::node::Node;
use super::super::record::Record;
use super::super::references::guid;
use super::super::users;
use super::leaves;

const NUMBERS: Numbering = Numbering::new(9_001, 8);

pub(in super::super) static LIST: List = List {
    path: "/api/v3/leavePeriods",
    max_limit: 1000,
    style: Style::V3 { compulsory: &[], leaves_out: Some(is_left_out), tells_all: false },
    len: |facts| facts.absences().periods.len(),
    write,
};

/// Periods that were deleted.
fn is_left_out(facts: &Facts<'_>, index: usize, _: &[(String, String)]) -> bool {
    u32::try_from(index).is_ok_and(|index| facts.is_removed(index))
}

/// The id of the period at an index.
pub(super) fn id(index: u32) -> Node {
    Node::id(NUMBERS.id(index.into()))
}

/// The period at an index.
pub(super) fn write(facts: &Facts<'_>, index: usize, out: &mut Record<'_>) -> Option<()> {
    let period = facts.absences().periods.get(index)?;
    let number = u32::try_from(index).ok()?;
    let owner = period.employee as usize;
    out.put("id", || id(number));
    out.put("name", || Node::from(period.starts_on));
    out.put("url", || facts.url("leavePeriods", NUMBERS.id(number.into())));
    out.put("ownerId", || Node::id(EMPLOYEES.id(owner as u64)));
    out.nest("owner", |out| users::write(facts, owner, out));
    out.put("startsOn", || Node::midnight(period.starts_on));
    out.put("startsAM", || period.starts_am);
    out.put("endsOn", || Node::midnight(period.ends_on));
    out.put("endsAM", || period.ends_am);
    let approved = period.decided_at.filter(|_| period.state.was_approved());
    out.put("isConfirmed", || approved.is_some());
    out.put("confirmationDate", || approved.map(Node::naive));
    out.put("attachmentId", || {
        let attached = Dice::with_salt(facts.people.seed, Stream::Legacy, 4, index as u64).chance(100);
        attached.then(|| guid(facts.people.seed, 1_000_000 + index as u64))
    });
    out.nest_each("leaves", facts.absences().halves_of(period), |(_, half), out| {
        out.put("id", || leaves::id(half, period));
        Some(())
    });
    out.put("logs", || Node::List(logs(period)));
    Some(())
}

/// What became of a request, step by step.
fn logs(period: &Period) -> Vec<Node> {
    let decision = if period.state == State::Denied { State::Denied } else { State::Approved };
    let decided = period.decided_at.map(|at| (at, decision));
    let cancelled = period.cancelled_at.map(|at| (at, State::Cancelled));
    let asked = period.decided_at.filter(|_| period.state == State::CancellationPending);
    let asked = asked.map(|at| (at, State::CancellationPending));
    let steps = [Some((period.requested_at, State::Pending)), decided, cancelled, asked];
    let log = |(id, (at, state)): (i64, (chrono::NaiveDateTime, State))| {
        Node::object([
            ("id", id.into()),
            ("date", Node::naive(at)),
            ("comment", "".into()),
            ("status", state.number().into()),
        ])
    };
    (1..).zip(steps.into_iter().flatten()).map(log).collect()
}
