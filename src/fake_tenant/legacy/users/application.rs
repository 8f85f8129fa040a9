//! What applications recorded of a user: the `user.*` attributes of v5, each under its name of v3.

use std::borrow::Cow;
use std::ops::ControlFlow;

use serde_json::Value;

use crate::fake_tenant::collections::{View, employee_attributes};
use crate::fake_tenant::people::attributes::Selection;
use crate::fake_tenant::people::definitions::DEFINITIONS;
use crate::fake_tenant::people::ids::EMPLOYEES;

use super::super::list::Facts;
use super::super::node::{Members, Node};
use super::super::record::Record;
use super::super::references::{manager, named};

/// Attributes of v5 that are fields of the same name.
const ALIKE: [&str; 15] = [
    "address",
    "allowsElectronicPayslip",
    "bergerLevraultCareerNumber",
    "cegidGescomId",
    "cleemyApproverId",
    "corporateCard",
    "directLine",
    "employeeAccountingCode",
    "frenchCarTaxHorsePower",
    "frenchMotorcyclesTaxHorsePower",
    "navisionId",
    "personalAccount",
    "personalCard",
    "quote",
    "unitSellPrice",
];

/// The values of one attribute, as JSON; none where somebody has none.
fn values(facts: &Facts<'_>, index: usize, attribute: &str) -> Vec<Value> {
    let definition = DEFINITIONS.iter().position(|known| known.id.strip_prefix("user.") == Some(attribute));
    let Some(definition) = definition else { return Vec::new() };
    let selection = Selection { definitions: 1 << definition, as_of: None };
    let view = View { people: facts.people, base: facts.base, links: false };
    let mut values = Vec::new();
    let _ = facts.people.visit_attributes(index, &selection, |_, slot| {
        let text = employee_attributes::value_text(&view, &slot);
        values.extend(text.and_then(|text| serde_json::from_str::<Value>(&text).ok()));
        ControlFlow::Continue(())
    });
    values
}

fn number(value: &Value, member: &str) -> Option<u64> {
    value.get(member).and_then(Value::as_u64)
}

pub(super) fn write(facts: &Facts<'_>, index: usize, out: &mut Record<'_>) {
    let first = |attribute: &str| values(facts, index, attribute).into_iter().next();
    for name in ALIKE {
        out.put(name, || first(name).map(Node::from));
    }
    out.put("seniorityDate", || {
        let date = first("seniorityDate")?;
        date.as_str().map(|date| Node::from(format!("{date}T00:00:00")))
    });
    let id = |attribute: &str| first(attribute).and_then(|value| value.as_u64());
    let whom = |attribute: &str| {
        let index = id(attribute).and_then(|id| EMPLOYEES.index(id));
        index.and_then(|index| usize::try_from(index).ok())
    };
    let at = if out.wants("manager2Id") || out.wants("manager2") { whom("manager2Id") } else { None };
    manager(facts, ("manager2Id", "manager2"), at, out);
    out.put("timesheetApproverId", || Node::Null);
    out.put("timesheetApprover", || Node::Null);
    for (by_id, whole, list) in [
        ("calendarId", "calendar", "publicHolidayCalendars"),
        ("cultureId", "culture", "cultures"),
        ("siteId", "site", "sites"),
        ("remoteWorkProfileId", "remoteWorkProfile", "remoteWorkProfiles"),
    ] {
        out.put(by_id, || id(by_id).map(Node::id));
        out.nest(whole, |out| {
            let id = id(by_id)?;
            named(facts, Some(list), id, format!("{whole} {id}"), out)
        });
    }
    out.put_some("applicationData", || Some(Node::Object(profiles(facts, first))));
    if out.wants("userAxisValues") {
        for value in values(facts, index, "axisValues") {
            if let (Some(axis), Some(section)) = (number(&value, "axisId"), number(&value, "axisSectionId")) {
                let value = Node::object([("id", Node::id(section)), ("name", format!("CC-{section}").into())]);
                out.put_named(format!("userAxisValues_{axis}"), value);
            }
        }
    }
    for (attribute, ending) in [("cost", "cost"), ("price", "price")] {
        // Any of the organisations there may be.
        let names = (1..=3).map(|organisation| format!("{organisation}-{ending}"));
        if names.into_iter().any(|name| out.wants_named(&name))
            && let Some(value) = first(attribute)
            && let Some(organisation) = number(&value, "organizationId")
        {
            let amount = value.get("value").cloned().unwrap_or_default();
            out.put_named(format!("{organisation}-{ending}"), Node::from(amount));
        }
    }
    out.put("attributes", || Node::Object(Members::new()));
    out.put("externalId", || Node::Null);
}

/// Profiles of applications; those of leaves do not say which installation they are of.
fn profiles(facts: &Facts<'_>, first: impl Fn(&str) -> Option<Value>) -> Members {
    let profile = |list: &str, value: &Value| {
        let id = number(value, "profileId")?;
        let name = Node::from(format!("Profile {id}"));
        Some(Node::object([("id", Node::id(id)), ("name", name), ("url", facts.url(list, id))]))
    };
    let mut members = Members::new();
    if let Some(node) = first("figgoProfile").and_then(|value| profile("leaveprofiles", &value)) {
        members.push((Cow::Borrowed("profile_figgo"), node));
    }
    if let Some(value) = first("cleemyProfile")
        && let (Some(instance), Some(node)) = (number(&value, "appInstanceId"), profile("cleemyProfiles", &value))
    {
        members.push((Cow::Owned(format!("profile_cleemy_{instance}")), node));
    }
    members
}
