//! Establishments: the business establishments of v5, and what v3 calls legal entities.

use crate::fake_tenant::collections::business_establishments::KIND;
use crate::fake_tenant::collections::legal_entities;
use crate::fake_tenant::people::careers::Status;
use crate::fake_tenant::people::ids::EMPLOYEES;
use crate::fake_tenant::people::organisation::ESTABLISHMENTS;
use crate::fake_tenant::people::stamps::Stamps;

use super::super::list::{Facts, Filter, List, Said, Style};
use super::super::node::Node;
use super::super::record::Record;
use super::legal_units;

pub(in super::super) static LIST: List = List {
    path: "/organization/structure/api/establishments",
    max_limit: 100,
    style: Style::V4 {
        said: Said::CountPrevNext,
        filters: &[
            Filter::new("id", |_, i| Some(Node::id(KIND.number(i)))),
            Filter {
                default: Some("false"),
                ..Filter::new("isArchived", |_, i| Some(ESTABLISHMENTS.get(i)?.archived.into()))
            },
        ],
    },
    len: |_| ESTABLISHMENTS.len(),
    write,
};

/// The establishment at an index.
pub(in super::super) fn write(facts: &Facts<'_>, index: usize, out: &mut Record<'_>) -> Option<()> {
    let people = facts.people;
    let site = ESTABLISHMENTS.get(index)?;
    let stamps = Stamps::old(people, 2, index);
    out.put("id", || Node::id(KIND.number(index)));
    out.put("name", || site.name);
    out.put("code", || site.remote_id);
    out.put("legalUnitId", || Node::id(legal_entities::KIND.number(site.entity)));
    out.nest("legalUnit", |out| legal_units::write(facts, site.entity, out));
    out.put("legalIdentificationNumber", || site.tax.map(|number| number.value));
    out.put("activityCode", || site.industry.map(|code| code.value));
    out.put("calendarId", || i64::from(!index.is_multiple_of(3)));
    out.put("address", || {
        let address = site.address.as_ref()?;
        Some(Node::object([
            ("street", address.address_lines.join("\n").into()),
            ("zipCode", address.postal_code.into()),
            ("city", address.locality.into()),
        ]))
    });
    out.put("timezoneId", || site.timezone);
    out.put("usersCount", || {
        let at_work = |employee: &usize| {
            people.employee(*employee).is_some_and(|known| known.status == Status::Active)
                && people.applicable_position(*employee).is_some_and(|position| position.post.site as usize == index)
        };
        Node::id((0..people.employee_count()).filter(at_work).count() as u64)
    });
    out.put("createdAt", || stamps.created_at.to_string());
    out.put("lastModifiedAt", || stamps.last_updated_at.to_string());
    out.nest("author", |out| {
        let (given, family) = people.name_of(0);
        out.put("id", || Node::id(EMPLOYEES.id(0)));
        out.put("firstName", || given);
        out.put("lastName", || family);
        out.put("fullname", || format!("{given} {family}"));
        out.put("url", || facts.url("users", EMPLOYEES.id(0)));
        Some(())
    });
    out.put("isArchived", || site.archived);
    Some(())
}
