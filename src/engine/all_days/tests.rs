use arrow::{
    array::Int64Array,
    datatypes::{DataType, Field, Schema},
};

use super::*;
use crate::engine::testing::{TestLake, ask, batch, deep, ints, strings};

/// Two days: one person, then two. The newest is what names stand for.
async fn two_days() -> (TestLake, Session) {
    let mut lake = TestLake::default();
    lake.add_batch("people", "2026-01-01", &batch(vec![("id", strings([Some("1")]))])).await;
    lake.add_batch("people", "2026-01-02", &batch(vec![("id", strings([Some("1"), Some("2")]))])).await;
    lake.add_batch("counts", "2026-01-01", &batch(vec![("n", ints([Some(1)]))])).await;
    let session = lake.session();
    session.register(&lake.tables[1..2]).unwrap();
    (lake, session)
}

#[test]
fn a_name_is_a_day_and_all_days_have_names_of_their_own() {
    deep(|| async {
        let (lake, session) = two_days().await;
        for (sql, rows) in [
            ("select count(*) as n from people", 2),
            ("select count(*) as n from all_days.people", 3),
            ("select count(*) as n from \"all_days\".People", 3),
            ("select count(*) as n from ALL_DAYS_people", 3),
            ("select count(*) as n from all_days.people a join people b on a.id = b.id and a.as_of = b.as_of", 2),
        ] {
            assert_eq!(named_in(sql), sql.to_lowercase().contains("all_days"), "{sql}");
            if named_in(sql) {
                register(&session, &lake.tables, sql).unwrap();
            }
            assert_eq!(ask(&session, sql).await.unwrap(), format!("n\n{rows}\n"), "{sql}");
        }
        for sql in ["select 'all_days'", "select 1 -- all_days", "select small_days from people"] {
            assert!(!named_in(sql), "{sql}");
        }
        let unknown = ask(&session, "select * from all_days.poeple").await.unwrap_err().to_string();
        assert!(unknown.contains("there is no table all_days.poeple; did you mean"), "{unknown}");
    });
}

#[test]
fn a_table_that_cannot_be_read_over_its_dates_is_in_the_way_of_nobody_else() {
    deep(|| async {
        let (mut lake, session) = two_days().await;
        let text = Arc::new(Schema::new(vec![Field::new("n", DataType::Utf8, true)]));
        lake.add("counts", "2026-01-02", text, &[batch(vec![("n", strings([Some("1")]))])]).await;
        for sql in ["select * from all_days.counts", "select * from all_days_counts"] {
            let error = register(&session, &lake.tables, sql).unwrap_err();
            assert!(matches!(error, EngineError::TableConflict { .. }), "{error}");
        }
        let sql = "select count(*) as n from all_days.people";
        register(&session, &lake.tables, sql).unwrap();
        assert_eq!(ask(&session, sql).await.unwrap(), "n\n3\n");
    });
}

#[test]
fn numbers_of_different_days_are_read_in_the_type_that_holds_them_all() {
    deep(|| async {
        let (mut lake, session) = two_days().await;
        let large = Arc::new(Int64Array::from(vec![(1 << 53) + 1]));
        lake.add_batch("sums", "2026-01-01", &batch(vec![("n", ints([Some(1)]))])).await;
        lake.add_batch("sums", "2026-01-02", &batch(vec![("n", large)])).await;
        let sql = "select n, as_of from all_days.sums order by as_of";
        register(&session, &lake.tables, sql).unwrap();
        assert_eq!(ask(&session, sql).await.unwrap(), "n,as_of\n1,2026-01-01\n9007199254740993,2026-01-02\n");
    });
}
