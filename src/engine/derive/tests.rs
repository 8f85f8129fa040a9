//! How derivations run. What the shipped queries compute is tested in `oracle`.

mod cases;
mod horizon;
mod oracle;
mod suppression;

use std::sync::{Arc, Mutex, atomic::AtomicUsize};

use arrow::datatypes::DataType;
use datafusion::execution::memory_pool::{MemoryConsumer, MemoryReservation};
use tokio::sync::Notify;

use super::*;
use crate::{
    catalog::{Catalog, derived::parse},
    engine::{
        FailureKind, SessionOptions,
        testing::{TestLake, ask, batch, day, deep, ints, parquet_bytes, strings},
    },
    exit_code::ExitCode,
};

const DAY: &str = "2026-03-01";

/// Writes results next to the inputs.
struct MemorySink<'a> {
    lake: &'a TestLake,
    /// Tables that are being written.
    open: AtomicUsize,
}

impl<'a> MemorySink<'a> {
    fn beside(lake: &'a TestLake) -> Self {
        Self { lake, open: AtomicUsize::new(0) }
    }
}

#[derive(Debug, thiserror::Error)]
enum SinkError {
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error("disk full")]
    Full,
}

#[async_trait]
impl Sink for MemorySink<'_> {
    type Error = SinkError;
    type Written = TableFiles;

    async fn write(&self, table: &Table, rows: Rows) -> Result<TableFiles, SinkError> {
        if table.name.starts_with("full") {
            return Err(SinkError::Full);
        }
        let schema = Arc::clone(rows.schema());
        assert_eq!(schema, table.arrow_schema());
        self.open.fetch_add(1, Ordering::SeqCst);
        let batches = rows.collect().await;
        self.open.fetch_sub(1, Ordering::SeqCst);
        let batches = batches?;
        let all = arrow::compute::concat_batches(&schema, &batches).unwrap();
        let path = format!("derived/{}/as_of={DAY}/0.parquet", table.name);
        let file = self.lake.put(&path, parquet_bytes(&all)).await;
        Ok(TableFiles { table: table.name.clone(), as_of: day(DAY), schema, files: vec![file] })
    }

    fn files(&self, written: &TableFiles) -> TableFiles {
        written.clone()
    }
}

fn query(name: &str, columns: &str, sql: &str) -> DerivedTable {
    let columns: String = columns.split(", ").map(|c| format!("-- column {c} none: x\n")).collect();
    parse(&format!("{name}.sql"), &format!("-- {name}: x\n{columns}{sql}")).unwrap()
}

/// Those of the shipped queries, in the order of their names.
fn shipped_queries(names: &[&str]) -> Vec<DerivedTable> {
    let all = Catalog::embedded().unwrap().derived;
    all.into_iter().filter(|q| names.contains(&&*q.table.name)).collect()
}

fn internal(query: DerivedTable) -> DerivedTable {
    DerivedTable { internal: true, ..query }
}

async fn things() -> TestLake {
    let mut lake = TestLake::default();
    let rows = batch(vec![("id", strings([Some("a"), Some("b")])), ("n", ints([Some(1), None]))]);
    lake.add_batch("things", DAY, &rows).await;
    lake
}

async fn derive(lake: &TestLake, queries: &[DerivedTable]) -> Result<(Derivation<TableFiles>, Session), SinkError> {
    let session = lake.session();
    let known = ["things", "elsewhere"];
    let sink = MemorySink::beside(lake);
    let derived = run(&session, day(DAY), queries, &known, &sink).await;
    assert_eq!(sink.open.into_inner(), 0, "what is being written is written, or given up, to its end");
    Ok((derived?, session))
}

async fn failure(queries: &[DerivedTable]) -> EngineError {
    match derive(&things().await, queries).await.map(|_| ()) {
        Err(SinkError::Engine(error)) => error,
        other => panic!("{other:?}"),
    }
}

#[test]
fn results_are_inputs_of_later_queries() {
    deep(|| async {
        // By name they would run in the wrong order; the reference hides in a subquery of a CTE.
        let queries = [
            query(
                "a_last",
                "total int64, as_of_day date",
                "with t as (select * from (select n from m_middle) x) select sum(n) as total, cast($as_of as date) as as_of_day from t",
            ),
            query("m_middle", "n int64", "select n + 1 as n from z_first"),
            query("z_first", "n int64", "select n from things where n is not null"),
        ];
        let (derived, session) = derive(&things().await, &queries).await.unwrap();
        let names: Vec<&str> = derived.written.iter().map(|t| &*t.table).collect();
        assert_eq!((names, derived.skipped), (vec!["z_first", "m_middle", "a_last"], vec![]));
        assert_eq!(
            ask(&session, "select total, as_of_day from a_last").await.unwrap(),
            "total,as_of_day\n2,2026-03-01\n"
        );
    });
}

#[test]
fn what_lacks_inputs_is_skipped_with_all_that_reads_it() {
    deep(|| async {
        let queries = [
            query("one", "id string", "select id from elsewhere"),
            query("two", "id string", "select id from one union all select id from things"),
            query("three", "id string", "select id from things"),
        ];
        let mut lake = things().await;
        // A result of an earlier run must not stand in for the one that cannot be computed.
        lake.add_batch("one", DAY, &batch(vec![("id", strings([Some("stale")]))])).await;
        let (derived, _) = derive(&lake, &queries).await.unwrap();
        assert_eq!(derived.written.len(), 1);
        let skipped =
            |table: &str, missing: &str| Skipped { table: table.to_owned(), missing: vec![missing.to_owned()] };
        assert_eq!(derived.skipped, [skipped("one", "elsewhere"), skipped("two", "one")]);
        // Nobody hears of an internal one: what it lacks is said of those that read it.
        let queries = [
            internal(query("one", "id string", "select id from elsewhere")),
            internal(query("two", "id string", "select id from one union all select id from things")),
            query("three", "id string", "select id from two union all select id from other"),
            query("other", "id string", "select id from elsewhere"),
        ];
        let (derived, _) = derive(&lake, &queries).await.unwrap();
        assert_eq!(derived.written.len(), 0);
        let mut three = skipped("three", "elsewhere");
        three.missing.push("other".to_owned());
        assert_eq!(derived.skipped, [skipped("other", "elsewhere"), three]);
    });
}

#[test]
fn wrong_queries_are_named() {
    deep(|| async {
        let q = |sql: &str| query("bad", "id string", sql);
        for (sql, expected) in [
            ("select id from nowhere", "queries/bad.sql reads table nowhere, which is neither"),
            ("select id from bad", "derived tables depend on each other in a circle: bad -> bad"),
            ("drop table things", "queries/bad.sql: only queries are allowed here"),
            ("select 1; select 2", "queries/bad.sql: expected exactly one SQL statement, found 2"),
            ("select idd from things", "queries/bad.sql: SQL error: "),
            (
                "select n as id from things",
                "queries/bad.sql: column id is Int64, but its header declares Utf8; CAST it",
            ),
            ("select id, n from things", "queries/bad.sql: its columns are (id, n), but its header declares (id)"),
            ("select id as \"ID\" from things", "queries/bad.sql: its columns are (ID), but"),
        ] {
            let error = failure(&[q(sql)]).await;
            assert!(error.to_string().starts_with(expected), "{sql}: {error}");
            assert_eq!(error.exit_code(), ExitCode::Usage, "{sql}");
        }
        let circle = [
            query("a", "id string", "select id from b"),
            query("b", "id string", "select id from c"),
            query("c", "id string", "select id from b"),
        ];
        assert!(failure(&circle).await.to_string().ends_with("circle: b -> c -> b"));
    });
}

#[test]
fn types_are_widened_only_without_loss() {
    deep(|| async {
        let wide = query(
            "wide",
            "a string, b int64, c double",
            "select arrow_cast(id, 'Utf8View') as a, cast(n as int) as b, cast(n as float) as c from things",
        );
        derive(&things().await, &[wide]).await.unwrap();
        for (declared, sql) in [
            ("a int32", "select n as a from things"),
            ("a int64", "select cast(n as double) as a from things"),
            ("a timestamp", "select $as_of as a from things"),
            ("a date", "select id as a from things"),
        ] {
            assert!(
                matches!(failure(&[query("q", declared, sql)]).await, EngineError::DeriveColumns { .. }),
                "{declared}"
            );
        }
    });
}

#[test]
fn nulls_in_a_not_null_column_refuse_to_publish() {
    deep(|| async {
        let error = failure(&[query("q", "id string, n int64!", "select id, n from things")]).await;
        assert_eq!(error.to_string(), "queries/q.sql gave a null in column n, which is declared not null");
        assert_eq!(error.exit_code(), ExitCode::Gate);
        derive(&things().await, &[query("q", "id string!", "select id from things")]).await.unwrap();
    });
}

/// Scheduled runs log their errors, so neither the text nor any cause may quote a value.
#[test]
fn failures_never_quote_data() {
    deep(|| async {
        let error = failure(&[query("q", "a int64", "select cast(id || '-secret' as bigint) as a from things")]).await;
        assert!(matches!(error, EngineError::DeriveFailed { kind: FailureKind::Value, .. }), "{error:?}");
        assert_eq!(
            error.to_string(),
            "queries/q.sql failed: a value could not be computed (cast, overflow or division by zero)"
        );
        assert!(!format!("{error:?}").contains("secret") && std::error::Error::source(&error).is_none());
    });
}

#[test]
fn a_sink_that_fails_ends_the_run() {
    deep(|| async {
        let queries =
            [query("full", "id string", "select id from things"), query("later", "id string", "select id from full")];
        assert!(matches!(derive(&things().await, &queries).await.map(|_| ()), Err(SinkError::Full)));
    });
}

/// The last one fails at once, the second after some work, and what lasts longest does not fail: whoever reads the error finds
/// the same one each time.
#[test]
fn the_first_failure_in_the_order_of_the_queries_is_told() {
    deep(|| async {
        let many = "from things a, things b, things c, things d, things e, things f, things g, things h, things i, \
                    things j, things k, things l, things m, things n, things o, things p";
        let queries = [
            query("a", "n int64", &format!("select count(*) as n {many}")),
            query("b", "n int64", &format!("select cast(max(concat(a.id, p.id)) as bigint) as n {many}")),
            query("c", "n int64", "select nothing as n from things"),
            query("full", "n int64", "select n from things"),
        ];
        for _ in 0..3 {
            let error = failure(&queries).await;
            assert!(error.to_string().starts_with("queries/b.sql failed: a value"), "{error}");
        }
        assert!(failure(&queries[2..]).await.to_string().starts_with("queries/c.sql: "));
    });
}

/// Takes nearly all memory until a query failed for want of it, or for good.
struct Hoard<'a> {
    sink: MemorySink<'a>,
    memory: Mutex<Option<MemoryReservation>>,
    for_good: bool,
    failed: Notify,
    failures: AtomicUsize,
}

#[async_trait]
impl Sink for Hoard<'_> {
    type Error = SinkError;
    type Written = TableFiles;

    async fn write(&self, table: &Table, rows: Rows) -> Result<TableFiles, SinkError> {
        if table.name == "first" {
            self.failed.notified().await;
        }
        let written = self.sink.write(table, rows).await;
        if written.is_err() {
            self.failures.fetch_add(1, Ordering::SeqCst);
            self.memory.lock().unwrap().take_if(|_| !self.for_good);
            self.failed.notify_one();
        }
        written
    }

    fn files(&self, written: &TableFiles) -> TableFiles {
        written.clone()
    }
}

#[test]
fn what_lacks_memory_beside_others_is_asked_again_alone() {
    deep(|| async {
        let lake = things().await;
        let queries = [
            query("first", "id string", "select id from things"),
            query("second", "n int64", "select n from things order by n"),
            query("third", "n int64", "select count(n) as n from second"),
        ];
        for for_good in [false, true] {
            let session = lake.session();
            let all = SessionOptions::default().memory_limit_bytes - (1 << 20);
            let memory = MemoryConsumer::new("a hoard").register(&session.context().runtime_env().memory_pool);
            memory.try_grow(all).unwrap();
            let hoard = Hoard {
                sink: MemorySink::beside(&lake),
                memory: Mutex::new(Some(memory)),
                for_good,
                failed: Notify::new(),
                failures: AtomicUsize::new(0),
            };
            // Where one query runs at a time, none runs beside others.
            let is_beside = session.queries_at_once() > 1;
            if !is_beside {
                hoard.failed.notify_one();
            }
            let derived = run(&session, day(DAY), &queries, &["things"], &hoard).await;
            match derived {
                Ok(derived) => {
                    assert!(is_beside && !for_good && derived.written.len() == 3);
                    assert_eq!(ask(&session, "select n from third").await.unwrap(), "n\n1\n");
                }
                Err(error) => {
                    assert!(for_good || !is_beside);
                    assert!(error.to_string().contains("queries/second.sql failed: it needs more memory"), "{error}");
                }
            }
            assert_eq!(hoard.failures.into_inner(), 1 + usize::from(for_good && is_beside));
        }
    });
}

/// An internal table is computed for others, which lie in the same catalogue and are published.
#[test]
fn every_internal_table_is_read_by_a_derived_table_and_by_no_rule() {
    deep(|| async {
        let catalog = Catalog::embedded().unwrap();
        let session = TestLake::default().session();
        let internal: BTreeSet<String> =
            catalog.derived.iter().filter(|q| q.internal).map(|q| q.table.name.clone()).collect();
        let read_by = |sql: &str| prepared::reads(&session, sql).unwrap();
        let read: BTreeSet<String> = catalog.derived.iter().flat_map(|q| (*read_by(&q.sql)).clone()).collect();
        assert_eq!(internal.difference(&read).collect::<Vec<_>>(), Vec::<&String>::new());
        for rule in &catalog.rules {
            assert!(read_by(&rule.sql).is_disjoint(&internal), "{} is asked when internal tables are gone", rule.name);
        }
        assert!(catalog.tables().iter().all(|t| !internal.contains(&t.name)));
    });
}

#[test]
fn checking_needs_the_catalogue_only() {
    deep(|| async {
        let things = parse("things.sql", "-- things: x\n-- column id string none: x\nselect 1").unwrap().table;
        let good = query("good", "id string", "select id from things");
        let after = query("after", "n int64", "select count(id) as n from good");
        check(&[after, good], std::slice::from_ref(&things)).await.unwrap();
        let error = check(&[query("bad", "id string", "select idd as id from things")], &[things]).await.unwrap_err();
        assert!(error.to_string().starts_with("queries/bad.sql: SQL error"), "{error}");
    });
}

#[test]
fn declared_types_of_lists_match_whatever_their_item_is_called() {
    let list = |item: &str, t: DataType| DataType::List(Arc::new(arrow::datatypes::Field::new(item, t, true)));
    let schema = |t: DataType| arrow::datatypes::Schema::new(vec![arrow::datatypes::Field::new("a", t, true)]);
    let declared = crate::catalog::LakeType::StringList.arrow();
    assert!(columns::casts(&schema(list("element", DataType::Utf8View)), &schema(declared.clone())).is_ok());
    assert!(columns::casts(&schema(list("item", DataType::Int32)), &schema(declared)).is_err());
}
