//! `explain_number`: the people behind a cell of a derived table.
//!
//! Declared for the tables whose numbers count people one by one. The people are asked for by SQL like anything else, so
//! whoever the ceiling hides stays hidden, and a table that it hides explains nothing.

use std::{collections::BTreeMap, fmt::Write as _};

use serde_json::{Map, Value, json};

use super::{
    answer::{Answer, ToolError},
    arguments::Arguments,
    lake::LakeSide,
    query::{MOST_ROWS, run, value},
};
use crate::engine;

/// A column of numbers, and whom it counts.
#[derive(Debug)]
struct Explained {
    table: &'static str,
    column: &'static str,
    /// What tells the cell.
    cell: &'static [Key],
    /// Rows of people, one for each that is counted.
    people: &'static str,
    /// Why there may be more or fewer people than the number says.
    unless: &'static str,
}

/// A column that tells a cell from others, and what it asks of the people.
#[derive(Debug)]
struct Key {
    column: &'static str,
    /// The condition, with `$` before the column's name.
    given: &'static str,
    /// The condition where the cell has null; empty where it has none.
    null: &'static str,
}

const DEPARTMENT: Key =
    Key { column: "department_id", given: "department_id = $department_id", null: "department_id IS NULL" };
const LEGAL_ENTITY: Key =
    Key { column: "legal_entity_id", given: "legal_entity_id = $legal_entity_id", null: "legal_entity_id IS NULL" };
/// On the axis of departments there is none, and people of all legal entities count.
const ANY_LEGAL_ENTITY: Key = Key { null: "TRUE", ..LEGAL_ENTITY };
const WITH_BELOW: Key = Key {
    column: "department_id",
    given: "department_id IN (SELECT descendant_id FROM department_closure WHERE ancestor_id = $department_id)",
    null: "department_id IS NULL",
};
const MANAGER: Key = Key { column: "manager_id", given: "manager_id = $manager_id", null: "" };
const ESTABLISHMENT: Key = Key {
    column: "business_establishment_id",
    given: "business_establishment_id = $business_establishment_id",
    null: "business_establishment_id IS NULL",
};
const MONTH: Key =
    Key { column: "month_end", given: "date_trunc('month', event_date) = date_trunc('month', $month_end)", null: "" };

const CURRENT: &str = "SELECT employee_id, employee_given_name, employee_family_name, employee_email, department_name, \
                       legal_entity_name, job_title FROM people_current WHERE TRUE";
const OVERLAP: &str = "somebody with two positions that day counts in both departments, and is listed in one";
const OF_MONTH: &[Key] = &[MONTH, LEGAL_ENTITY, ESTABLISHMENT, DEPARTMENT];

const fn of_month(column: &'static str, people: &'static str) -> Explained {
    Explained {
        table: "movements_monthly",
        column,
        cell: OF_MONTH,
        people,
        unless: "a month in the future has movements that are not counted yet",
    }
}

const EXPLAINED: [Explained; 10] = [
    Explained {
        table: "headcount",
        column: "headcount",
        cell: &[DEPARTMENT, LEGAL_ENTITY],
        people: CURRENT,
        unless: OVERLAP,
    },
    Explained {
        table: "headcount_rollup",
        column: "headcount",
        cell: &[DEPARTMENT, ANY_LEGAL_ENTITY],
        people: CURRENT,
        unless: OVERLAP,
    },
    Explained {
        table: "headcount_rollup",
        column: "headcount_with_sub_departments",
        cell: &[WITH_BELOW, ANY_LEGAL_ENTITY],
        people: CURRENT,
        unless: OVERLAP,
    },
    Explained {
        table: "span_of_control",
        column: "direct_reports",
        cell: &[MANAGER],
        people: "SELECT report_id, report_given_name, report_family_name, report_email, depth FROM manager_closure WHERE depth \
                 = 1 AND report_id <> manager_id",
        unless: "",
    },
    Explained {
        table: "span_of_control",
        column: "indirect_reports",
        cell: &[MANAGER],
        people: "SELECT report_id, report_given_name, report_family_name, report_email, depth FROM manager_closure WHERE depth \
                 > 1 AND report_id <> manager_id",
        unless: "",
    },
    of_month(
        "joiners",
        "SELECT employee_id, employee_given_name, employee_family_name, employee_email, event_date FROM movements WHERE event = 'joiner'",
    ),
    of_month(
        "rehires",
        "SELECT employee_id, employee_given_name, employee_family_name, employee_email, event_date FROM movements WHERE event = 'rehire'",
    ),
    of_month(
        "leavers",
        "SELECT employee_id, employee_given_name, employee_family_name, employee_email, event_date FROM movements WHERE event = 'leaver'",
    ),
    of_month(
        "transfers_in",
        "SELECT employee_id, employee_given_name, employee_family_name, employee_email, event_date FROM movements WHERE event = 'transfer_in'",
    ),
    of_month(
        "transfers_out",
        "SELECT employee_id, employee_given_name, employee_family_name, employee_email, event_date FROM movements WHERE event = 'transfer_out'",
    ),
];

/// The columns that can be explained, as `table.column`.
pub(super) fn explained() -> String {
    EXPLAINED.iter().map(|one| format!("{}.{}", one.table, one.column)).collect::<Vec<_>>().join(", ")
}

/// `explain_number`.
pub(super) async fn tool(lake: &LakeSide, mut arguments: Arguments) -> Result<Answer, ToolError> {
    let table = arguments.needed("table")?;
    let column = arguments.needed("column")?;
    let cell = arguments.object("cell")?;
    let as_of = arguments.date("as_of")?;
    arguments.end()?;
    let explained = EXPLAINED.iter().find(|one| one.table == table && one.column == column);
    let explained = explained.ok_or_else(|| {
        ToolError(format!(
            "people are told behind {}; the numbers of other tables are asked of people by query",
            self::explained()
        ))
    })?;
    let day = lake.day(as_of).await?;
    day.table(&table)?;
    let (conditions, values) = conditions(explained, cell)?;
    let session = lake.session(&day)?;
    let cell = conditions.cell.join(" AND ");
    let sql = format!("SELECT {column} FROM {table} WHERE {cell}");
    let number = run(lake, &day, &session, &sql, used(&values, &sql), 2).await?;
    let number = match number.rows.as_slice() {
        [row] => row.get(&column).cloned().unwrap_or_default(),
        [] => {
            return Err(ToolError(format!("{table} has no such row; give {} as its rows have them", names(explained))));
        }
        _ => return Err(ToolError(format!("{table} has several such rows; give all of {}", names(explained)))),
    };
    let sql = format!("{} AND {} ORDER BY 3, 2, 1", explained.people, conditions.people.join(" AND "));
    let people = run(lake, &day, &session, &sql, used(&values, &sql), MOST_ROWS).await;
    let people = people.map_err(|error| {
        // A table that the people are asked of is above the ceiling, which its absence alone would not explain.
        let ceiling = lake.ceiling;
        ToolError(format!("who is behind it cannot be told with --max-privacy {ceiling}: {error}"))
    })?;
    let found = people.rows.len();
    let mut text =
        format!("{table}.{column} is {number} as of {}; {found} people:\n{}", day.snapshot.as_of, people.table);
    let differs = number.as_u64().is_none_or(|number| number != found as u64);
    let note = if differs { explained.unless } else { "" };
    if !note.is_empty() {
        let _ = writeln!(text, "The two may differ: {note}.");
    }
    let structured = json!({
        "as_of": day.snapshot.as_of,
        "number": number,
        "people": people.rows,
        "more_rows": people.cut,
        "note": note,
    });
    Ok(Answer { text, structured })
}

/// What is asked of the table, and of the people.
#[derive(Debug, Default)]
struct Conditions {
    cell: Vec<String>,
    people: Vec<String>,
}

fn names(explained: &Explained) -> String {
    explained.cell.iter().map(|key| key.column).collect::<Vec<_>>().join(", ")
}

fn conditions(
    explained: &Explained,
    mut cell: Map<String, Value>,
) -> Result<(Conditions, BTreeMap<String, engine::Value>), ToolError> {
    let mut conditions = Conditions::default();
    let mut values = BTreeMap::new();
    for Key { column, given, null } in explained.cell {
        match cell.remove(*column).filter(|value| !value.is_null()) {
            Some(told) => {
                values.insert((*column).to_owned(), value(column, told)?);
                conditions.cell.push(format!("{column} = ${column}"));
                conditions.people.push((*given).to_owned());
            }
            None if null.is_empty() => return Err(ToolError(format!("cell.{column} is missing"))),
            None => {
                conditions.cell.push(format!("{column} IS NULL"));
                conditions.people.push((*null).to_owned());
            }
        }
    }
    // A whole row may be given; the rest of it tells the cell no better.
    Ok((conditions, values))
}

/// The values that a statement has a `$name` for.
fn used(values: &BTreeMap<String, engine::Value>, sql: &str) -> BTreeMap<String, engine::Value> {
    let is_used = |name: &str| sql.contains(&format!("${name}"));
    values.iter().filter(|(name, _)| is_used(name)).map(|(name, value)| (name.clone(), value.clone())).collect()
}
