//! What users have that v5 knows nothing of: roles, work cycles.

use crate::fake_tenant::people::dice::{Dice, Stream};
use crate::fake_tenant::people::ids::EMPLOYEES;

use super::super::list::Facts;
use super::super::node::Node;
use super::super::record::Record;
use super::super::references::named;

const ROLES: [(u64, &str); 3] = [(55, "User"), (59, "Employee +"), (60, "HR administrator")];
/// The end of what has none.
const OPEN: &str = "9999-12-31T00:00:00";

pub(super) fn write(facts: &Facts<'_>, index: usize, out: &mut Record<'_>) {
    let mut dice = Dice::with_salt(facts.people.seed, Stream::Legacy, 3, index as u64);
    let role = dice.pick(&ROLES);
    let more = dice.chance(300);
    let (cycle, changed) = (dice.between(4, 7), dice.chance(200));
    out.put("rolePrincipalId", || Node::id(role.0));
    out.nest("rolePrincipal", |out| named(facts, Some("roles"), role.0, role.1, out));
    out.nest_each("habilitedRoles", more.then_some(ROLES[1]), |role, out| {
        named(facts, Some("roles"), role.0, role.1, out)
    });
    out.put_some("userWorkCycles", || {
        let hired = facts.people.hired_on(index)?;
        let turn = crate::fake_tenant::people::dice::shift(hired, 400);
        let one = |nth: u64, cycle: i64, from: Node, until: Node| {
            let id = Node::id(288 + index as u64 * 2 + nth);
            let owner = Node::id(EMPLOYEES.id(index as u64));
            Node::object([
                ("id", id),
                ("ownerId", owner),
                ("workCycleId", cycle.into()),
                ("startsOn", from),
                ("endsOn", until),
            ])
        };
        let hired = Node::midnight(hired);
        Some(Node::List(if changed {
            let turn = Node::midnight(turn);
            vec![one(0, cycle, hired, turn.clone()), one(1, 6, turn, OPEN.into())]
        } else {
            vec![one(0, cycle, hired, OPEN.into())]
        }))
    });
}
