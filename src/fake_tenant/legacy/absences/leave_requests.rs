//! Requests for leave: one for each period.

use crate::fake_tenant::people::absences::State;
use crate::fake_tenant::people::ids::{EMPLOYEES, Numbering};

use super::super::list::{List, V3};
use super::super::node::Node;
use super::leave_periods;

const NUMBERS: Numbering = Numbering::new(12_001, 8);

pub(in super::super) static LIST: List = List {
    path: "/api/v3/leaveRequests",
    max_limit: 10_000,
    style: V3,
    len: |facts| facts.absences().periods.len(),
    write: |facts, index, out| {
        let period = facts.absences().periods.get(index)?;
        let number = u32::try_from(index).ok()?;
        let owner = EMPLOYEES.id(period.employee.into());
        let id = NUMBERS.id(number.into());
        let is_over = matches!(period.state, State::Denied | State::Cancelled);
        out.put("id", || Node::id(id));
        out.put("name", || Node::from(period.starts_on));
        out.put("url", || facts.url("leaveRequests", id));
        out.put("leavePeriodId", || leave_periods::id(number));
        out.nest("leavePeriod", |out| leave_periods::write(facts, index, out));
        out.put("status", || period.state.number());
        out.put("creationDate", || Node::naive(period.requested_at));
        out.put("nextApproverId", || (period.state == State::Pending).then(|| Node::id(EMPLOYEES.id(0))));
        out.put("cancellationUserId", || period.cancelled_at.map(|_| Node::id(owner)));
        out.put("cancellationDate", || period.cancelled_at.map(Node::naive));
        out.put("isActive", || !is_over);
        out.put("approvals", || {
            let approval = period.decided_at.map(|at| {
                Node::object([
                    ("id", 1.into()),
                    ("date", Node::naive(at)),
                    ("approverId", Node::id(EMPLOYEES.id(0))),
                    ("substitutedApproverId", Node::Null),
                    ("approved", period.state.was_approved().into()),
                    ("comment", "".into()),
                ])
            });
            Node::List(approval.into_iter().collect())
        });
        out.put("cancellationRequests", || Node::List(Vec::new()));
        Some(())
    },
};
