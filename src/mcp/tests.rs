//! What the ceiling lets through, for every table and column that there is.

use std::{collections::BTreeMap, sync::Arc};

use arrow::array::RecordBatch;
use serde_json::{Value, json};

use super::{
    arguments::Arguments,
    ceiling,
    lake::LakeSide,
    people::whose,
    query,
    server::{Parts, Server},
};
use crate::{
    catalog::{Catalog, Privacy, Table},
    engine::{SessionOptions, testing::deep},
    lake::{
        Described, DescribedColumn, Lake, Publication, Replaces, Snapshot, SnapshotState, TableWriter, WriterOptions,
        publish,
    },
};

/// Columns of the tenant's own, in both wide tables: one of each class.
const OWN: [(&str, Privacy); 4] = [
    ("own_none", Privacy::None),
    ("own_directory", Privacy::Directory),
    ("own_personal", Privacy::Personal),
    ("own_sensitive", Privacy::Sensitive),
];

/// The catalogue's tables, wide ones with the tenant's own columns.
fn tables(catalog: &Catalog) -> Vec<Table> {
    let mut tables = catalog.tables();
    for table in tables.iter_mut().filter(|table| table.name.ends_with("_snapshot")) {
        let own = OWN.map(|(name, privacy)| {
            crate::catalog::TableColumn::new(name, crate::catalog::LakeType::String, true, privacy, "Own.")
        });
        table.columns.extend(own);
    }
    tables
}

/// A lake with every table there is, without a row.
async fn lake(folder: &tempfile::TempDir) -> (Catalog, Lake, Snapshot) {
    let catalog = Catalog::embedded().unwrap();
    let lake = Lake::open(folder.path().to_str().unwrap(), &|_| None).unwrap();
    let run_id: crate::run_id::RunId = "20260315T060000Z-00000001".parse().unwrap();
    let mut state = SnapshotState::default();
    let mut staged = Vec::new();
    for table in tables(&catalog) {
        let mut writer = TableWriter::new(&lake, &run_id, &table, WriterOptions::default());
        writer.write(&RecordBatch::new_empty(table.arrow_schema())).await.unwrap();
        staged.push(writer.close().await.unwrap());
        if table.name.ends_with("_snapshot") {
            let told = |c: &crate::catalog::TableColumn| {
                let told = DescribedColumn { meaning: "Own.".into(), privacy: c.privacy, definition: None };
                (c.name.clone(), told)
            };
            // One that nobody describes may be anything.
            let columns = table.columns.iter().filter(|c| c.name != "own_none").map(told).collect();
            state.described.insert(table.name.clone(), Described { meaning: table.meaning.clone(), columns });
        }
    }
    let publication = Publication {
        as_of: "2026-03-15".parse().unwrap(),
        run_id,
        published_at: "2026-03-15T06:00:00Z".parse().unwrap(),
        tables: staged,
        carried_over: Vec::new(),
        state,
        replaces: Replaces::Exactly(None),
        superseded_grace: chrono::TimeDelta::zero(),
    };
    publish(&lake, publication).await.unwrap();
    let snapshot = lake.newest().await.unwrap().unwrap();
    (catalog, lake, snapshot)
}

fn side(catalog: &Catalog, lake: &Lake, ceiling: Privacy) -> LakeSide {
    LakeSide { catalog: catalog.clone(), lake: lake.clone(), engine: SessionOptions::default(), ceiling }
}

/// Statements that would show a column `c` of a table `t`, or tell something of it, where it is there.
fn shapes(t: &str, c: &str) -> Vec<String> {
    vec![
        format!("SELECT {c} FROM {t}"),
        format!("SELECT \"{c}\" FROM {t} x"),
        format!("SELECT x.{c} FROM {t} x"),
        format!("SELECT 1 FROM {t} WHERE {c} IS NULL"),
        format!("SELECT 1 FROM {t} ORDER BY {c}"),
        format!("SELECT 1 FROM {t} GROUP BY {c}"),
        format!("SELECT max({c}) FROM {t}"),
        format!("SELECT count(*) FILTER (WHERE {c} IS NULL) FROM {t}"),
        format!("SELECT 1 FROM {t} HAVING count({c}) > 0"),
        format!("SELECT 1 FROM {t} a JOIN {t} b ON a.{c} = b.{c}"),
        format!("SELECT 1 FROM {t} a JOIN {t} b USING ({c})"),
        format!("SELECT row_number() OVER (PARTITION BY {c}) FROM {t}"),
        format!("SELECT DISTINCT ON ({c}) 1 FROM {t}"),
        format!("SELECT 1 FROM {t} QUALIFY row_number() OVER (ORDER BY {c}) = 1"),
        format!("SELECT (SELECT max({c}) FROM {t})"),
        format!("SELECT 1 WHERE EXISTS (SELECT 1 FROM {t} WHERE {c} IS NOT NULL)"),
        format!("WITH w AS (SELECT * FROM {t}) SELECT {c} FROM w"),
        format!("SELECT CASE WHEN {c} IS NULL THEN 1 END FROM {t}"),
        format!("SELECT 1 FROM (SELECT * FROM {t}) s WHERE s.{c} IS NULL"),
        format!("SELECT 1 AS n FROM {t} UNION SELECT 2 FROM {t} WHERE {c} IS NULL"),
        format!("SELECT {c} FROM public.{t}"),
        format!("SELECT {c} FROM datafusion.public.{t}"),
        format!("SELECT {c} FROM all_days.{t}"),
        format!("SELECT {c} FROM all_days_{t}"),
    ]
}

#[test]
fn no_column_above_the_ceiling_is_reachable() {
    deep(|| async {
        let folder = tempfile::tempdir().unwrap();
        let (catalog, lake, snapshot) = lake(&folder).await;
        let all = tables(&catalog);
        for ceiling in Privacy::ALL {
            let side = side(&catalog, &lake, ceiling);
            let day = side.day(None).await.unwrap();
            let session = side.session(&day).unwrap();
            let (mut hidden, mut seen) = (0, 0);
            for table in &all {
                let visible = day.tables.iter().find(|visible| visible.name == table.name);
                for column in &table.columns {
                    // What the snapshot does not describe is the most private.
                    let privacy = if column.name == "own_none" { Privacy::Sensitive } else { column.privacy };
                    let is_visible = visible.is_some_and(|t| t.columns.iter().any(|c| c.name == column.name));
                    assert!(!is_visible || privacy <= ceiling, "{}.{} below {ceiling}", table.name, column.name);
                    let shapes = shapes(&table.name, &column.name);
                    if is_visible {
                        seen += 1;
                        assert!(
                            query::run(&side, &day, &session, &shapes[0], BTreeMap::new(), 1).await.is_ok(),
                            "{}",
                            shapes[0]
                        );
                        continue;
                    }
                    hidden += 1;
                    // All shapes of some columns, and the first ones of all, so that it takes seconds.
                    let tried = if hidden % 7 == 0 { shapes.len() } else { 2 };
                    for sql in shapes.iter().take(tried) {
                        let answer = query::run(&side, &day, &session, sql, BTreeMap::new(), 1).await;
                        assert!(answer.is_err(), "below {ceiling}: {sql} gives {answer:?}");
                    }
                }
                let Some(visible) = visible else { continue };
                let sql = format!("SELECT * FROM {}", table.name);
                let star = query::run(&side, &day, &session, &sql, BTreeMap::new(), 1);
                let star: Vec<Value> = star.await.unwrap().columns.iter().map(|c| c["name"].clone()).collect();
                let expected: Vec<Value> =
                    visible.columns.iter().map(|c| json!(c.name)).chain([json!("as_of")]).collect();
                assert_eq!(star, expected, "{}", table.name);
            }
            assert!(
                seen > 100 && (hidden > 0) == (ceiling < Privacy::Sensitive),
                "{ceiling}: {seen} seen, {hidden} hidden"
            );
            let files = ceiling::files(&snapshot, &day.tables);
            assert_eq!(files.len(), day.tables.len());
        }
    });
}

#[test]
fn tables_whose_rows_tell_too_much_are_not_there() {
    deep(|| async {
        let folder = tempfile::tempdir().unwrap();
        let (catalog, _, snapshot) = lake(&folder).await;
        let names = |ceiling| -> Vec<String> {
            ceiling::visible(&catalog, &snapshot, ceiling).into_iter().map(|table| table.name).collect()
        };
        let (none, directory) = (names(Privacy::None), names(Privacy::Directory));
        let (personal, sensitive) = (names(Privacy::Personal), names(Privacy::Sensitive));
        let has = |names: &[String], name: &str| names.iter().any(|own| own == name);
        assert!(has(&none, "departments") && has(&none, "legal_entities") && !has(&none, "people_current"));
        assert!(!has(&none, "employees"), "identifiers and times alone are no table");
        for name in ["employees", "people_current", "headcount", "manager_closure", "employee_snapshot", "legacy_users"]
        {
            assert!(has(&directory, name), "{name}");
        }
        // That somebody is in them tells that a contract ends, or that a trial period runs.
        for name in [
            "employee_personal_records",
            "personal_attributes",
            "personal_snapshot",
            "contract_end_dates",
            "upcoming_changes",
            "probation_deadlines",
            "movements",
            "registre_unique_du_personnel",
            "employee_attributes",
            "data_quality_findings",
        ] {
            assert!(!has(&directory, name) && has(&sensitive, name), "{name}");
        }
        assert!(has(&personal, "probation_deadlines") && has(&personal, "movements"));
        assert_eq!(sensitive.len(), snapshot.tables.len());
    });
}

/// Tables of people say whose each row is, so that groups of few people can be told.
#[test]
fn rows_about_people_say_whose_they_are() {
    for table in Catalog::embedded().unwrap().tables() {
        let names_somebody = table.columns.iter().any(|c| c.name.ends_with("given_name") || c.name == "employee_id");
        assert!(!names_somebody || whose(&table).is_some(), "{}", table.name);
    }
}

fn of_lake(side: LakeSide) -> Server {
    let (catalog, ceiling) = (side.catalog.clone(), side.ceiling);
    Server::new(Parts { catalog, ceiling, lake: Some(side), account: None, writes: false })
}

async fn call(server: &Server, tool: &str, given: Value) -> Result<Value, String> {
    let tool = server.tools().iter().find(|known| known.name == tool).unwrap().clone();
    let arguments = Arguments::new(given.as_object().unwrap().clone()).map_err(|e| e.to_string())?;
    server.call(&tool, arguments).await.map(|answer| answer.structured).map_err(|error| error.to_string())
}

#[test]
fn hostile_statements_are_refused() {
    deep(|| async {
        let folder = tempfile::tempdir().unwrap();
        let (catalog, lake, _) = lake(&folder).await;
        let server = of_lake(side(&catalog, &lake, Privacy::Directory));
        let file = folder.path().join("core/employees");
        for sql in [
            "COPY employees TO '/tmp/x.csv'".to_owned(),
            "CREATE TABLE x AS SELECT 1".to_owned(),
            "CREATE EXTERNAL TABLE x STORED AS PARQUET LOCATION '/tmp'".to_owned(),
            "INSERT INTO employees SELECT * FROM employees".to_owned(),
            "DROP TABLE employees".to_owned(),
            "SET datafusion.execution.batch_size = 1".to_owned(),
            "SELECT 1; DROP TABLE employees".to_owned(),
            "SELECT * FROM '/etc/passwd'".to_owned(),
            format!("SELECT * FROM '{}'", file.display()),
            "SELECT * FROM read_parquet('/etc/passwd')".to_owned(),
            "SELECT * FROM read_csv('/etc/passwd')".to_owned(),
            "SELECT * FROM information_schema.tables".to_owned(),
            "SELECT * FROM information_schema.columns".to_owned(),
            "SELECT * FROM information_schema.df_settings".to_owned(),
            "SELECT 1 WHERE EXISTS (SELECT 1 FROM information_schema.tables)".to_owned(),
            "SHOW TABLES".to_owned(),
            "SHOW ALL".to_owned(),
            "SHOW COLUMNS FROM employees".to_owned(),
            "DESCRIBE employees".to_owned(),
            "EXPLAIN SELECT * FROM employees".to_owned(),
            "EXPLAIN ANALYZE SELECT * FROM employees".to_owned(),
            "SELECT getenv('PATH')".to_owned(),
            format!("SELECT {}1{}", "(".repeat(5_000), ")".repeat(5_000)),
            format!("SELECT '{}'", "x".repeat(300_000)),
        ] {
            let answer = call(&server, "query", json!({"sql": sql})).await;
            assert!(answer.is_err(), "{}: {answer:?}", sql.chars().take(80).collect::<String>());
        }
        let unknown = call(&server, "query", json!({"sql": "SELECT 1", "file": "/etc/passwd"})).await.unwrap_err();
        assert_eq!(unknown, "there is no argument \"file\"");
        for (tool, given, why) in [
            ("describe_table", json!({"table": "personal_attributes"}), "there is no such table here"),
            ("describe_table", json!({"table": 3}), "must be a text"),
            ("query", json!({"sql": "SELECT 1", "max_rows": 0}), "from 1 to 1000"),
            ("query", json!({"sql": "SELECT 1", "as_of": "2020-01-01"}), "no snapshot of 2020-01-01"),
            ("query", json!({"sql": "SELECT $a", "parameters": {"a": [1]}}), "must be a text, a number"),
            (
                "explain_number",
                json!({"table": "gender_balance", "column": "headcount", "cell": {}}),
                "numbers of other tables",
            ),
            (
                "explain_number",
                json!({"table": "span_of_control", "column": "direct_reports", "cell": {}}),
                "manager_id is missing",
            ),
        ] {
            let error = call(&server, tool, given.clone()).await.unwrap_err();
            assert!(error.contains(why), "{given}: {error}");
        }
    });
}

#[test]
fn answers_are_bounded() {
    deep(|| async {
        let folder = tempfile::tempdir().unwrap();
        let (catalog, lake, _) = lake(&folder).await;
        let server = Arc::new(of_lake(side(&catalog, &lake, Privacy::Directory)));
        let many =
            call(&server, "query", json!({"sql": "SELECT * FROM generate_series(1, 100000) t(n)", "max_rows": 3}))
                .await
                .unwrap();
        assert_eq!((many["rows"].as_array().unwrap().len(), &many["more_rows"]), (3, &json!(true)));
        let long = "SELECT repeat('x', 5000) AS x FROM generate_series(1, 1000) t(n)";
        let long = call(&server, "query", json!({"sql": long, "max_rows": 1000})).await.unwrap();
        let rows = long["rows"].as_array().unwrap().len();
        assert!((40..60).contains(&rows) && long["more_rows"] == json!(true), "{rows}");
        let one = call(&server, "query", json!({"sql": "SELECT $as_of AS day, $n AS n", "parameters": {"n": 3}}))
            .await
            .unwrap();
        assert_eq!((&one["rows"], &one["more_rows"]), (&json!([{"day": "2026-03-15", "n": 3}]), &json!(false)));
    });
}
