//! The shipped queries against a naive reading of their definitions, on random small HR histories.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};
use proptest::{collection::vec, option, prelude::*};

use super::*;
use crate::engine::{
    stack,
    testing::{csv, dates},
};

/// The columns of French law, elsewhere.
const ABROAD: &str = ",,,";

#[derive(Debug, Clone)]
struct Employment {
    employee: Option<u8>,
    entity: Option<u8>,
    start: Option<NaiveDate>,
    end: Option<NaiveDate>,
}

#[derive(Debug, Clone)]
struct Position {
    employment: u8,
    department: Option<u8>,
    manager: Option<u8>,
    start: Option<NaiveDate>,
    end: Option<NaiveDate>,
}

#[derive(Debug, Clone)]
struct Period {
    employment: u8,
    start: Option<NaiveDate>,
    initial: Option<NaiveDate>,
    extended: Option<NaiveDate>,
    end: Option<NaiveDate>,
}

/// A small account. Departments, entities and employees with an even number are visible.
#[derive(Debug, Clone)]
struct History {
    employments: Vec<Employment>,
    positions: Vec<Position>,
    periods: Vec<Period>,
    today: NaiveDate,
}

/// Forty days over the end of February of a leap year: close enough for ties.
fn some_day() -> impl Strategy<Value = NaiveDate> {
    (0..40_u64).prop_map(|n| day("2024-02-10") + Days::new(n))
}

fn history() -> impl Strategy<Value = History> {
    let maybe_day = || prop_oneof![9 => some_day().prop_map(Some), 1 => Just(None)];
    let number = |n: u8| prop_oneof![6 => (0..n).prop_map(Some), 1 => Just(None)];
    let employment = (number(5), number(3), maybe_day(), option::of(some_day()))
        .prop_map(|(employee, entity, start, end)| Employment { employee, entity, start, end });
    let position = (0..14_u8, number(3), number(6), maybe_day(), option::of(some_day())).prop_map(
        |(employment, department, manager, start, end)| Position { employment, department, manager, start, end },
    );
    let period = (0..14_u8, maybe_day(), maybe_day(), option::of(some_day()), maybe_day())
        .prop_map(|(employment, start, initial, extended, end)| Period { employment, start, initial, extended, end });
    (vec(employment, 0..13), vec(position, 0..60), vec(period, 0..20), some_day())
        .prop_map(|(employments, positions, periods, today)| History { employments, positions, periods, today })
}

fn id(prefix: &str, n: impl std::fmt::Display) -> String {
    format!("{prefix}{n}")
}

fn ids(prefix: &str, numbers: impl IntoIterator<Item = Option<u8>>) -> arrow::array::ArrayRef {
    strings(numbers.into_iter().map(|n| n.map(|n| id(prefix, n))))
}

fn visible(n: Option<u8>) -> Option<u8> {
    n.filter(|n| n % 2 == 0)
}

async fn lake_of(h: &History) -> TestLake {
    let mut lake = TestLake::default();
    let nothing = |n: usize| strings((0..n).map(|_| None::<&str>));
    let numbers = |n: usize| (0..u8::try_from(n).unwrap()).map(Some).collect::<Vec<_>>();
    let even = || (0..6_u8).filter(|n| visible(Some(*n)).is_some()).map(Some);
    let names = |prefix: &str| strings(even().map(|n| n.map(|n| format!("{prefix} {n}"))));
    let (es, ps, qs) = (&h.employments, &h.positions, &h.periods);
    let tables = [
        (
            "employees",
            batch(vec![
                ("id", ids("w", even())),
                ("given_name", names("given")),
                ("family_name", names("family")),
                ("email", names("mail")),
            ]),
        ),
        ("departments", batch(vec![("id", ids("d", even())), ("name", names("department"))])),
        (
            "legal_entities",
            batch(vec![
                ("id", ids("l", even())),
                ("legal_name", names("entity")),
                // The deadlines of French law are checked from the outside, by tests/acceptance.
                ("country_code", strings(even().map(|_| Some("DEU")))),
            ]),
        ),
        (
            "employments",
            batch(vec![
                ("id", ids("e", numbers(es.len()))),
                ("employee_id", ids("w", es.iter().map(|e| e.employee))),
                ("legal_entity_id", ids("l", es.iter().map(|e| e.entity))),
                ("start_date", dates(es.iter().map(|e| e.start))),
                ("end_date", dates(es.iter().map(|e| e.end))),
                // Not to be believed: it is the status of another day.
                ("status", strings(es.iter().map(|_| Some("deactivated")))),
            ]),
        ),
        (
            "job_positions",
            batch(vec![
                ("id", ids("p", numbers(ps.len()))),
                ("employment_id", ids("e", ps.iter().map(|p| Some(p.employment)))),
                ("business_establishment_id", nothing(ps.len())),
                ("job_qualification_id", nothing(ps.len())),
                ("occupation_category_id", nothing(ps.len())),
                ("department_id", ids("d", ps.iter().map(|p| p.department))),
                ("manager_id", ids("w", ps.iter().map(|p| p.manager))),
                ("job_title", strings((0..ps.len()).map(|n| Some(format!("title {n}"))))),
                ("starts_on", dates(ps.iter().map(|p| p.start))),
                ("ends_on", dates(ps.iter().map(|p| p.end))),
            ]),
        ),
        (
            "probationary_periods",
            batch(vec![
                ("id", ids("q", numbers(qs.len()))),
                ("employment_id", ids("e", qs.iter().map(|q| Some(q.employment)))),
                ("starts_on", dates(qs.iter().map(|q| q.start))),
                ("initial_ends_on", dates(qs.iter().map(|q| q.initial))),
                ("extended_ends_on", dates(qs.iter().map(|q| q.extended))),
                ("ends_on", dates(qs.iter().map(|q| q.end))),
            ]),
        ),
    ];
    for (name, rows) in tables {
        lake.add_batch(name, "2024-01-01", &rows).await;
    }
    lake
}

const TABLES: [&str; 6] =
    ["employees", "departments", "legal_entities", "employments", "job_positions", "probationary_periods"];

/// The rows of both derived tables as CSV lines without heading, in the order of the query.
async fn answer(h: &History) -> (Vec<String>, Vec<String>) {
    let lake = lake_of(h).await;
    let session = lake.session();
    let sink = MemorySink::beside(&lake);
    let (internal, published): (Vec<_>, Vec<_>) = shipped().into_iter().partition(|q| q.internal);
    run(&session, h.today, &internal, &TABLES, &sink).await.unwrap();
    let mut texts = Vec::new();
    for query in published {
        let text = csv(start(&session, "", &query.sql, &query.table, h.today).await.unwrap()).await.unwrap();
        texts.push(text.lines().skip(1).map(str::to_owned).collect::<Vec<_>>());
    }
    let probation = texts.pop().unwrap();
    (texts.pop().unwrap(), probation)
}

/// The two tables in the order of their names, and the internal ones that they read.
fn shipped() -> Vec<DerivedTable> {
    shipped_queries(&[
        "applicable_positions",
        "calendar_years",
        "employee_names",
        "headcount",
        "manager_names",
        "people_in_position",
        "probation_deadlines",
    ])
}

fn covers(start: Option<NaiveDate>, end: Option<NaiveDate>, today: NaiveDate) -> bool {
    start.is_some_and(|s| s <= today) && end.is_none_or(|e| e >= today)
}

fn show(value: Option<impl ToString>) -> String {
    value.map(|v| v.to_string()).unwrap_or_default()
}

fn naive_headcount(h: &History) -> BTreeSet<String> {
    let mut groups: BTreeMap<(Option<u8>, Option<u8>), BTreeSet<u8>> = BTreeMap::new();
    for p in &h.positions {
        let Some(e) = h.employments.get(usize::from(p.employment)) else { continue };
        if covers(e.start, e.end, h.today) && covers(p.start, p.end, h.today) {
            groups.entry((p.department, e.entity)).or_default().extend(e.employee);
        }
    }
    let named = |prefix: &str, name: &str, n: Option<u8>| {
        format!("{},{}", show(n.map(|n| id(prefix, n))), show(visible(n).map(|n| format!("{name} {n}"))))
    };
    let line = |((d, l), people): (&(Option<u8>, Option<u8>), &BTreeSet<u8>)| {
        format!("{},{},{}", named("d", "department", *d), named("l", "entity", *l), people.len())
    };
    groups.iter().map(line).collect()
}

/// Index of the position of an employment, read step by step from the documented rule.
fn naive_position(h: &History, employment: u8) -> Option<usize> {
    let mut mine: Vec<usize> = (0..h.positions.len()).filter(|i| h.positions[*i].employment == employment).collect();
    // Ties end with the smallest id, as text.
    mine.sort_by_key(|i| id("p", i));
    let start = |i: &usize| h.positions[*i].start;
    let latest = |set: Vec<usize>| {
        set.into_iter().fold(None, |best: Option<usize>, i| match best {
            Some(b) if start(&b) >= start(&i) => Some(b),
            _ => Some(i),
        })
    };
    let valid: Vec<usize> = mine.iter().copied().filter(|i| covers(start(i), h.positions[*i].end, h.today)).collect();
    if !valid.is_empty() {
        return latest(valid);
    }
    let upcoming: Vec<usize> = mine.iter().copied().filter(|i| start(i).is_some_and(|s| s > h.today)).collect();
    if let Some(first) = upcoming.iter().filter_map(start).min() {
        return upcoming.into_iter().find(|i| start(i) == Some(first));
    }
    latest(mine)
}

fn naive_probation(h: &History) -> Vec<String> {
    let mut rows = Vec::new();
    for (index, q) in h.periods.iter().enumerate() {
        let Some(e) = h.employments.get(usize::from(q.employment)) else { continue };
        if e.end.is_some_and(|end| end < h.today) {
            continue;
        }
        let position = naive_position(h, q.employment);
        let p = position.map(|i| &h.positions[i]);
        let person = |n: Option<u8>| {
            let name = |word: &str| show(visible(n).map(|n| format!("{word} {n}")));
            format!("{},{},{},{}", show(n.map(|n| id("w", n))), name("given"), name("family"), name("mail"))
        };
        let end = q.end.or(q.extended).or(q.initial);
        let days_left = end.map(|end| (end - h.today).num_days());
        let status = match (q.start, days_left) {
            (Some(start), _) if start > h.today => "upcoming",
            (_, Some(n)) if n < 0 => "ended",
            (_, Some(0..=7)) => "due_7_days",
            (_, Some(8..=30)) => "due_30_days",
            _ => "in_progress",
        };
        let department = p.and_then(|p| p.department);
        let line = format!(
            "{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}{ABROAD}",
            id("q", index),
            person(e.employee),
            id("e", q.employment),
            show(e.entity.map(|n| id("l", n))),
            show(visible(e.entity).map(|n| format!("entity {n}"))),
            show(department.map(|n| id("d", n))),
            show(visible(department).map(|n| format!("department {n}"))),
            show(position.map(|n| format!("title {n}"))),
            person(p.and_then(|p| p.manager)),
            show(q.start),
            show(q.initial),
            show(q.extended),
            show(end),
            q.extended.is_some(),
            show(days_left),
            status
        );
        rows.push(((end.is_none(), end, id("q", index)), line));
    }
    rows.sort();
    rows.into_iter().map(|(_, line)| line).collect()
}

/// One table-driven day per boundary, so that no boundary depends on chance.
#[test]
fn statuses_change_on_the_right_days() {
    let today = day("2024-02-27");
    let after = |n: i64| Some(today + chrono::Duration::days(n));
    let expected = [
        (-1, -400, "ended"),
        (-1, -1, "ended"),
        (0, 0, "due_7_days"),
        (-1, 7, "due_7_days"),
        (-1, 8, "due_30_days"),
        (-1, 30, "due_30_days"),
        (-1, 31, "in_progress"),
        (-1, 100_000, "in_progress"),
        (-1, -700_000, "ended"),
        (1, 5, "upcoming"),
    ];
    let open = Employment { employee: Some(2), entity: Some(0), start: after(-1), end: after(0) };
    let period = |(start, end, _): (i64, i64, &str)| Period {
        employment: 0,
        start: after(start),
        initial: after(3),
        extended: None,
        end: after(end),
    };
    let h = History { employments: vec![open], positions: vec![], periods: expected.map(period).to_vec(), today };
    deep(|| async move {
        let (_, rows) = answer(&h).await;
        let mut ends: Vec<String> = expected.iter().map(|(_, n, status)| format!(",{n},{status}")).collect();
        let mut seen: Vec<String> = rows
            .iter()
            .filter_map(|r| r.strip_suffix(ABROAD))
            .map(|r| r.rsplitn(3, ',').take(2).fold(String::new(), |a, b| format!(",{b}{a}")))
            .collect();
        ends.sort();
        seen.sort();
        assert_eq!(seen, ends);
        assert_eq!(rows, naive_probation(&h));
    });
}

/// Derivation also runs where stacks are ordinary.
#[tokio::test]
async fn shipped_queries_fit_an_ordinary_stack() {
    let today = day("2024-02-27");
    let h = History { employments: vec![], positions: vec![], periods: vec![], today };
    assert_eq!(answer(&h).await, (vec![], vec![]));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn shipped_queries_agree_with_their_definitions(h in history()) {
        let (headcount, probation) = stack::run_with_deep_stack(|| answer(&h)).unwrap();
        let groups: BTreeSet<String> = headcount.iter().cloned().collect();
        prop_assert_eq!(groups.len(), headcount.len(), "a group occurs twice");
        prop_assert_eq!(groups, naive_headcount(&h));
        // Same rows in the same order: so there is one row per period, and the order is total.
        prop_assert_eq!(probation, naive_probation(&h));
    }
}
