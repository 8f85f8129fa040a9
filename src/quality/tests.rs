//! Everything that schemas, queries and rules declare is SQL over the tables there are.

use std::path::Path;

use super::statement;
use crate::{
    catalog::{Catalog, DerivedTable, Table},
    engine::{
        Session, derive,
        stack::run_with_deep_stack,
        testing::{TestLake, ask, batch, dates, day, deep, strings},
    },
};

#[test]
fn every_declaration_and_every_rule_can_be_asked() {
    let catalog = Catalog::embedded().unwrap();
    let declared: Vec<_> =
        catalog.tables().iter().flat_map(|t| statement::declared(t, |_| true).collect::<Vec<_>>()).collect();
    assert!(declared.iter().any(|s| s.rule == "duplicate_key"));
    assert!(declared.iter().any(|s| s.rule == "overlapping_intervals"));
    for rule in &catalog.rules {
        let gate_of = rule.gate.as_ref().map(|g| &g.of);
        assert!(gate_of.is_none_or(|of| catalog.tables().iter().any(|t| t.name == *of)), "{}", rule.name);
    }
    let statements = declared.into_iter().chain(catalog.rules.iter().map(statement::of_rule));
    // A name of its own for each; that of a table would be one more definition of the table.
    let queries = statements.enumerate().flat_map(|(n, statement)| {
        [false, true].map(|before| {
            let name = format!("_{n}_{}_{before}", statement.rule);
            DerivedTable {
                table: Table { name, ..catalog.findings.clone() },
                sql: statement.findings(before),
                internal: false,
                over_time: Vec::new(),
                lowered: Vec::new(),
                without: Vec::new(),
            }
        })
    });
    let queries: Vec<DerivedTable> = queries.chain(catalog.derived.iter().cloned()).collect();
    let before = Table { name: statement::BEFORE.to_owned(), ..catalog.findings.clone() };
    let tables: Vec<Table> = catalog.api_tables().into_iter().chain([before]).collect();
    run_with_deep_stack(|| async move { derive::check(&queries, &tables).await.unwrap() }).unwrap();
}

#[test]
fn files_that_errors_name_are_there() {
    let catalog = Catalog::embedded().unwrap();
    let declared: Vec<_> =
        catalog.tables().iter().flat_map(|t| statement::declared(t, |_| true).collect::<Vec<_>>()).collect();
    let statements = declared.into_iter().chain(catalog.rules.iter().map(statement::of_rule));
    let statements = statements.map(|s| (s.findings(true), s.origin, catalog.findings.clone()));
    let queries = catalog.derived.iter().map(|query| (query.sql.clone(), query.file(), query.table.clone()));
    let all: Vec<_> = statements.chain(queries).collect();
    run_with_deep_stack(|| async move {
        // Without a table, whatever reads one fails.
        let session = Session::of_declared([]).unwrap();
        let mut named = 0;
        for (sql, origin, table) in &all {
            let Err(error) = derive::start(&session, origin, sql, table, chrono::NaiveDate::default()).await else {
                continue;
            };
            let error = error.to_string();
            for file in error.split([' ', ':']).filter(|word| word.contains('/') || word.ends_with(".sql")) {
                assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(file).is_file(), "{error}");
                named += 1;
            }
        }
        assert!(named >= catalog.rules.len() + catalog.derived.len() - 1, "{named}");
    })
    .unwrap();
}

/// A long row that covers several later ones, rows of the same day, rows that touch, and one that takes no day.
#[test]
fn rows_that_begin_on_a_day_that_is_taken_overlap() {
    let employments = Catalog::embedded().unwrap().table("employments").unwrap();
    let overlaps = statement::declared(&employments, |_| true).find(|s| s.rule == "overlapping_intervals").unwrap();
    let rows = [
        ("a1", "w1", "2020-01-01", Some("2025-12-31")),
        ("a2", "w1", "2021-01-01", Some("2021-06-30")),
        ("a3", "w1", "2023-01-01", Some("2023-06-30")),
        ("a4", "w1", "2026-01-01", None),
        ("b1", "w2", "2020-01-01", Some("2020-12-31")),
        ("b2", "w2", "2020-12-31", Some("2021-12-31")),
        ("b3", "w2", "2021-06-01", Some("2021-01-01")),
        ("b4", "w2", "2022-01-01", Some("2021-01-01")),
        ("c2", "w3", "2020-01-01", None),
        ("c1", "w3", "2020-01-01", None),
        ("d1", "w4", "2020-01-01", None),
    ];
    let table = batch(vec![
        ("id", strings(rows.iter().map(|r| Some(r.0)))),
        ("employee_id", strings(rows.iter().map(|r| Some(r.1)))),
        ("start_date", dates(rows.iter().map(|r| Some(day(r.2))))),
        ("end_date", dates(rows.iter().map(|r| r.3.map(day)))),
    ]);
    deep(|| async move {
        let mut lake = TestLake::default();
        lake.add_batch("employments", "2026-03-01", &table).await;
        let found = ask(&lake.session(), &format!("{} ORDER BY record_id", overlaps.sql)).await.unwrap();
        let wanted = ["a2", "a3", "b2", "c2"].map(|id| format!("employments,start_date,{id}\n"));
        assert_eq!(found, format!("table_name,column_name,record_id\n{}", wanted.concat()));
    });
}
