//! Work contracts: all of everybody, with their trial periods.

use chrono::NaiveDate;

use crate::fake_tenant::collections::{
    business_establishments, employment_templates, employments, occupation_categories,
};
use crate::fake_tenant::people::careers::{Employment, Position, Status};
use crate::fake_tenant::people::ids::EMPLOYEES;
use crate::fake_tenant::people::organisation::{ARRANGEMENT_IDS, CATEGORIES, TEMPLATES};

use super::list::{Facts, Filter, List, Said, Style};
use super::node::Node;
use super::organisation::establishments;
use super::record::Record;
use super::references::named;

pub(super) static LIST: List = List {
    path: "/directory/api/4.0/work-contracts",
    max_limit: 1000,
    style: Style::V4 {
        said: Said::Count,
        filters: &[
            Filter::new("ownerId", |facts, i| Some(Node::id(EMPLOYEES.id(contract(facts, i)?.employee.into())))),
            Filter::new("typeId", |facts, i| {
                Some(Node::id(employment_templates::KIND.number(contract(facts, i)?.template)))
            }),
            Filter::new("establishmentId", |facts, i| {
                Some(Node::id(business_establishments::KIND.number(position(facts, i)?.post.site)))
            }),
            Filter::new("isApplicable", |facts, i| Some(is_applicable(facts, i)?.into())),
            // Not given, it means active ones, where it means anything.
            Filter {
                default: Some("false"),
                ..Filter::new("isArchived", |facts, i| {
                    let ended = contract(facts, i)?.status == Status::Deactivated;
                    Some((ended && facts.quirks.archives_ended_contracts).into())
                })
            },
        ],
    },
    len: |facts| facts.people.employment_count(),
    write,
};

fn contract<'a>(facts: &Facts<'a>, index: usize) -> Option<&'a Employment> {
    facts.people.employment(index)
}

fn is_applicable(facts: &Facts<'_>, index: usize) -> Option<bool> {
    let owner = facts.people.employee(contract(facts, index)?.employee as usize)?;
    Some(owner.applicable_employment as usize == index)
}

/// The position that stands for a contract: the last that has begun, else the first.
fn position<'a>(facts: &Facts<'a>, index: usize) -> Option<&'a Position> {
    let people = facts.people;
    let owner = people.employee(contract(facts, index)?.employee as usize)?;
    let own = owner.positions.iter().filter_map(|at| people.position(at));
    let mut own = own.filter(|position| position.employment as usize == index).peekable();
    let first = own.peek().copied();
    own.take_while(|position| position.starts_on <= people.today).last().or(first)
}

fn days(from: NaiveDate, until: NaiveDate) -> Node {
    Node::from(until.signed_duration_since(from).num_days() + 1)
}

fn write(facts: &Facts<'_>, index: usize, out: &mut Record<'_>) -> Option<()> {
    let people = facts.people;
    let contract = contract(facts, index)?;
    let post = position(facts, index)?.post;
    let trial = contract.probation.and_then(|at| people.probation(at as usize));
    let template = employment_templates::KIND.number(contract.template);
    let stamps = employments::stamps(people, index)?;
    out.put("id", || Node::id(employments::KIND.number(index)));
    out.put("ownerId", || Node::id(EMPLOYEES.id(contract.employee.into())));
    out.put("externalId", || employments::remote_id(index));
    out.put("typeId", || Node::id(template));
    out.nest("type", |out| named(facts, None, template, TEMPLATES.get(contract.template as usize)?.title, out));
    out.put("startsOn", || contract.start);
    out.put("endsOn", || contract.end);
    out.put("isApplicable", || is_applicable(facts, index).unwrap_or_default());
    out.put("establishmentId", || Node::id(business_establishments::KIND.number(post.site)));
    out.nest("establishment", |out| establishments::write(facts, post.site as usize, out));
    out.put("spcId", || post.category.map(|at| Node::id(occupation_categories::KIND.number(at))));
    out.nest("spc", |out| {
        let at = post.category?;
        named(facts, None, occupation_categories::KIND.number(at), CATEGORIES.get(at as usize)?.title, out)
    });
    out.put("hiringTypeId", || i64::from(contract.template) + 1);
    out.put("terminationReasonId", || contract.end.map(|_| Node::from(2)));
    out.put("trialPeriodDays", || trial.map(|trial| days(trial.starts_on, trial.initial_ends_on)));
    let extended = trial.and_then(|trial| Some((trial.initial_ends_on, trial.extended_ends_on?)));
    out.put("renewedTrialPeriodDays", || extended.map(|(from, until)| Node::from((until - from).num_days())));
    out.put("trialPeriodEndDate", || trial.map(|trial| trial.initial_ends_on));
    out.put("trialPeriodEndDate2", || extended.map(|(_, until)| until));
    out.put("authorId", || Node::id(EMPLOYEES.id(0)));
    out.put("lastModifierId", || Node::id(EMPLOYEES.id(0)));
    out.put("createdAt", || stamps.created_at.naive());
    out.put("lastModifiedAt", || stamps.last_updated_at.naive());
    let arrangement = post.arrangement.and_then(|at| ARRANGEMENT_IDS.get(at as usize));
    out.put("workingTimeArrangementId", || arrangement.map(|id| Node::id(*id)));
    out.put("internshipSupervisorId", || Node::Null);
    Some(())
}
