//! Working-time arrangements: what positions of v5 refer to, and v5 does not list.

use crate::fake_tenant::people::careers::Status;
use crate::fake_tenant::people::organisation::ARRANGEMENT_IDS;

use super::list::{List, Said, Style};
use super::node::Node;

pub(super) static LIST: List = List {
    path: "/schedule/api/working-time-arrangements",
    max_limit: 100,
    style: Style::V4 { said: Said::CountsArrangements, filters: &[] },
    len: |_| ARRANGEMENT_IDS.len(),
    write: |facts, index, out| {
        let (id, arrangement) = (ARRANGEMENT_IDS.get(index)?, ARRANGEMENTS.get(index)?);
        out.put("id", || Node::id(*id));
        out.put("name", || arrangement.name);
        out.put("description", || arrangement.description);
        out.put("unit", || arrangement.unit);
        out.put("fullTimeEquivalent", || Node::Raw(arrangement.full_time.to_owned()));
        out.put("publicHolidaysCalendar", || Node::object([("id", 1.into()), ("name", "France".into())]));
        out.put("isPartTime", || arrangement.full_time != "1.0");
        out.put("isArchived", || index == 2);
        out.put("isScheduleValid", || true);
        out.put("authorizedCommands", || Node::List(Vec::new()));
        out.put("referencePeriod", || {
            Node::object([("frequencyType", "week".into()), ("firstDayOfWeek", "monday".into())])
        });
        out.put("contractWorkingTimeDuration", || days(arrangement.days));
        out.put("referenceWorkingTimeDuration", || days("5"));
        out.put("fullDayAbsence", || Node::Null);
        out.put("currentAssignmentsCount", || {
            let has_it = |employee: &usize| {
                facts.people.employee(*employee).is_some_and(|known| known.status == Status::Active)
                    && facts.people.applicable_position(*employee).and_then(|position| position.post.arrangement)
                        == u8::try_from(index).ok()
            };
            Node::id((0..facts.people.employee_count()).filter(has_it).count() as u64)
        });
        out.put("timesheetRegulation", || Node::Null);
        out.put("currentSchedulePatternSummary", || Node::Null);
        Some(())
    },
};

struct Arrangement {
    name: &'static str,
    description: Option<&'static str>,
    unit: &'static str,
    full_time: &'static str,
    /// Of a week.
    days: &'static str,
}

static ARRANGEMENTS: [Arrangement; 3] = [
    Arrangement { name: "35 h / semaine", description: None, unit: "day", full_time: "1.0", days: "5" },
    Arrangement { name: "4 days of 5", description: Some("No Wednesdays"), unit: "day", full_time: "0.8", days: "4" },
    Arrangement { name: "Forfait 218 jours", description: None, unit: "hour", full_time: "1.0", days: "5" },
];

fn days(count: &str) -> Node {
    Node::object([
        ("value", Node::Raw(count.to_owned())),
        ("iso", format!("P{count}D").into()),
        ("unit", "days".into()),
    ])
}
