mod people;

use chrono::NaiveDate;

use super::*;
use crate::{
    catalog::{Catalog, Without},
    engine::{Value, testing::deep},
};

/// Those that the query has.
fn parameters(mapped: &Mapped) -> Parameters {
    let names = ["sensitive_accounts", "harmless_accounts", "attribute_people"]
        .into_iter()
        .filter(|name| mapped.sql.contains(name));
    let values = names.map(|name| (name.to_owned(), Value::Text(String::new()))).collect();
    Parameters { as_of: Some(NaiveDate::default()), values }
}

/// Every query is planned over the declared tables of the older APIs alone, and gives the columns of its table.
#[test]
fn every_query_gives_the_columns_of_its_table() {
    deep(|| async {
        let catalog = Catalog::embedded().unwrap();
        let sources: Vec<Table> = catalog.legacy.iter().flat_map(|resource| resource.all_tables()).collect();
        let session = Session::of_declared(&sources).unwrap();
        session.give_json_functions();
        for Step { mapped, .. } in order(&catalog.mapped).unwrap() {
            let table = mapped.own.clone().or_else(|| catalog.table(&mapped.name)).unwrap();
            let MappedRows { rows, nulls } =
                ask(&session, &mapped, &table, &parameters(&mapped), &Columns::new()).await.unwrap();
            assert_eq!(rows.collect().await.unwrap().iter().map(|b| b.num_rows()).sum::<usize>(), 0, "{}", mapped.name);
            let known = |name: &String| table.columns.iter().any(|c| c.name == *name);
            assert!(mapped.not_available.iter().all(known), "{}", mapped.name);
            assert!(nulls.iter().all(known), "{}", mapped.name);
            let reads = |without: &Without| without.column.is_none() && session.has_table(&without.table);
            assert!(mapped.without.iter().all(reads), "{}: {:?}", mapped.name, mapped.without);
            // What is read by other queries of these.
            session
                .register(&[TableFiles {
                    table: table.name.clone(),
                    as_of: NaiveDate::default(),
                    schema: table.arrow_schema(),
                    files: Vec::new(),
                }])
                .unwrap();
        }
    });
}

fn mapped(name: &str, sql: &str) -> Mapped {
    Mapped {
        name: name.into(),
        own: None,
        internal: false,
        sql: sql.into(),
        not_available: Vec::new(),
        without: Vec::new(),
        past_from: Vec::new(),
    }
}

#[test]
fn queries_come_after_those_that_they_read() {
    deep(|| async {
        let names = |queries: &[Mapped]| -> Vec<String> {
            order(queries).unwrap().into_iter().map(|step| step.mapped.name).collect()
        };
        let queries =
            [mapped("c", "SELECT 1 FROM x"), mapped("a", "SELECT 1 FROM b, c"), mapped("b", "SELECT 1 FROM c")];
        assert_eq!(names(&queries), ["c", "b", "a"]);
        let circle = order(&[mapped("a", "SELECT 1 FROM b"), mapped("b", "SELECT 1 FROM a")]).unwrap_err();
        assert!(circle.to_string().contains('a'), "{circle}");
    });
}
