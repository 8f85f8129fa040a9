use std::sync::Arc;

use arrow::array::RecordBatch;
use proptest::prelude::*;

use super::*;
use crate::engine::{
    Parameters, Session,
    query::{parse_query, plan},
    testing::{TestLake, ask, batch, deep, empty_session, ints, strings},
};

async fn lake() -> Session {
    let mut lake = TestLake::default();
    let rows = batch(vec![
        ("a", strings([Some("x"), Some("y"), None])),
        ("b", ints([Some(1), Some(2), Some(2)])),
        ("order", ints([Some(3), Some(2), Some(1)])),
    ]);
    lake.add_batch("t", "2026-01-01", &rows).await;
    lake.add_batch("u", "2026-01-01", &batch(vec![("c", ints([Some(7)]))])).await;
    lake.session()
}

/// A statement, and the headings of its answer between `|`.
#[test]
fn what_has_no_name_is_headed_by_its_text() {
    deep(|| async {
        let session = lake().await;
        for (sql, headings) in [
            ("select max(b) from t", "max(b)"),
            ("select COUNT( * ),\n  sum(b)  +\n 1 from t", "COUNT( * )|sum(b) + 1"),
            (
                "select case when a = 'x' then 'one' else 'more' end from t",
                "case when a = 'x' then 'one' else 'more' end",
            ),
            ("select 1, 1, '1'", "1|1_2|'1'"),
            ("select (select 1), (select 2)", "(select 1)|(select 2)"),
            ("select A, t.b, (a), T.A from t", "a|b|a_2|a_3"),
            ("select \"a\", b as \"B\", upper(a) x from t", "a|B|x"),
            ("select b + 1, b as \"b + 1\" from t", "b + 1_2|b + 1"),
            ("select distinct b % 2 from t", "b % 2"),
            ("select distinct on (b % 2) b * 2, a from t order by b % 2", "b * 2|a"),
            ("select all b-1 from t", "b-1"),
            (
                "select a is distinct from 'x', a is not distinct from 'x' from t",
                "a is distinct from 'x'|a is not distinct from 'x'",
            ),
            ("select extract(year from date '2026-01-01'), 2", "extract(year from date '2026-01-01')|2"),
            ("select t.order, t.order + 1 from t", "order|t.order + 1"),
            ("select /* why, so */ upper(a) -- from\n, lower(/* deep */ a) from t", "upper(a)|lower( a)"),
            ("select [1, 2], {'k': 3}", "[1, 2]|{'k': 3}"),
            ("select ',', ' from ' || a from t", "','|' from ' || a"),
            ("with c as (select count(*) from t) select * from c", "count(*)"),
            ("with c as (select count(*), count(*) from t) select * from c", "count(*)|count(*)_2"),
            ("select b + 1 from t union all select 9 order by 1", "b + 1"),
            ("(select b + 1 from t) intersect (select 2)", "b + 1"),
            ("select upper(a), * from t", "upper(a)|a|b|order|as_of"),
            ("select *, upper(a) from t", "a|b|order|as_of|upper(a)"),
            ("select t.*, upper(a), b as n, u.* from t cross join u", "a|b|order|as_of|upper(a)|n|c|as_of"),
            ("select * except (a), b + 1 from t", "b|order|as_of|b + 1"),
            ("select b + 1 where false", "b + 1"),
            ("select b, count(*) from t group by b having count(*) > 1 order by count(*)", "b|count(*)"),
            (
                "select percentile_cont(0.5) within group (order by b), 1 from t",
                "percentile_cont(0.5) within group (order by b)|1",
            ),
            (
                "select sum(b) over (partition by a order by b), '王' from t",
                "sum(b) over (partition by a order by b)|'王'",
            ),
            ("select $as_of", "$as_of"),
            ("select 1;", "1"),
            ("values (1)", "column1"),
        ] {
            let sql = if sql.contains(" where false") { "select b + 1 from t where false" } else { sql };
            let parameters = Parameters::of_day(Some("2026-01-01".parse().unwrap()));
            let planned = plan(&session, sql, &parameters).await.unwrap_or_else(|e| panic!("{sql}: {e}"));
            let rows = planned.rows().await.unwrap();
            let found: Vec<&str> = rows.schema().fields().iter().map(|field| field.name().as_str()).collect();
            assert_eq!(found.join("|"), headings, "{sql}");
        }
    });
}

#[test]
fn a_long_text_is_cut_and_stays_unique() {
    deep(|| async {
        let sum = vec!["1"; 200].join(" + ");
        let answer = ask(&empty_session(), &format!("select {sum}, {sum}")).await.unwrap();
        let headings: Vec<&str> = answer.lines().next().unwrap().split(',').collect();
        assert_eq!(headings[0].chars().count(), LONGEST);
        assert!(headings[0].ends_with('…') && headings[1] == format!("{}_2", headings[0]), "{headings:?}");
    });
}

/// Only the headings differ from what the planner names them.
#[test]
fn rows_are_those_of_the_plan() {
    deep(|| async {
        let session = lake().await;
        for sql in [
            "select upper(a), b + 1 from t order by upper(a) desc nulls last, b + 1",
            "select b % 2, count(*) from t group by b % 2 having count(*) > 0 order by count(*), b % 2",
            "select b + 0 as b, -b from t order by b",
            "select -b from t order by b",
            "select distinct upper(a) from t order by 1",
            "select upper(a) from t union select 'z' order by 1",
            "select (select max(b) from t) - b from t order by 1",
            "select *, b * 2 from t order by b * 2, a",
            "select rank() over (order by b), a from t order by rank() over (order by b), a",
            "select s.\"max(t.b)\" + 1 from (select max(b) from t) as s",
        ] {
            let parameters = Parameters::default();
            let collected = async |as_planned: bool| -> Vec<RecordBatch> {
                let planned = plan(&session, sql, &parameters).await.unwrap_or_else(|e| panic!("{sql}: {e}"));
                let rows = if as_planned { planned.rows_as_planned().await } else { planned.rows().await };
                rows.unwrap().collect().await.unwrap()
            };
            let (typed, planned) = (collected(false).await, collected(true).await);
            let values = |batches: &[RecordBatch]| {
                let lines = |b: &RecordBatch| {
                    let text = |c: &arrow::array::ArrayRef| {
                        let plain = arrow::compute::cast(c, &arrow::datatypes::DataType::Utf8).unwrap();
                        arrow::array::AsArray::as_string::<i32>(&plain).iter().map(|v| v.map(str::to_owned)).collect()
                    };
                    b.columns().iter().map(text).collect::<Vec<Vec<Option<String>>>>()
                };
                batches.iter().map(lines).collect::<Vec<_>>()
            };
            assert_eq!(values(&typed), values(&planned), "{sql}");
            assert!(typed.iter().map(RecordBatch::num_rows).sum::<usize>() > 0, "{sql}");
            assert!(!Arc::ptr_eq(&typed[0].schema(), &planned[0].schema()));
        }
    });
}

proptest! {
    /// The tokens give as many texts as there are items, and each is read as that item again.
    #[test]
    fn texts_are_those_of_the_items(
        items in prop::collection::vec(prop::sample::select(vec![
            "a", "t.a", "a + 1", "(a, b)", "'x,y'", "\"from\"", "a is distinct from b", "f(a, b)", "a /* , */", "[1, 2]",
            "extract(day from a)", "case when a then b else c end", "a::int", "- a", "count(*) filter (where a)",
        ]), 1..6),
        tail in prop::sample::select(vec!["", ";", " from t", "\nwhere a", " group by a", " order by 1", " limit 1", " union select 1"]),
        gap in prop::sample::select(vec![" ", "\n", "  \t"]),
    ) {
        let sql = format!("select{gap}{}{tail}", items.join(&format!(",{gap}")));
        let statement = parse_query(&sql).unwrap();
        let select = naming_select(&statement).unwrap();
        let texts = texts(select, &sql).unwrap();
        for (text, item) in texts.iter().zip(&select.projection) {
            let again = parse_query(&format!("select {text}")).unwrap();
            prop_assert_eq!(&naming_select(&again).unwrap().projection[0], item, "{}", sql);
        }
    }
}
