use std::sync::Arc;

use arrow::array::ArrayRef;

use super::*;
use crate::engine::{
    SessionOptions, TableFiles,
    days::DaySessions,
    testing::{TestLake, batch, csv, day, deep, ints, strings},
};

const SQL: &str = "SELECT CAST($as_of AS DATE) - CAST('2026-01-01' AS DATE) AS days, count(*) AS n, \
                   sum(n) AS total, max(as_of) AS of FROM things WHERE CAST($as_of AS DATE) >= as_of";

fn sessions(lake: &TestLake, memory_limit_bytes: usize) -> DaySessions {
    let options = SessionOptions { memory_limit_bytes, ..SessionOptions::default() };
    DaySessions::new(Arc::clone(&lake.store) as Arc<dyn object_store::ObjectStore>, &options).unwrap()
}

async fn things(lake: &mut TestLake, as_of: &str, columns: Vec<(&str, ArrayRef)>) -> TableFiles {
    lake.add_batch("things", as_of, &batch(columns)).await;
    lake.tables.pop().unwrap()
}

async fn told(days: &DaySessions, table: Option<TableFiles>, as_of: &str, sql: &str) -> Result<String, EngineError> {
    let session = days.open(table).await.unwrap();
    csv(ask(&session, sql, Some(day(as_of))).await?).await
}

#[test]
fn a_plan_that_is_kept_answers_for_the_day_that_is_asked() {
    deep(|| async {
        let mut lake = TestLake::default();
        let days = sessions(&lake, 1 << 30);
        for (as_of, rows, expected) in [
            ("2026-01-02", vec![Some(1), Some(2)], "1,2,3,2026-01-02"),
            ("2026-01-03", vec![], "2,0,,"),
            ("2026-01-05", vec![Some(7), None, Some(1)], "4,3,8,2026-01-05"),
        ] {
            let table = things(&mut lake, as_of, vec![("n", ints(rows))]).await;
            let found = told(&days, Some(table), as_of, SQL).await.unwrap();
            assert_eq!(found, format!("days,n,total,of\n{expected}\n"));
            assert!(days.keeps(SQL));
        }
    });
}

#[test]
fn other_columns_and_missing_tables_are_planned_for() {
    deep(|| async {
        let mut lake = TestLake::default();
        let days = sessions(&lake, 1 << 30);
        let sql = "SELECT * FROM things";
        let table = things(&mut lake, "2026-01-01", vec![("n", ints([Some(1)]))]).await;
        assert_eq!(told(&days, Some(table), "2026-01-01", sql).await.unwrap(), "n,as_of\n1,2026-01-01\n");
        assert!(told(&days, None, "2026-01-02", sql).await.is_err());
        let columns = vec![("n", strings([Some("a")])), ("m", ints([Some(2)]))];
        let table = things(&mut lake, "2026-01-03", columns).await;
        assert_eq!(told(&days, Some(table), "2026-01-03", sql).await.unwrap(), "n,m,as_of\na,2,2026-01-03\n");
        let table = things(&mut lake, "2026-01-04", vec![("n", ints([Some(4)]))]).await;
        assert_eq!(told(&days, Some(table), "2026-01-04", sql).await.unwrap(), "n,as_of\n4,2026-01-04\n");
    });
}

/// What is wrong on one day is not wrong on the next.
#[test]
fn a_day_that_fails_leaves_no_trace() {
    deep(|| async {
        let mut lake = TestLake::default();
        let days = sessions(&lake, 1 << 30);
        let sql = "SELECT CAST(word AS BIGINT) AS n, (SELECT max(word) FROM things) AS most FROM things";
        for (as_of, word, expected) in
            [("2026-01-01", "1", Some("1,1")), ("2026-01-02", "no", None), ("2026-01-03", "3", Some("3,3"))]
        {
            let table = things(&mut lake, as_of, vec![("word", strings([Some(word)]))]).await;
            let found = told(&days, Some(table), as_of, sql).await;
            assert_eq!(found.ok(), expected.map(|row| format!("n,most\n{row}\n")));
        }
    });
}

/// Two at once: the second finds no plan, and makes its own.
#[test]
fn a_plan_that_is_running_is_not_lent_again() {
    deep(|| async {
        let mut lake = TestLake::default();
        let days = sessions(&lake, 1 << 30);
        let first = things(&mut lake, "2026-01-02", vec![("n", ints([Some(1)]))]).await;
        let second = things(&mut lake, "2026-01-03", vec![("n", ints([Some(2)]))]).await;
        told(&days, Some(first.clone()), "2026-01-02", SQL).await.unwrap();
        let (first, second) = (days.open([first]).await.unwrap(), days.open([second]).await.unwrap());
        let one = ask(&first, SQL, Some(day("2026-01-02"))).await.unwrap();
        let two = ask(&second, SQL, Some(day("2026-01-03"))).await.unwrap();
        assert_eq!(csv(two).await.unwrap(), "days,n,total,of\n2,1,2,2026-01-03\n");
        assert_eq!(csv(one).await.unwrap(), "days,n,total,of\n1,1,1,2026-01-02\n");
    });
}

#[test]
fn what_there_is_no_memory_for_is_read_from_its_files() {
    deep(|| async {
        let mut lake = TestLake::default();
        let days = sessions(&lake, 10_000);
        let rows = (0..1000).map(Some);
        let table = things(&mut lake, "2026-01-02", vec![("n", ints(rows))]).await;
        assert!(!days.open([table.clone()]).await.unwrap().holds("things"));
        let sql = "SELECT count(n) AS n FROM things";
        assert_eq!(told(&days, Some(table), "2026-01-02", sql).await.unwrap(), "n\n1000\n");
        assert!(!days.keeps(sql));
    });
}
