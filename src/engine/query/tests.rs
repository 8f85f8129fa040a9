use std::sync::Arc;

use arrow::{array::RecordBatch, datatypes::DataType};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use futures::{StreamExt, stream};

use super::*;
use crate::{
    engine::{
        FailureKind, Value,
        testing::{TestLake, ask, batch, csv, dates, day, deep, empty_session, ints, string_fields, strings},
    },
    exit_code::ExitCode,
};

async fn refusal(sql: &str) -> EngineError {
    run(&empty_session(), sql, None).await.map(|_| ()).unwrap_err()
}

async fn run_bound(session: &Session, sql: &str, parameters: &Parameters) -> Result<Rows, EngineError> {
    plan(session, sql, parameters).await?.rows().await
}

#[test]
fn only_queries_run() {
    deep(|| async {
        for sql in [
            "create table t as select 1",
            "create external table t stored as parquet location '/etc'",
            "create view v as select 1",
            "drop table t",
            "insert into t values (1)",
            "update t set a = 1",
            "delete from t",
            "copy (select 1) to '/tmp/never.csv'",
            "explain copy (select 1) to '/tmp/never.csv'",
            "explain analyze insert into t values (1)",
            "set datafusion.execution.time_zone = 'Europe/Paris'",
            "reset datafusion.execution.time_zone",
            "show all",
            "show datafusion.execution.time_zone",
            "prepare p as select 1",
            "execute p",
            "begin",
            "use other",
            "create function f() returns int return 1",
            "truncate table t",
            "select 1 into t",
            "with a as (select 1) insert into t select * from a",
        ] {
            let error = refusal(sql).await;
            assert_eq!(error.exit_code(), ExitCode::Usage, "{sql}: {error}");
            assert!(!error.to_string().contains('\n'), "{sql}: {error}");
        }
        assert!(refusal("explain analyze insert into t values (1)").await.to_string().ends_with("not INSERT"));
        assert_eq!(
            refusal("select * from nowhere").await.to_string(),
            "SQL error at line 1, column 15: there is no table nowhere; SHOW TABLES lists what there is"
        );
        assert_eq!(
            refusal("drop table t").await.to_string(),
            "only queries are allowed here (SELECT, WITH, VALUES, EXPLAIN, DESCRIBE, SHOW TABLES), not DROP"
        );
    });
}

#[test]
fn exactly_one_statement_runs() {
    deep(|| async {
        for (sql, found) in [("", "found 0"), (" ; -- nothing", "found 0"), ("select 1; select 2", "found 2")] {
            assert!(refusal(sql).await.to_string().ends_with(found), "{sql}");
        }
        assert_eq!(ask(&empty_session(), "-- why\nselect 1 as a; -- done").await.unwrap(), "a\n1\n");
    });
}

#[test]
fn everything_that_only_reads_runs() {
    deep(|| async {
        let mut lake = TestLake::default();
        lake.add_batch("people", "2026-01-01", &batch(vec![("id", strings([Some("1")]))])).await;
        let session = lake.session();
        for sql in [
            "select * from people",
            "with p as (select id from people) select * from p",
            "values (1), (2)",
            "(select 1) union (select 2)",
            "explain select * from people",
            "explain analyze select * from people",
            "describe people",
            "show tables",
            "show columns from people",
            "select * from information_schema.columns",
        ] {
            let text = ask(&session, sql).await.unwrap_or_else(|e| panic!("{sql}: {e}"));
            assert!(text.lines().count() > 1, "{sql}: {text}");
        }
    });
}

#[test]
fn strings_come_as_declared_and_dates_bind() {
    deep(|| async {
        let mut lake = TestLake::default();
        lake.add_batch("t", "2026-01-01", &batch(vec![("a", strings([Some("x")]))])).await;
        let sql = "select a, a || 'y' as b, cast(1 as varchar) as c, upper(a) as d, $as_of as e, arrow_cast(a, 'Utf8View') as f from t";
        let rows = run(&lake.session(), sql, Some(day("2024-02-29"))).await.unwrap();
        let types: Vec<DataType> = rows.schema().fields().iter().map(|f| f.data_type().clone()).collect();
        let text = DataType::Utf8;
        assert_eq!(types, [text.clone(), text.clone(), text.clone(), text.clone(), DataType::Date32, text]);
        assert!(csv(rows).await.unwrap().ends_with("\nx,xy,1,X,2024-02-29,x\n"));
        let unbound = run(&lake.session(), "select $as_of", None).await;
        assert!(unbound.is_err() || csv(unbound.unwrap()).await.is_err());
    });
}

#[test]
fn two_thousand_terms_run() {
    deep(|| async {
        let sql = format!("select {} as total", vec!["1"; 2_000].join("+"));
        assert_eq!(ask(&empty_session(), &sql).await.unwrap(), "total\n2000\n");
    });
}

#[test]
fn columns_without_names_that_are_alike_get_names_of_our_own() {
    deep(|| async {
        let mut lake = TestLake::default();
        lake.add_batch("t", "2026-01-01", &batch(vec![("a", strings([Some("x")])), ("b", ints([Some(1)]))])).await;
        let session = lake.session();
        for (sql, expected) in [
            ("select (select 1), (select 2)", "(select 1),(select 2)\n1,2\n"),
            ("select 1 + (select 1), a, 1 + (select 2) from t", "1 + (select 1),a,1 + (select 2)\n2,x,3\n"),
            ("select (select 1), (select 2), 3 as Subquery_2", "(select 1),(select 2),subquery_2\n1,2,3\n"),
            ("select 1, 1", "1,1_2\n1,1\n"),
            ("select a, A, t.a from t", "a,a_2,a_3\nx,x,x\n"),
            ("select * from (select (select 1), (select 2)) as s", "subquery_1,subquery_2\n1,2\n"),
            ("with c as (select count(*), count(*) from t) select * from c", "count(*),count(*)_2\n1,1\n"),
            ("select (select 1), (select 2) union all select 3, 4 order by 1", "(select 1),(select 2)\n1,2\n3,4\n"),
            ("select max(b) from t", "max(b)\n1\n"),
        ] {
            assert_eq!(ask(&session, sql).await.unwrap(), expected, "{sql}");
        }
        let error = ask(&session, "select a as x, b as x from t").await.unwrap_err();
        assert!(error.to_string().starts_with("SQL error"), "{error}");
    });
}

/// 3,000 deep: one line that says so, whatever is around it, and never a crash.
#[test]
fn three_thousand_parentheses_are_one_clear_error() {
    let (open, close) = ("(".repeat(3_000), ")".repeat(3_000));
    let statements = [
        format!("select {open}1{close}"),
        format!("{open}select 1{close}"),
        format!("select 1 where {open}true{close}"),
        format!("explain select {open}1{close}"),
        format!("select {open}"),
        format!("select 1 from {open}select 1{close}"),
        format!("select {}1{}", "[".repeat(3_000), "]".repeat(3_000)),
        format!("select {}1{}", "abs(".repeat(3_000), close),
    ];
    let check = |on: &str, sql: &str, outcome: Result<String, EngineError>| {
        let error = outcome.unwrap_err();
        assert!(matches!(error, EngineError::TooComplex { .. }), "{on}: {sql:.40}: {error}");
        assert_eq!((error.to_string().lines().count(), error.exit_code()), (1, ExitCode::Usage), "{on}: {sql:.40}");
    };
    deep(|| async {
        for sql in &statements {
            check("deep", sql, ask(&empty_session(), sql).await);
        }
    });
    let shallow = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for sql in &statements {
        check("shallow", sql, shallow.block_on(ask(&empty_session(), sql)));
    }
}

/// Each shape, run just below the limits or refused, never a crash: a crash would end the test process.
#[test]
fn no_shape_of_expression_ends_the_process() {
    let nested = |open: &str, close: &str, n: usize| format!("select {}a{} from t", open.repeat(n), close.repeat(n));
    let chain = |term: &str, by: &str, n: usize| format!("select a from t where {}", vec![term; n].join(by));
    let numbered = |n: usize, f: &dyn Fn(usize) -> String| (1..n).map(f).collect::<String>();
    let accepted = [
        ("casts", format!("select a{} from t", "::bigint".repeat(1_900))),
        ("predicates", format!("select a{} from t", " is null".repeat(1_900))),
        ("and", chain("a > 0", " and ", 500)),
        ("in", format!("select a from t where a in ({})", numbered(10_000, &|i| format!("-{i},")) + "1")),
        ("values", format!("select count(*) as a from (values {}(1))", "(1),".repeat(10_000))),
        (
            "when",
            format!("select case {} else 1 end as a from t", numbered(2_000, &|i| format!("when a=-{i} then 2 "))),
        ),
        ("brackets", nested("(", ")", 60)),
        ("case", nested("case when a=1 then ", " end", 60)),
        ("calls", nested("abs(", ")", 60)),
        ("subqueries", format!("{}select 1 as a{}", "select * from (".repeat(60), ")".repeat(60))),
        (
            "casts in subqueries",
            format!(
                "{}select a{} as a from t{}",
                "select * from (".repeat(60),
                "::bigint".repeat(1_900),
                ")".repeat(60)
            ),
        ),
        ("joins", format!("select 1 as a from t {}", numbered(60, &|i| format!("cross join t t{i} ")))),
        ("unions", format!("select 1 as a{}", " union all select 1".repeat(150))),
        (
            "ctes",
            format!(
                "with c0 as (select 1 a){} select * from c99",
                numbered(100, &|i| format!(", c{i} as (select a+1 as a from c{})", i - 1))
            ),
        ),
    ];
    let refused = [5_000, 50_000].map(|n| {
        [
            ("plus", chain("a", "+", n)),
            ("and", chain("a", " and ", n)),
            ("or", chain("a = 1", " or ", n)),
            ("not", chain("", "not ", n)),
            ("minus", chain("", "- ", n)),
            ("brackets", nested("(", ")", n)),
            ("open brackets", format!("select {}", "(".repeat(n))),
            ("case", nested("case when a=1 then ", " end", n)),
            ("open case", format!("select {}", "case when ".repeat(n))),
            ("array", nested("[", "]", n)),
            ("unions", format!("select 1{}", " union all select 1".repeat(n))),
            ("commas", format!("select 1 from {}", vec!["t"; n].join(","))),
            ("ctes", format!("with c0 as (select 1){} select 1", numbered(n, &|i| format!(", c{i} as (select 1)")))),
        ]
    });
    deep(|| async move {
        let mut lake = TestLake::default();
        lake.add_batch("t", "2026-01-01", &batch(vec![("a", ints([Some(1)]))])).await;
        let session = lake.session();
        for (shape, sql) in accepted {
            let text = ask(&session, &sql).await.unwrap_or_else(|e| panic!("{shape}: {e}"));
            assert!(text.ends_with('\n') && text.lines().count() >= 2, "{shape}: {text}");
        }
        for (shape, sql) in refused.into_iter().flatten() {
            match run(&session, &sql, None).await {
                Err(EngineError::TooComplex { .. } | EngineError::Sql { .. }) => {}
                other => panic!("{shape}, {} bytes: {other:?}", sql.len()),
            }
        }
    });
}

/// Without deep stacks the limits are low enough for the stacks there are, even at all limits together.
#[tokio::test]
async fn ordinary_threads_accept_what_they_can_hold() {
    let session = empty_session();
    let plus = |n: usize| format!("select {} as a", vec!["1"; n].join("+"));
    let within = |n: usize, inner: &str| format!("{}{inner}{}", "select * from (".repeat(n), ") x".repeat(n));
    let joins: String = (0..10).map(|i| format!(" join (values (1)) u{i} on true")).collect();
    let joins = format!("select 1 as a from (values (1)) t{joins}");
    assert_eq!(ask(&session, &plus(119)).await.unwrap(), "a\n119\n");
    assert_eq!(ask(&session, &within(5, &plus(100))).await.unwrap(), "a\n100\n");
    assert_eq!(ask(&session, &within(3, &joins)).await.unwrap(), "a\n1\n");
    assert!(matches!(run(&session, &plus(2_000), None).await, Err(EngineError::TooComplex { .. })));
}

#[test]
fn errors_are_one_line_with_an_exit_code() {
    deep(|| async {
        let session = empty_session();
        for sql in ["selec 1", "select * from nowhere", "select nothing", "select f(1)", "select 'open", "select (1"] {
            let error = run(&session, sql, None).await.map(|_| ()).unwrap_err();
            assert!(matches!(error, EngineError::Sql { .. }), "{sql}: {error:?}");
            assert_eq!(error.exit_code(), ExitCode::Usage);
            assert!(!error.to_string().contains('\n'));
            assert!(std::error::Error::source(&error).is_some());
        }
        for sql in ["select 1/a from (values (0)) t(a)", "select cast(a as int) from (values ('x')) t(a)"] {
            let error = ask(&session, sql).await.unwrap_err();
            assert_eq!(error.exit_code(), ExitCode::Usage, "{sql}: {error:?}");
        }
    });
}

#[test]
fn too_little_memory_is_said_so() {
    deep(|| async {
        let options = crate::engine::SessionOptions { memory_limit_bytes: 1_000, ..Default::default() };
        let session = Session::new(Arc::new(object_store::memory::InMemory::new()), &options).unwrap();
        let sql = "select a, count(*) from generate_series(1, 100000) t(a) group by a order by 2, 1";
        let error = ask(&session, sql).await.unwrap_err();
        assert!(matches!(error, EngineError::Failed { kind: FailureKind::Resources, .. }), "{error:?}");
        assert_eq!(error.exit_code(), ExitCode::Usage);
    });
}

#[tokio::test]
async fn a_panic_below_is_an_error_and_ends_the_rows() {
    let schema = string_fields(&["a"]);
    let broken = stream::iter([1, 2]).map(|_| -> datafusion::error::Result<RecordBatch> { panic!("broken kernel") });
    let rows = Rows::of_plan(Box::pin(RecordBatchStreamAdapter::new(schema, broken)));
    let items: Vec<_> = rows.into_stream().collect().await;
    assert_eq!(items.len(), 1);
    let error = items.into_iter().next().unwrap().unwrap_err();
    assert_eq!((error.exit_code(), &*error.to_string()), (ExitCode::Bug, "the query failed: broken kernel"));
}

/// A statement, what is said about it, and what the caret stands below.
#[test]
fn errors_say_where_and_what_was_meant() {
    deep(|| async {
        let mut lake = TestLake::default();
        let rows = batch(vec![("given_name", strings([Some("x")])), ("id", strings([Some("1")]))]);
        lake.add_batch("employees", "2026-01-01", &rows).await;
        lake.add_batch("employments", "2026-01-01", &rows).await;
        let session = lake.session();
        for (sql, message, below) in [
            ("selec 1", "at line 1, column 1: Expected: an SQL statement, found: selec", "selec"),
            ("select 1\nfrom t wher", "at line 2, column 6: there is no table t", "t wher"),
            (
                "select *\nfrom employes e",
                "at line 2, column 6: there is no table employes; did you mean \"employees\"?",
                "employes e",
            ),
            ("select givenname from employees", "column givenname; did you mean \"given_name\"?", "givenname"),
            ("select GivenName from employees", "column givenname; did you mean \"given_name\"?", "GivenName"),
            ("select e.zzz from employees e", "column e.zzz; there are given_name, id, as_of", "e.zzz"),
            ("select given_name from employees where idd = '1'", "column idd; did you mean \"id\"?", "idd"),
            ("select 1 as é, idd from employees", "at line 1, column 16: there is no column idd", "idd"),
            (
                "select id from employees a, employments b",
                "more than one table has a column id; say which: a.id or b.id",
                "id",
            ),
            ("select uper(id) from employees", "there is no function uper; did you mean \"upper\"?", "uper"),
            ("select (1 +", "at line 1, column 12: Expected: an expression, found: the end of the statement", ""),
            ("select 'open", "at line 1, column 8: Unterminated string literal", "'"),
            ("select id from employees where id = $who", "$who has no value; give it with --param who=VALUE", "$who"),
            ("show columns from employes", "there is no table employes; did you mean \"employees\"?", "employes"),
            ("with x as (select idd from employees) select * from x", "column idd; did you mean \"id\"?", "idd"),
        ] {
            let error = run(&session, sql, Some(day("2026-01-01"))).await.map(|_| ()).unwrap_err();
            assert!(error.to_string().contains(message), "{sql}: {error}");
            assert!(!error.to_string().contains("Line:") && !error.to_string().contains("datafusion"), "{error}");
            let position = error.position().unwrap_or_else(|| panic!("{sql}: {error:?}"));
            let (line, caret) = position.excerpt().split_once('\n').unwrap();
            let from = caret.find('^').unwrap();
            let marked: String = line.chars().skip(from).take(caret.matches('^').count()).collect();
            assert_eq!(marked, below, "{sql}: {}", position.excerpt());
        }
        let error = run(&session, "select sum(given_name) from employees", None).await.unwrap_err().to_string();
        assert!(
            error.starts_with(
                "SQL error at line 1, column 8: sum does not take text; it takes decimal or integer or double"
            ),
            "{error}"
        );
    });
}

#[test]
fn parameters_are_values_and_never_text_of_the_statement() {
    deep(|| async {
        let mut lake = TestLake::default();
        let rows = batch(vec![
            ("name", strings([Some("O'Brien"), Some("$who")])),
            ("n", ints([Some(9), Some(10)])),
            ("day", dates([Some(day("2025-12-31")), Some(day("2026-02-01"))])),
        ]);
        lake.add_batch("t", "2026-01-01", &rows).await;
        let session = lake.session();
        let text = |value: &str| Value::Text(value.to_owned());
        for (sql, value, answer) in [
            ("select n from t where name = $p", text("O'Brien"), "n\n9\n"),
            ("select count(*) as n from t where name = $p", text("x' or '1'='1"), "n\n0\n"),
            ("select n from t where n > $p", text("9"), "n\n10\n"),
            ("select n from t where day >= $p", text("2026-01-01"), "n\n10\n"),
            ("select n from t where day >= cast($p as date) and day > $as_of", text("2026-01-01"), "n\n10\n"),
            ("select n from t where n in ($p, 11)", Value::Integer(10), "n\n10\n"),
            ("select n from t order by n limit $p", Value::Integer(1), "n\n9\n"),
            ("select date_trunc('month', $p) as n", Value::Date(day("2026-01-31")), "n\n2026-01-01T00:00:00\n"),
            ("select n from t where $p and n / $p = 1", Value::Boolean(true), ""),
            ("select upper($p) || 'x' as n", text("a"), "n\nAx\n"),
            ("select n * $p as n from t where n = 10", Value::Number(0.5), "n\n5.0\n"),
        ] {
            let parameters =
                Parameters { as_of: Some(day("2026-01-01")), values: [("p".to_owned(), value)].into_iter().collect() };
            parameters.check_used(sql).unwrap();
            match run_bound(&session, sql, &parameters).await {
                Ok(rows) => assert_eq!(csv(rows).await.unwrap(), answer, "{sql}"),
                Err(error) => assert!(answer.is_empty() && error.exit_code() == ExitCode::Usage, "{sql}: {error}"),
            }
            for (sql, has) in [("select '$p'", "none"), ("select $b, $a, $b", "$a, $b")] {
                let error = parameters.check_used(sql).unwrap_err();
                assert!(error.to_string().ends_with(&format!("--param gives a value; it has {has}")), "{error}");
                assert_eq!(error.exit_code(), ExitCode::Usage);
            }
        }
    });
}

#[test]
fn values_of_parameters_are_in_no_error() {
    deep(|| async {
        let mut lake = TestLake::default();
        lake.add_batch("t", "2026-01-01", &batch(vec![("n", ints([Some(9)])), ("name", strings([Some("a")]))])).await;
        let session = lake.session();
        for sql in [
            "select cast($p as date)",
            "select n from t where n > $p",
            "select to_timestamp($p)",
            "select n from t limit $p",
            "select $p + interval '1 day' from t",
            "select coalesce($p, n, interval '1 day') from t",
            "select name, count(*), $p from t",
            "select sum($p) from t group by nothing",
        ] {
            let values = [("p".to_owned(), Value::Text("canary-value".to_owned()))].into_iter().collect();
            let error = match run_bound(&session, sql, &Parameters { as_of: None, values }).await {
                Ok(rows) => csv(rows).await.unwrap_err(),
                Err(error) => error,
            };
            assert!(!crate::error::Error::from(error).for_people().contains("canary"), "{sql}");
        }
    });
}

#[test]
fn a_plan_is_printed_line_by_line() {
    deep(|| async {
        let mut lake = TestLake::default();
        lake.add_batch("t", "2026-01-01", &batch(vec![("n", ints([Some(9)]))])).await;
        for sql in ["explain select n from t where n > 1", "explain analyze select n from t where n > 1"] {
            let rows = run(&lake.session(), sql, None).await.unwrap();
            let mut out = Vec::new();
            crate::engine::output::write(crate::engine::output::Format::Table, rows, &mut out).await.unwrap();
            let text = String::from_utf8(out).unwrap();
            let heading = if sql.contains("analyze") { "Plan with Metrics\n  " } else { "logical_plan\n  " };
            assert!(text.starts_with(heading) && text.contains("  DataSourceExec") && !text.contains("\\n"), "{text}");
        }
    });
}
