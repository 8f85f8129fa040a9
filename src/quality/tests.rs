//! Everything that schemas, queries and rules declare is SQL over the tables there are.

use super::statement;
use crate::{
    catalog::{Catalog, DerivedTable, Table},
    engine::{derive, stack::run_with_deep_stack},
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
