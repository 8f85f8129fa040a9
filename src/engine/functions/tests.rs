use std::{collections::BTreeSet, sync::Arc};

use arrow::array::{AsArray as _, StringArray};
use arrow::datatypes::IntervalMonthDayNanoType;

use super::*;
use crate::{
    catalog::{Catalog, Privacy},
    engine::{
        EngineError, Parameters, Session,
        privacy::{Classes, computed},
        query,
        testing::{TestLake, ask, batch, csv, day, deep, empty_session},
    },
};

fn with_functions(lake: &TestLake) -> Session {
    let session = lake.session();
    session.give_functions();
    session
}

/// A CSV file below its one line of comment, as a table of texts, and its rows.
async fn table_of(file: &'static str) -> (Session, Vec<Vec<&'static str>>) {
    let mut lines = file.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>());
    let names = lines.next().unwrap();
    let rows: Vec<Vec<&str>> = lines.collect();
    let column = |index: usize| Arc::new(rows.iter().map(|row| Some(row[index])).collect::<StringArray>()) as _;
    let columns = names.iter().enumerate().map(|(index, name)| (*name, column(index))).collect();
    let mut lake = TestLake::default();
    lake.add_batch("t", "2026-01-01", &batch(columns)).await;
    (with_functions(&lake), rows)
}

#[test]
fn parts_of_dates_are_those_of_duckdb() {
    deep(|| async {
        let (session, rows) = table_of(include_str!("parts.duckdb.csv")).await;
        let sql = "SELECT a, year(a), quarter(a), month(a), week(a), day(a), hour(a), minute(a), second(a), dayofyear(a), last_day(a)
                   FROM (SELECT t.a AS text, CAST(a AS TIMESTAMP) AS a FROM t) t";
        let sql = sql.replacen("SELECT a,", "SELECT text,", 1);
        let found = ask(&session, &sql).await.unwrap();
        let wanted: Vec<String> = rows.iter().map(|row| row.join(",")).collect();
        assert_eq!(found.lines().skip(1).collect::<Vec<_>>(), wanted);
        let dates = "SELECT year(d), month(d), day(d), hour(d), last_day(d), weekofyear(d), dayofmonth(d) FROM (SELECT DATE '2027-01-01' AS d)";
        assert_eq!(ask(&session, dates).await.unwrap().lines().nth(1), Some("2027,1,1,0,2027-01-31,53,1"));
    });
}

#[test]
fn time_between_two_dates_is_that_of_duckdb() {
    deep(|| async {
        let (session, rows) = table_of(include_str!("between.duckdb.csv")).await;
        for unit in ["year", "quarter", "month", "day", "hour", "minute", "second"] {
            for name in ["date_diff", "datediff"] {
                let sql = format!(
                    "SELECT {unit} AS wanted, {name}('{unit}s', CAST(a AS TIMESTAMP), CAST(b AS TIMESTAMP)) AS found FROM t"
                );
                let answer = ask(&session, &sql).await.unwrap();
                assert_eq!(answer.lines().count(), rows.len() + 1);
                for line in answer.lines().skip(1) {
                    let (wanted, found) = line.split_once(',').unwrap();
                    assert_eq!(wanted, found, "{unit}");
                }
            }
        }
        let sql = "SELECT age(CAST(b AS TIMESTAMP), CAST(a AS TIMESTAMP)) AS age FROM t";
        let batches = query::run(&session, sql, None).await.unwrap().collect().await.unwrap();
        let ages = batches.iter().flat_map(|batch| batch.column(0).as_primitive::<IntervalMonthDayNanoType>().values());
        let found: Vec<[i64; 3]> =
            ages.map(|age| [age.months.into(), age.days.into(), age.nanoseconds / 1_000]).collect();
        let wanted: Vec<[i64; 3]> =
            rows.iter().map(|row| [10, 11, 12].map(|at| row[at - 1].parse().unwrap())).collect();
        assert_eq!(found.len(), wanted.len());
        for (row, (found, wanted)) in rows.iter().zip(found.iter().zip(&wanted)) {
            assert_eq!(found, wanted, "{} to {}", row[0], row[1]);
        }
    });
}

#[test]
fn whole_years_nulls_and_texts() {
    deep(|| async {
        let session = empty_session();
        session.give_functions();
        for (expression, answer) in [
            ("date_part('year', age(DATE '2026-03-14', DATE '1990-03-15'))", "35"),
            ("date_part('year', age(DATE '2026-03-15', DATE '1990-03-15'))", "36"),
            ("year(age(DATE '2026-03-15', DATE '1990-03-15'))", "36"),
            ("year('2026-03-15')", "2026"),
            ("date_diff('day', '2026-03-14', DATE '2026-03-15')", "1"),
            ("date_diff('DAYS', DATE '2026-03-14', now()) > 0", "true"),
            ("year(NULL)", ""),
            ("date_diff('day', DATE '2026-03-15', NULL)", ""),
            ("date_diff(NULL, DATE '2026-03-15', DATE '2026-03-15')", ""),
            ("age(NULL, DATE '2026-03-15')", ""),
            ("last_day(NULL)", ""),
        ] {
            let found = ask(&session, &format!("SELECT {expression} AS answer")).await.unwrap();
            assert_eq!(found.lines().nth(1).unwrap_or_default().trim_matches('"'), answer, "{expression}");
        }
        let parameters = Parameters {
            as_of: Some(day("2026-03-15")),
            values: [("since".to_owned(), crate::engine::Value::Text("2026-01-01".into()))].into_iter().collect(),
        };
        let planned =
            query::plan(&session, "SELECT date_diff('day', $since, $as_of) AS days", &parameters).await.unwrap();
        assert_eq!(csv(planned.rows().await.unwrap()).await.unwrap(), "days\n73\n");
    });
}

#[test]
fn only_sessions_that_were_given_them_have_the_functions() {
    deep(|| async {
        let (without, with) = (empty_session(), empty_session());
        with.give_functions();
        for given in &GIVEN {
            for name in std::iter::once(&given.name).chain(given.aliases) {
                let call = given.call.replacen(given.name, name, 1);
                let sql = format!(
                    "SELECT {call} AS answer FROM (SELECT DATE '2024-01-31' AS start_date, DATE '2024-03-15' AS end_date, now() AS created_at)"
                );
                let error =
                    query::run(&without, &sql, Some(day("2026-01-01"))).await.map(|_| ()).unwrap_err().to_string();
                assert!(error.contains(&format!("there is no function {name}; only `query` has it")), "{error}");
                let answer = csv(query::run(&with, &sql, Some(day("2026-01-01"))).await.unwrap()).await.unwrap();
                assert_eq!(answer.lines().count(), 2, "{call}: {answer}");
                if let Some(portable) = given.portable {
                    let portable = sql.replacen(&call, portable, 1);
                    assert_eq!(ask(&without, &portable).await.unwrap(), answer, "{portable}");
                }
            }
        }
    });
}

#[test]
fn names_of_given_functions_are_not_datafusions() {
    let session = empty_session();
    let state = session.context().state();
    let mut seen = BTreeSet::new();
    for name in GIVEN.iter().flat_map(|given| std::iter::once(&given.name).chain(given.aliases)) {
        assert!(!state.scalar_functions().contains_key(*name), "{name} would be replaced");
        assert!(seen.insert(*name), "{name} is given twice");
    }
}

/// A function is as private as its arguments, and never less.
#[test]
fn functions_lower_no_class() {
    deep(|| async {
        let tables = Catalog::embedded().unwrap().api_tables();
        let (session, classes) = (Session::of_declared(&tables).unwrap(), Classes::of(&tables));
        session.give_functions();
        let parameters = Parameters::of_day(Some(day("2026-01-01")));
        let class = async |expression: &str| {
            let sql = format!("SELECT {expression} AS answer FROM employee_personal_records");
            computed(&query::plan(&session, &sql, &parameters).await.unwrap(), &classes).most_private()
        };
        let of_column = class("birth_date").await;
        assert!(of_column > Privacy::None);
        for call in GIVEN.iter().map(|given| given.call) {
            for column in ["start_date", "end_date", "created_at"].into_iter().filter(|column| call.contains(column)) {
                let call = call.replace(column, "birth_date");
                let call = ["start_date", "end_date"].iter().fold(call, |call, other| call.replace(other, "$as_of"));
                assert_eq!(class(&call).await, of_column, "{call}");
            }
        }
    });
}

#[test]
fn formats_of_other_engines_are_refused() {
    deep(|| async {
        let session = empty_session();
        for sql in [
            "SELECT to_char(DATE '2024-01-31', 'YYYY-MM')",
            "SELECT 1 WHERE EXISTS (SELECT 1 WHERE date_format(DATE '2024-01-31', 'yyyy') = '2024')",
            "SELECT count(*) FROM (SELECT DATE '2024-01-31' AS d) GROUP BY to_char(d, 'MM')",
        ] {
            let error = query::run(&session, sql, None).await.map(|_| ()).unwrap_err();
            assert!(matches!(error, EngineError::Sql { position: Some(_), .. }), "{sql}: {error:?}");
            assert!(error.to_string().contains("is no format of dates here"), "{error}");
        }
        assert_eq!(ask(&session, "SELECT to_char(DATE '2024-01-31', '%Y-%m') AS m").await.unwrap(), "m\n2024-01\n");
    });
}

#[test]
fn the_documentation_lists_the_functions() {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/querying.md")).unwrap();
    let rows: String = GIVEN.iter().map(|given| format!("| `{}` | {} |\n", given.call, given.gives)).collect();
    assert!(text.contains(&format!("| function | gives |\n|---|---|\n{rows}\n")), "{rows}");
    let aliases = GIVEN.iter().flat_map(|given| given.aliases.iter().map(move |alias| (alias, given.name)));
    for (alias, name) in aliases {
        assert!(
            text.contains(&format!("`{alias}` is another name of `{name}`"))
                || text.contains(&format!("`{alias}` of `{name}`"))
        );
    }
}
