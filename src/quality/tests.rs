//! Everything that schemas, queries and rules declare is SQL over the tables there are.

use std::path::Path;

use super::statement;
use crate::{
    catalog::{Catalog, DerivedTable, Table},
    engine::{Session, derive, stack::run_with_deep_stack},
};

#[test]
fn every_declaration_and_every_rule_can_be_asked() {
    let catalog = Catalog::embedded().unwrap();
    let declared: Vec<_> = catalog.tables().iter().flat_map(|t| statement::declared(t).collect::<Vec<_>>()).collect();
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
                lowered: Vec::new(),
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
    let declared: Vec<_> = catalog.tables().iter().flat_map(|t| statement::declared(t).collect::<Vec<_>>()).collect();
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
