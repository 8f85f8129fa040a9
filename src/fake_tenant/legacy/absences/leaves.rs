//! Leaves: one for each half day.

use crate::fake_tenant::people::absences::{ACCOUNTS, HalfDay, Period, State};
use crate::fake_tenant::people::ids::EMPLOYEES;

use super::super::list::{Facts, List, Style};
use super::super::node::Node;
use super::super::record::Record;
use super::super::references::named;
use super::leave_periods;

pub(in super::super) static LIST: List = List {
    path: "/api/v3/leaves",
    max_limit: 10_000,
    style: Style::V3 {
        compulsory: &[
            &["date"],
            &["leavePeriod.ownerId", "leavePeriod.owner.departmentId", "leavePeriod.owner.legalEntityId"],
        ],
        leaves_out: Some(is_left_out),
        tells_all: false,
    },
    len: |facts| facts.absences().halves.len(),
    write: |facts, index, out| {
        let half = facts.absences().halves.get(index)?;
        write(facts, half, out)
    },
};

/// Half days of absences that were deleted, and those that do not count where only those are listed that do.
fn is_left_out(facts: &Facts<'_>, index: usize, parameters: &[(String, String)]) -> bool {
    let absences = facts.absences();
    let Some(half) = absences.halves.get(index) else { return false };
    let Some(period) = absences.periods.get(half.period as usize) else { return false };
    let is_active = cancelled_at(half, period).is_none() && period.state != State::Denied;
    let asks = cancelled_at(half, period).is_some() && parameters.iter().any(|(name, _)| name == "cancellationdate");
    facts.is_removed(half.period) || facts.changes.only_active_leaves && !is_active && !asks
}

fn cancelled_at(half: &HalfDay, period: &Period) -> Option<chrono::NaiveDateTime> {
    period.cancelled_at.or(period.decided_at.filter(|_| half.cancelled_alone))
}

/// `501-20260105-AM`.
pub(super) fn id(half: &HalfDay, period: &Period) -> String {
    let (owner, day) = (EMPLOYEES.id(period.employee.into()), half.date.format("%Y%m%d"));
    format!("{owner}-{day}-{}", if half.is_am { "AM" } else { "PM" })
}

fn write(facts: &Facts<'_>, half: &HalfDay, out: &mut Record<'_>) -> Option<()> {
    let period = facts.absences().periods.get(half.period as usize)?;
    let account = ACCOUNTS.get(period.account)?;
    let cancelled = cancelled_at(half, period);
    let is_denied = period.state == State::Denied;
    out.put("id", || id(half, period));
    out.put("name", || format!("{} {}", account.name, half.date));
    out.put("url", || facts.url("leaves", id(half, period)));
    out.put("date", || Node::midnight(half.date));
    out.put("isAm", || half.is_am);
    out.put("leaveAccountId", || Node::id(account.id));
    out.nest("leaveAccount", |out| named(facts, Some("leaveAccounts"), account.id, account.name, out));
    out.put("leavePeriodId", || leave_periods::id(half.period));
    out.nest("leavePeriod", |out| leave_periods::write(facts, half.period as usize, out));
    out.put("value", || account.hours);
    out.put("creationDate", || Node::naive(period.requested_at));
    out.put("isActive", || cancelled.is_none() && !is_denied);
    out.put("cancellationDate", || cancelled.map(Node::naive));
    out.put("cancellationUserId", || cancelled.map(|_| Node::id(EMPLOYEES.id(period.employee.into()))));
    out.put("comment", || if is_denied { "Trop de monde absent" } else { "" });
    out.put("status", || period.state.number().to_string());
    Some(())
}
