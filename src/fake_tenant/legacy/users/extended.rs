//! Custom fields of users: the values of v5's `e_*` attributes of employees, wrapped as v3 wraps them.

use std::borrow::Cow;
use std::ops::ControlFlow;

use serde_json::Value;

use crate::fake_tenant::collections::{View, employee_attributes};
use crate::fake_tenant::people::attributes::{Selection, Slot};
use crate::fake_tenant::people::definitions::{DEFINITIONS, Definition, Owner};
use crate::fake_tenant::people::schemas::{Base, Shape};

use super::super::list::Facts;
use super::super::node::{Members, Node};

/// Whether users have a definition: it is a customer's, and of people. Those of contracts and positions are nowhere in v3.
pub(in super::super) fn is_on_users(definition: &Definition) -> bool {
    definition.is_custom() && matches!(definition.owner, Owner::Person | Owner::PersonInTime)
}

/// What v3 calls a definition's kind. `select` is known, the others are not.
pub(in super::super) fn definition_kind(shape: Shape) -> &'static str {
    let Shape::Base(base) = shape else { return "composite" };
    match base {
        Base::TaxonomyLabelReference => "select",
        Base::Boolean => "boolean",
        Base::Int32 => "integer",
        Base::Decimal => "numeric",
        Base::LegacyDate => "date",
        Base::FileReference => "file",
        Base::EmployeeReference => "user",
        Base::ShortText | Base::LongText | Base::PhoneNumber | Base::Email | Base::Url => "text",
    }
}

/// Where ids are others than those of v5, how far they are away.
const APART: u64 = 500_000;

/// The id of a list entry, which is a label in v5.
pub(in super::super) fn shifted_label(facts: &Facts<'_>, id: u64) -> u64 {
    if facts.quirks.own_ids { id + APART } else { id }
}

/// The custom fields of somebody today.
pub(super) fn data(facts: &Facts<'_>, index: usize) -> Option<Node> {
    let own = DEFINITIONS.iter().enumerate().filter(|(_, definition)| is_on_users(definition));
    let definitions = own.fold(0_u128, |bits, (at, _)| bits | 1 << at);
    let selection = Selection { definitions, as_of: Some(facts.people.today) };
    let mut members: Members = Vec::new();
    let _ = facts.people.visit_attributes(index, &selection, |at, slot| {
        if let Some(definition) = DEFINITIONS.get(slot.definition)
            && let Some(entry) = entry(facts, definition, at, &slot)
        {
            match members.iter_mut().find(|(name, _)| name == definition.id) {
                Some((_, Node::List(entries))) => entries.push(entry),
                Some(_) => {}
                None if definition.multiple.is_some() => {
                    members.push((Cow::Borrowed(definition.id), Node::List(vec![entry])));
                }
                None => members.push((Cow::Borrowed(definition.id), entry)),
            }
        }
        ControlFlow::Continue(())
    });
    Some(Node::Object(members))
}

/// `{id, value}` of the value at a position of all values.
fn entry(facts: &Facts<'_>, definition: &Definition, at: u64, slot: &Slot) -> Option<Node> {
    let view = View { people: facts.people, base: facts.base, links: false };
    let text = employee_attributes::value_text(&view, slot)?;
    let value = match definition.shape {
        Shape::Base(base) => single(facts, base, &text)?,
        Shape::Composite(properties) => {
            let Ok(Value::Object(of)) = serde_json::from_str(&text) else { return None };
            let sub_fields = properties.iter().filter_map(|(name, base, ..)| {
                let value = of.get(*name).filter(|value| !value.is_null())?;
                let value = single(facts, *base, &value.to_string())?;
                Some((Cow::Borrowed(*name), wrapped(facts, at, value)))
            });
            Node::Object(sub_fields.collect())
        }
        Shape::System(_) => return None,
    };
    let is_bare = facts.quirks.bare_values && definition.id == "e_nickname";
    Some(if is_bare { value } else { wrapped(facts, at, value) })
}

fn wrapped(facts: &Facts<'_>, at: u64, value: Node) -> Node {
    let id = employee_attributes::KIND.number(usize::try_from(at).unwrap_or_default());
    Node::object([("id", Node::id(if facts.quirks.own_ids { id + APART } else { id })), ("value", value)])
}

/// A value as v3 writes it, from its JSON in v5.
fn single(facts: &Facts<'_>, base: Base, text: &str) -> Option<Node> {
    if matches!(base, Base::Decimal | Base::Int32 | Base::Boolean) {
        return Some(Node::Raw(text.to_owned()));
    }
    let value: Value = serde_json::from_str(text).ok()?;
    let id = || value.get("id")?.as_str()?.parse::<u64>().ok();
    match base {
        Base::LegacyDate => {
            let date = value.as_str()?;
            Some(Node::from(if date.contains('T') { date.to_owned() } else { format!("{date}T00:00:00") }))
        }
        Base::TaxonomyLabelReference => Some(Node::id(shifted_label(facts, id()?))),
        Base::EmployeeReference | Base::FileReference if facts.quirks.reference_objects => {
            let (id, list) = (id()?, if base == Base::FileReference { "files" } else { "users" });
            Some(Node::object([("id", Node::id(id)), ("name", "…".into()), ("url", facts.url(list, id))]))
        }
        Base::EmployeeReference | Base::FileReference => Some(Node::id(id()?)),
        _ => Some(Node::from(value)),
    }
}
