use super::*;
use crate::{
    catalog::Catalog,
    engine::{Parameters, Session, query, testing::deep},
};

/// Statements, and their columns that are null in every row where nobody told portraits.
const CASES: &[(&str, &[&str])] = &[
    ("SELECT CAST(NULL AS TEXT) AS a, 1 AS b, NULL AS c", &["a", "c"]),
    ("WITH x AS (SELECT CAST(NULL AS DATE) AS a, 1 AS b) SELECT x.a, b FROM x WHERE b > 0 ORDER BY b LIMIT 3", &["a"]),
    ("SELECT CAST(NULL AS TEXT) AS a, NULL AS b UNION ALL SELECT 'x', NULL", &["b"]),
    ("SELECT DISTINCT a FROM (SELECT CAST(NULL AS TEXT) AS a)", &["a"]),
    ("SELECT coalesce(NULL, 'x') AS a, CASE WHEN true THEN NULL ELSE 1 END AS b", &[]),
    ("SELECT id, portrait_id AS a, _extra FROM employees", &["a"]),
    (
        "SELECT upper(portrait_id) AS a, 'x' || portrait_id AS b, coalesce(portrait_id, id) AS c FROM employees",
        &["a", "b"],
    ),
    ("SELECT portrait_id IS NULL AS a, portrait_id = 'x' AS b, NOT portrait_id = 'x' AS c FROM employees", &["b", "c"]),
    ("SELECT portrait_id = 'x' OR id = 'x' AS a, portrait_id IS DISTINCT FROM id AS b FROM employees", &[]),
    (
        "SELECT portrait_id IN ('x', id) AS a, portrait_id LIKE 'x%' AS b, portrait_id BETWEEN 'a' AND 'b' AS c FROM employees",
        &["a", "b", "c"],
    ),
    (
        "SELECT CASE WHEN portrait_id = 'x' THEN 1 END AS a, CASE portrait_id WHEN 'x' THEN 1 ELSE 2 END AS b, \
         CASE WHEN id = 'x' THEN portrait_id END AS c FROM employees",
        &["a", "c"],
    ),
    (
        "SELECT max(portrait_id) AS a, count(portrait_id) AS b, sum(length(portrait_id)) AS c FROM employees",
        &["a", "c"],
    ),
    ("SELECT portrait_id AS a, count(*) AS b FROM employees GROUP BY portrait_id", &["a"]),
    ("SELECT portrait_id AS a, count(*) AS b FROM employees GROUP BY ROLLUP (portrait_id)", &[]),
    (
        "SELECT lag(portrait_id) OVER (ORDER BY id) AS a, lag(portrait_id, 1, 'x') OVER (ORDER BY id) AS b, \
         max(portrait_id) OVER (PARTITION BY id) AS c, row_number() OVER (ORDER BY portrait_id) AS d FROM employees",
        &["a", "c"],
    ),
    (
        "SELECT d.name AS a, e.portrait_id AS b, d.id AS c FROM departments d LEFT JOIN employees e ON e.id = d.manager_id",
        &["b"],
    ),
    ("SELECT d.name AS a, e.id AS b FROM employees e LEFT JOIN departments d ON d.id = e.portrait_id", &["a"]),
    ("SELECT e.id AS a, d.name AS b FROM departments d RIGHT JOIN employees e ON d.id = e.portrait_id", &["b"]),
    ("SELECT id AS a FROM employees e WHERE EXISTS (SELECT 1 FROM departments d WHERE d.id = e.portrait_id)", &[]),
];

#[test]
fn columns_that_are_always_null_are_found_wherever_that_follows() {
    deep(|| async {
        let session = Session::of_declared(&Catalog::embedded().unwrap().api_tables()).unwrap();
        let portraits = Columns::from([("employees".to_owned(), BTreeSet::from(["portrait_id".to_owned()]))]);
        for (sql, expected) in CASES {
            let none = Parameters::default();
            let planned = query::plan(&session, sql, &none).await.unwrap();
            assert_eq!(names(planned.logical(), &portraits), *expected, "{sql}");
        }
    });
}

/// What is found is null for every row: asked of rows that have everything but portraits.
#[test]
fn what_is_found_to_be_null_is_null() {
    deep(|| async {
        let mut lake = crate::engine::testing::TestLake::default();
        let catalog = Catalog::embedded().unwrap();
        for (name, rows) in [("employees", 3_i32), ("departments", 3)] {
            let table = catalog.table(name).unwrap();
            let schema = table.arrow_schema();
            let arrays = schema.fields().iter().map(|field| match field.data_type() {
                arrow::datatypes::DataType::Utf8 if field.name() != "portrait_id" => {
                    crate::engine::testing::strings((0..rows).map(|row| Some(format!("{row}"))))
                }
                other => arrow::array::new_null_array(other, rows as usize),
            });
            let fields: Vec<_> = schema.fields().iter().map(|f| f.as_ref().clone().with_nullable(true)).collect();
            let schema = std::sync::Arc::new(arrow::datatypes::Schema::new(fields));
            let batch =
                arrow::record_batch::RecordBatch::try_new(std::sync::Arc::clone(&schema), arrays.collect()).unwrap();
            lake.add(name, "2026-03-01", schema, &[batch]).await;
        }
        let session = lake.session();
        for (sql, expected) in CASES {
            let rows = query::run(&session, sql, None).await.unwrap();
            let schema = std::sync::Arc::clone(rows.schema());
            for batch in rows.collect().await.unwrap() {
                for name in *expected {
                    let column = batch.column(schema.index_of(name).unwrap());
                    assert_eq!(column.logical_null_count(), batch.num_rows(), "{name} of {sql}");
                }
            }
        }
    });
}
