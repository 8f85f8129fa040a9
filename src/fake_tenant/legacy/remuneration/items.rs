//! What is paid: again and again by a contract, or once for a month.

use crate::fake_tenant::collections::employments;
use crate::fake_tenant::people::ids::{EMPLOYEES, Numbering};
use crate::fake_tenant::people::pay::{FIXED, FixedItem, VARIABLE, VariableItem};

use super::super::list::{Facts, Filter, List, Said, Style};
use super::super::node::Node;
use super::super::record::Record;
use super::natures;

const FIXED_IDS: Numbering = Numbering::new(7_001, 9);
const VARIABLE_IDS: Numbering = Numbering::new(8_001, 9);

pub(in super::super) static FIXED_LIST: List = List {
    path: "/remuneration/api/fixed-items",
    max_limit: 100,
    style: Style::V4 {
        said: Said::CountPrevNext,
        filters: &[
            Filter::new("ids", |_, i| Some(Node::id(FIXED_IDS.id(i as u64)))),
            Filter::new("ownerIds", |facts, i| owner(facts, fixed(facts, i)?.employment)),
            Filter::new("natureIds", |facts, i| Some(Node::id(FIXED.get(fixed(facts, i)?.nature)?.id))),
            Filter::new("amendedWorkContractIds", |facts, i| {
                let item = fixed(facts, i)?;
                let contract = employments::KIND.number(item.employment);
                let amendment = Some(item.amendment).filter(|amendment| *amendment > 0);
                Some(amendment.map_or(contract.to_string(), |amendment| format!("{contract}-{amendment}")).into())
            }),
        ],
    },
    len: |facts| facts.pay().fixed.len(),
    write: |facts, index, out| {
        let item = fixed(facts, index)?;
        out.put("id", || Node::id(FIXED_IDS.id(index as u64)));
        out.put("amount", || amount(item.amount));
        out.put("startsOn", || item.starts_on);
        out.put("endsOn", || item.ends_on);
        out.put("comment", || if item.amendment > 0 { Some("Yearly review") } else { None });
        out.put("natureId", || FIXED.get(item.nature).map(|nature| Node::id(nature.id)));
        out.nest("nature", |out| natures::fixed(item.nature, out));
        contract(facts, item.employment, item.amendment, out);
        Some(())
    },
};

pub(in super::super) static VARIABLE_LIST: List = List {
    path: "/remuneration/api/variable-items",
    max_limit: 100,
    style: Style::V4 {
        said: Said::CountPrevNext,
        filters: &[
            Filter::new("ownerIds", |facts, i| owner(facts, variable(facts, i)?.employment)),
            Filter::new("ownerId", |facts, i| owner(facts, variable(facts, i)?.employment)),
            Filter::new("natureIds", |facts, i| Some(Node::id(VARIABLE.get(variable(facts, i)?.nature)?.id))),
            Filter::new("natureId", |facts, i| Some(Node::id(VARIABLE.get(variable(facts, i)?.nature)?.id))),
            // `true` shows the others too.
            Filter {
                default: Some("false"),
                ..Filter::widening("includeDeleted", |facts, i| Some(variable(facts, i)?.deleted.into()))
            },
        ],
    },
    len: |facts| facts.pay().variable.len(),
    write: |facts, index, out| {
        let item = variable(facts, index)?;
        out.put("id", || Node::id(VARIABLE_IDS.id(index as u64)));
        out.put("amount", || amount(item.amount));
        out.put("period", || item.period);
        out.put("comments", || Node::Null);
        out.put("natureId", || VARIABLE.get(item.nature).map(|nature| Node::id(nature.id)));
        out.nest("nature", |out| natures::variable(item.nature, out));
        out.put("amendmentId", || 0);
        contract(facts, item.employment, 0, out);
        out.put("isDeleted", || item.deleted);
        Some(())
    },
};

fn fixed<'a>(facts: &Facts<'a>, index: usize) -> Option<&'a FixedItem> {
    facts.pay().fixed.get(index)
}

fn variable<'a>(facts: &Facts<'a>, index: usize) -> Option<&'a VariableItem> {
    facts.pay().variable.get(index)
}

fn owner(facts: &Facts<'_>, employment: u32) -> Option<Node> {
    Some(Node::id(EMPLOYEES.id(facts.people.employment(employment as usize)?.employee.into())))
}

/// `3500.0`, `99.5`, `1234.56`.
fn amount(hundredths: i64) -> Node {
    let (whole, rest) = (hundredths / 100, hundredths % 100);
    let text = format!("{whole}.{rest:02}");
    Node::Raw(text.strip_suffix('0').map_or(text.clone(), str::to_owned))
}

/// The contract that something is paid by.
fn contract(facts: &Facts<'_>, employment: u32, amendment: u32, out: &mut Record<'_>) {
    let id = employments::KIND.number(employment);
    out.put("workContractId", || Node::id(id));
    out.nest("workContract", |out| {
        let contract = facts.people.employment(employment as usize)?;
        let owner = EMPLOYEES.id(contract.employee.into());
        let (given, family) = facts.people.name_of(contract.employee as usize);
        out.put("workContractId", || Node::id(id));
        out.put("amendmentId", || i64::from(amendment));
        out.put("ownerId", || Node::id(owner));
        out.put("owner", || {
            Node::object([
                ("id", Node::id(owner)),
                ("firstName", given.into()),
                ("lastName", family.into()),
                ("name", format!("{given} {family}").into()),
                ("displayName", format!("{family} {given}").into()),
            ])
        });
        out.put("startsOn", || contract.start);
        out.put("endsOn", || contract.end);
        Some(())
    });
}
