//! What is made of random people keeps what the quality gates ask of it: keys, references and days.

use arrow::{
    array::{RecordBatch, StringArray, new_null_array},
    compute::cast,
};
use chrono::Days;
use proptest::{collection::vec, option, prelude::*, test_runner::TestRunner};

use super::*;
use crate::engine::{
    stack,
    testing::{TestLake, ask as csv_of, day},
};

const DAY: &str = "2024-03-01";

#[derive(Debug, Clone)]
struct Contract {
    /// Days after the last day of the contract before; negative where they overlap.
    gap: i64,
    length: Option<u64>,
    archived: bool,
    applies: Option<bool>,
    ends: [Option<u64>; 2],
    days: [Option<i32>; 2],
}

#[derive(Debug, Clone)]
struct Person {
    is_visible: bool,
    own_dates: bool,
    contracts: Vec<Contract>,
    /// Field, day and value of each change.
    log: Vec<(&'static str, u64, u8)>,
    department: Option<u8>,
    custom: Option<&'static str>,
}

fn contract() -> impl Strategy<Value = Contract> {
    let gap = prop_oneof![6 => 1..20_i64, 2 => Just(1), 1 => -30..1_i64];
    let end = || option::of(1..200_u64);
    let days = || option::of(prop_oneof![0..200_i32, Just(i32::MAX), Just(-1)]);
    (
        gap,
        option::weighted(0.8, 0..200_u64),
        prop::bool::weighted(0.2),
        any::<Option<bool>>(),
        [end(), end()],
        [days(), days()],
    )
        .prop_map(|(gap, length, archived, applies, ends, days)| Contract {
            gap,
            length,
            archived,
            applies,
            ends,
            days,
        })
}

fn person() -> impl Strategy<Value = Person> {
    let field = prop_oneof![3 => Just("departmentid"), 1 => Just("legalentityid"), 1 => Just("manager")];
    let custom = prop_oneof![
        Just(r#"{"e_a": {"id": 1, "value": 84}, "E_B": [{"id": 2, "value": "x"}, "x", "x"]}"#),
        Just(r#"{"e_a": {"value": {"id": 84}}, "e_c": {"id": 2, "value": {"d": {"value": 1}}}}"#),
        Just("{}"),
    ];
    let own = (prop::bool::weighted(0.9), any::<bool>(), option::of(0..4_u8), option::of(custom));
    (own, vec(contract(), 0..4), vec((field, 0..900_u64, 0..4_u8), 0..5)).prop_map(
        |((is_visible, own_dates, department, custom), contracts, log)| Person {
            is_visible,
            own_dates,
            contracts,
            log,
            department,
            custom,
        },
    )
}

/// Rows of some columns of a table, as texts.
struct Texts {
    columns: &'static [&'static str],
    rows: Vec<Vec<Option<String>>>,
}

impl Texts {
    /// In the declared types; other columns are null, or where they may not be a text or time that is the same in all rows.
    fn batch(&self, table: &Table) -> RecordBatch {
        let columns = table.columns.iter().map(|declared| {
            let data_type = declared.lake_type.arrow();
            let cells: Vec<Option<String>> = match self.columns.iter().position(|name| *name == declared.name) {
                Some(index) => self.rows.iter().map(|row| row[index].clone()).collect(),
                None if declared.nullable => return new_null_array(&data_type, self.rows.len()),
                None => vec![Some("2024-03-01T00:00:00Z".to_owned()); self.rows.len()],
            };
            cast(&StringArray::from(cells), &data_type).unwrap()
        });
        RecordBatch::try_new(table.arrow_schema(), columns.collect()).unwrap()
    }
}

const CONTRACT: &[&str] = &[
    "id",
    "owner_id",
    "starts_on",
    "ends_on",
    "is_applicable",
    "trial_period_end_date",
    "trial_period_end_date2",
    "trial_period_days",
    "renewed_trial_period_days",
];

/// The tables that are read of people.
fn sources(people: &[Person]) -> Vec<(&'static str, Texts)> {
    let (mut users, mut log, mut contracts) = (Vec::new(), Vec::new(), [Vec::new(), Vec::new()]);
    let text = |value: &dyn std::fmt::Display| Some(value.to_string());
    let first = day("2022-01-01");
    for (id, person) in people.iter().enumerate() {
        let mut start = first;
        for contract in &person.contracts {
            start = match contract.gap {
                gap if gap < 0 => start - Days::new(gap.unsigned_abs()),
                gap => start + Days::new(gap.unsigned_abs()),
            };
            let end = contract.length.map(|length| start + Days::new(length));
            let after = |days: Option<u64>| days.and_then(|days| text(&(start + Days::new(days))));
            let [all, archived] = &mut contracts;
            let number = all.len() + archived.len();
            let row = vec![
                text(&number),
                text(&id),
                text(&start),
                end.and_then(|end| text(&end)),
                contract.applies.and_then(|applies| text(&applies)),
                after(contract.ends[0]),
                after(contract.ends[1]),
                contract.days[0].and_then(|days| text(&days)),
                contract.days[1].and_then(|days| text(&days)),
            ];
            if contract.archived {
                archived.push(row)
            } else {
                all.push(row)
            }
            start = end.unwrap_or(start + Days::new(300));
        }
        if person.is_visible {
            let starts = person.own_dates.then(|| first.to_string());
            let department = person.department.map(|d| d.to_string());
            users.push(vec![text(&id), starts, department, person.custom.map(str::to_owned)]);
        }
        for (field, days, value) in &person.log {
            let at = format!("{}T10:00:00Z", first + Days::new(*days));
            log.push(vec![text(&log.len()), text(field), text(&id), Some(at), text(value)]);
        }
    }
    let [all, archived] = contracts;
    vec![
        ("v3_users", Texts { columns: &["id", "dt_contract_start", "department_id", "extended_data"], rows: users }),
        ("v3_user_logs", Texts { columns: &["id", "name", "owner_id", "modified_at", "value"], rows: log }),
        ("v4_work_contracts", Texts { columns: CONTRACT, rows: all }),
        ("v4_archived_work_contracts", Texts { columns: CONTRACT, rows: archived }),
        (
            "v3_extension_definitions",
            Texts {
                columns: &["id", "format_key", "entries"],
                rows: vec![
                    vec![text(&"e_a"), text(&"select"), text(&r#"[{"id": 84, "name": "L"}]"#)],
                    vec![text(&"e_b"), None, None],
                ],
            },
        ),
    ]
}

/// Statements that give a row for what must not be.
const NEVER: &[&str] = &[
    "SELECT id FROM employees GROUP BY id HAVING count(*) > 1",
    "SELECT id FROM employments GROUP BY id HAVING count(*) > 1",
    "SELECT id FROM job_positions GROUP BY id HAVING count(*) > 1",
    "SELECT id FROM probationary_periods GROUP BY id HAVING count(*) > 1",
    "SELECT id FROM employee_attributes GROUP BY id HAVING count(*) > 1",
    "SELECT id FROM employee_attribute_definitions GROUP BY id HAVING count(*) > 1",
    "SELECT id FROM attribute_labels GROUP BY id HAVING count(*) > 1",
    // References lead somewhere.
    "SELECT p.id FROM job_positions p LEFT ANTI JOIN employments e ON e.id = p.employment_id AND e.employee_id = p.employee_id",
    "SELECT p.id FROM probationary_periods p LEFT ANTI JOIN employments e ON e.id = p.employment_id",
    "SELECT w.id FROM employees w LEFT ANTI JOIN employments e ON e.id = w.applicable_employment_id AND e.employee_id = w.id
     WHERE w.applicable_employment_id IS NOT NULL",
    "SELECT w.id FROM employees w LEFT ANTI JOIN job_positions p ON p.id = w.applicable_job_position_id
         AND p.employment_id = w.applicable_employment_id
     WHERE w.applicable_job_position_id IS NOT NULL",
    "SELECT a.id FROM employee_attributes a LEFT ANTI JOIN employee_attribute_definitions d ON d.id = a.definition_id",
    "SELECT a.id FROM employee_attributes a LEFT ANTI JOIN attribute_labels l ON l.id = a.value_reference_id
     WHERE a.value_reference_type = 'taxonomy-label'",
    // Whoever has a contract has one that applies, and a status.
    "SELECT w.id FROM employees w INNER JOIN employments e ON e.employee_id = w.id
     WHERE w.applicable_employment_id IS NULL OR w.status IS NULL",
    "SELECT w.id FROM employees w INNER JOIN employments e ON e.employee_id = w.id
     WHERE e.status = 'active' AND w.status <> 'active'",
    // Positions are within their contract, and share no day of it.
    "SELECT p.id FROM job_positions p INNER JOIN employments e ON e.id = p.employment_id
     WHERE p.starts_on < e.start_date OR p.ends_on > e.end_date OR (p.ends_on IS NULL AND e.end_date IS NOT NULL)
         OR p.ends_on < p.starts_on",
    "SELECT p.id FROM job_positions p INNER JOIN job_positions q ON q.employment_id = p.employment_id AND q.id <> p.id
     WHERE p.starts_on <= q.starts_on AND (p.ends_on IS NULL OR p.ends_on >= q.starts_on)",
    // The last position of a contract ends with it.
    "SELECT e.id FROM employments e INNER JOIN job_positions p ON p.employment_id = e.id
     GROUP BY e.id, e.end_date
     HAVING max(coalesce(p.ends_on, DATE '9999-12-31')) <> coalesce(e.end_date, DATE '9999-12-31')",
    // The end of a trial period is what is said, where something is.
    "SELECT p.id FROM probationary_periods p WHERE p.ends_on <> coalesce(p.extended_ends_on, p.initial_ends_on)",
    "SELECT c.id FROM contracts c LEFT JOIN probationary_periods p ON p.employment_id = c.id
     WHERE coalesce(c.trial_period_end_date2, c.trial_period_end_date) IS NOT NULL
         AND (p.ends_on IS NULL OR p.ends_on <> c.trial_period_end_date2 AND c.trial_period_end_date2 IS NOT NULL)",
    "SELECT c.id FROM contracts c INNER JOIN probationary_periods p ON p.employment_id = c.id
     WHERE c.trial_period_end_date IS NOT NULL AND p.initial_ends_on <> c.trial_period_end_date",
    // That none of this is said of nothing.
    "SELECT n FROM (SELECT count(*) AS n FROM probationary_periods) t WHERE n = 0",
    "SELECT n FROM (SELECT count(*) AS n FROM attribute_labels) t WHERE n = 0",
    "SELECT n FROM (SELECT count(*) AS n FROM job_positions WHERE _extra LIKE '%log of changes%') t WHERE n = 0",
    "SELECT n FROM (SELECT count(*) AS n FROM employments WHERE id LIKE 'user-%') t WHERE n = 0",
    "SELECT n FROM (SELECT count(*) AS n FROM employments WHERE _extra LIKE '%isArchived%') t WHERE n = 0",
    // Everybody whom the key may see is there, and all contracts that are not archived.
    "SELECT u.id FROM v3_users u LEFT ANTI JOIN employees w ON w.id = u.id",
    "SELECT c.id FROM v4_work_contracts c LEFT ANTI JOIN employments e ON e.id = c.id AND e.employee_id = c.owner_id",
];

/// The names of the tables and what is wrong with them, if anything is.
async fn broken(people: &[Person]) -> Vec<String> {
    let catalog = Catalog::embedded().unwrap();
    let mut lake = TestLake::default();
    let given = sources(people);
    for table in catalog.legacy.iter().flat_map(|resource| resource.all_tables()) {
        let rows = given.iter().find(|(name, _)| *name == table.name).map(|(_, texts)| texts.batch(&table));
        let files = rows.iter().filter(|rows| rows.num_rows() > 0).cloned().collect::<Vec<_>>();
        lake.add(&table.name, DAY, table.arrow_schema(), &files).await;
    }
    let needed: BTreeSet<&str> = given.iter().map(|(name, _)| *name).collect();
    for Step { mapped, reads } in order(&catalog.mapped).unwrap() {
        let table = mapped.own.clone().or_else(|| catalog.table(&mapped.name)).unwrap();
        let made = |name: &String| lake.tables.iter().any(|t| t.table == *name && !t.files.is_empty());
        let rows = match reads.iter().any(|name| needed.contains(name.as_str()) || made(name)) {
            true => {
                let session = lake.session();
                session.give_json_functions();
                let parameters = Parameters { as_of: Some(day(DAY)), ..parameters(&mapped) };
                ask(&session, &mapped, &table, &parameters, &Columns::new())
                    .await
                    .unwrap()
                    .rows
                    .collect()
                    .await
                    .unwrap()
            }
            false => Vec::new(),
        };
        let rows: Vec<RecordBatch> = rows.into_iter().filter(|rows| rows.num_rows() > 0).collect();
        lake.add(&table.name, DAY, table.arrow_schema(), &rows).await;
    }
    let session = lake.session();
    let mut broken = Vec::new();
    for never in NEVER {
        let found = csv_of(&session, never).await.unwrap();
        if found.lines().count() > 1 {
            broken.push(format!("{never}: {}", found.lines().skip(1).take(3).collect::<Vec<_>>().join(" ")));
        }
    }
    broken
}

#[test]
fn what_is_made_of_random_people_keeps_keys_references_and_days() {
    // Many people at once rather than many times a few: the queries are planned anew each time.
    let mut runner = TestRunner::new(ProptestConfig { cases: 3, max_shrink_iters: 60, ..ProptestConfig::default() });
    let kept = runner.run(&vec(person(), 60..90), |people| {
        let (told, heard) = std::sync::mpsc::channel();
        stack::run_with_deep_stack(|| async move { told.send(broken(&people).await).unwrap() }).unwrap();
        let broken = heard.recv().unwrap();
        prop_assert!(broken.is_empty(), "{broken:#?}");
        Ok(())
    });
    kept.unwrap();
}
