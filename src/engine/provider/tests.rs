use std::sync::Arc;

use arrow::{
    array::{ListBuilder, RecordBatch, StringBuilder, TimestampMicrosecondArray},
    datatypes::{DataType, Schema},
};
use object_store::{ObjectStoreExt, path::Path as StorePath};

use super::*;
use crate::{
    catalog::LakeType,
    engine::{
        FailureKind, FileRef, query,
        testing::{TestLake, ask, batch, csv, dates, day, deep, ints, strings},
    },
    exit_code::ExitCode,
};

fn people(ids: &[i64]) -> RecordBatch {
    batch(vec![
        ("id", ints(ids.iter().map(|i| Some(*i)))),
        ("name", strings(ids.iter().map(|i| Some(format!("person {i}"))))),
    ])
}

/// Two dates, the second with two files and one column more.
async fn two_dates() -> TestLake {
    let mut lake = TestLake::default();
    lake.add_batch("people", "2026-01-01", &people(&[1, 2])).await;
    let more = batch(vec![
        ("id", ints([Some(3)])),
        ("name", strings([Some("c")])),
        ("born", dates([Some(day("1990-05-17"))])),
    ]);
    let last = batch(vec![("id", ints([Some(4)])), ("name", strings([None::<&str>])), ("born", dates([None]))]);
    lake.add("people", "2026-02-01", more.schema(), &[more, last]).await;
    lake
}

#[test]
fn rows_of_all_dates_with_their_date() {
    deep(|| async {
        let session = two_dates().await.session();
        assert_eq!(
            ask(&session, "select * from people order by id").await.unwrap(),
            "id,name,born,as_of\n1,person 1,,2026-01-01\n2,person 2,,2026-01-01\n3,c,1990-05-17,2026-02-01\n4,,,2026-02-01\n"
        );
        // Statistics answer these; a column that files lack must count as null in them.
        assert_eq!(
            ask(&session, "select count(*) as n, count(born) as b, count(name) as m, min(id) as lo, max(as_of) as d, min(born) as y from people")
                .await
                .unwrap(),
            "n,b,m,lo,d,y\n4,1,3,1,2026-02-01,1990-05-17\n"
        );
        assert_eq!(
            ask(&session, "select as_of, count(*) as n from people group by 1 order by 1").await.unwrap(),
            "as_of,n\n2026-01-01,2\n2026-02-01,2\n"
        );
        assert_eq!(ask(&session, "select count(*) as n from people where born is null").await.unwrap(), "n\n3\n");
        assert_eq!(
            ask(&session, "select id from people where as_of = date '2026-02-01' and id > 3").await.unwrap(),
            "id\n4\n"
        );
        assert_eq!(ask(&session, "select id from people where as_of > date '2026-02-01'").await.unwrap(), "id\n");
        assert_eq!(ask(&session, "select as_of from people where id = 1").await.unwrap(), "as_of\n2026-01-01\n");
        assert_eq!(ask(&session, "select id from people order by id limit 2").await.unwrap(), "id\n1\n2\n");
    });
}

#[test]
fn files_of_other_dates_are_not_even_opened() {
    deep(|| async {
        let lake = two_dates().await;
        lake.store.delete(&StorePath::from("core/people/as_of=2026-01-01/0.parquet")).await.unwrap();
        let session = lake.session();
        for filter in [
            "as_of = date '2026-02-01'",
            "as_of >= '2026-01-15'",
            "as_of in (date '2026-02-01')",
            "extract(month from as_of) = 2",
        ] {
            let sql = format!("select count(*) as n from people where {filter}");
            assert_eq!(ask(&session, &sql).await.unwrap(), "n\n2\n", "{filter}");
        }
        let gone = ask(&session, "select count(*) from people").await.unwrap_err();
        assert!(matches!(gone, EngineError::Failed { kind: FailureKind::Store, .. }), "{gone:?}");
        assert_eq!(gone.exit_code(), ExitCode::Temporary);
    });
}

#[test]
fn filters_and_columns_reach_the_parquet_reader() {
    deep(|| async {
        let session = two_dates().await.session();
        let plan = ask(&session, "explain select name from people where id > 2").await.unwrap();
        assert!(plan.contains("predicate=id@0 > 2"), "{plan}");
        assert!(plan.contains("pruning_predicate=") && plan.contains("id_max@"), "{plan}");
        assert!(!plan.contains("born"), "{plan}");
        let plan = ask(&session, "explain select name from people where as_of = date '2026-02-01'").await.unwrap();
        assert!(!plan.contains("FilterExec") && !plan.contains("as_of=2026-01-01/"), "{plan}");
    });
}

#[test]
fn every_lake_type_is_read_as_declared() {
    deep(|| async {
        let mut lists = ListBuilder::new(StringBuilder::new());
        lists.values().append_value("a");
        lists.values().append_null();
        lists.append(true);
        let stamps = TimestampMicrosecondArray::from(vec![Some(1)]).with_timezone("UTC");
        let rows = batch(vec![
            ("s", strings([Some("é")])),
            ("l", Arc::new(lists.finish())),
            ("t", Arc::new(stamps)),
            ("d", dates([Some(day("0001-01-01"))])),
        ]);
        let mut lake = TestLake::default();
        lake.add_batch("all_types", "2026-01-01", &rows).await;
        let rows = query::run(&lake.session(), "select * from all_types", None).await.unwrap();
        let types: Vec<DataType> = rows.schema().fields().iter().map(|f| f.data_type().clone()).collect();
        let expected = [LakeType::String, LakeType::StringList, LakeType::Timestamp, LakeType::Date, LakeType::Date];
        assert_eq!(types, expected.map(LakeType::arrow));
        let text = csv(rows).await.unwrap();
        assert_eq!(text, "s,l,t,d,as_of\né,\"[\"\"a\"\",null]\",1970-01-01T00:00:00.000001Z,0001-01-01,2026-01-01\n");
    });
}

/// Footers hold shortened minima and maxima of long texts, which are not values.
#[test]
fn long_texts_are_whole_in_minimum_and_maximum() {
    deep(|| async {
        let long = "z".repeat(30_000);
        let mut lake = TestLake::default();
        lake.add_batch("t", "2026-01-01", &batch(vec![("a", strings([Some(long.clone())]))])).await;
        let answer = ask(&lake.session(), "select max(a) as a, min(a) as b from t").await.unwrap();
        assert_eq!(answer, format!("a,b\n{long},{long}\n"));
        let answer = ask(&lake.session(), &format!("select count(*) as n from t where a = '{long}'")).await.unwrap();
        assert_eq!(answer, "n\n1\n");
    });
}

#[test]
fn a_table_without_files_or_rows_has_its_columns() {
    deep(|| async {
        let mut lake = TestLake::default();
        lake.add("none", "2026-01-01", people(&[]).schema(), &[]).await;
        lake.add_batch("empty", "2026-01-01", &people(&[])).await;
        for table in ["none", "empty"] {
            assert_eq!(ask(&lake.session(), &format!("select * from {table}")).await.unwrap(), "id,name,as_of\n");
            assert_eq!(ask(&lake.session(), &format!("select count(*) as n from {table}")).await.unwrap(), "n\n0\n");
        }
    });
}

#[test]
fn a_damaged_file_is_said_to_be_one() {
    deep(|| async {
        let mut lake = two_dates().await;
        let file = lake.put("core/broken/0.parquet", b"this is not Parquet, whatever its name".to_vec()).await;
        let schema = people(&[]).schema();
        lake.tables.push(TableFiles {
            table: "broken".to_owned(),
            as_of: day("2026-01-01"),
            schema,
            files: vec![file],
        });
        let error = ask(&lake.session(), "select * from broken").await.unwrap_err();
        assert!(matches!(error, EngineError::Failed { kind: FailureKind::Damaged, .. }), "{error:?}");
        assert_eq!(error.exit_code(), ExitCode::Conflict);
    });
}

#[test]
fn a_file_that_is_shorter_than_its_manifest_says_is_damaged() {
    deep(|| async {
        let lake = two_dates().await;
        let file = lake.tables[0].files[0].clone();
        let path = StorePath::from(file.path.as_str());
        let whole = lake.store.get(&path).await.unwrap().bytes().await.unwrap();
        for length in [0, 1, 7, 8, whole.len() / 2, whole.len() - 8, whole.len() - 1] {
            lake.store.put(&path, whole.slice(..length).into()).await.unwrap();
            let sql = format!("select * from {}", lake.tables[0].table);
            let error = ask(&lake.session(), &sql).await.unwrap_err();
            assert!(matches!(error, EngineError::Failed { kind: FailureKind::Damaged, .. }), "{length}: {error:?}");
        }
    });
}

#[test]
fn dates_that_disagree_are_refused() {
    let table = |as_of: &str, schema: Schema, path: &str| TableFiles {
        table: "t".to_owned(),
        as_of: day(as_of),
        schema: Arc::new(schema),
        files: vec![FileRef { path: path.to_owned(), bytes: 1 }],
    };
    let field = |name: &str, t: DataType| Schema::new(vec![Field::new(name, t, false)]);
    let message = |a: TableFiles, b: TableFiles| FileTable::try_new("t", &[&a, &b]).unwrap_err().to_string();
    let text = || table("2026-01-01", field("a", DataType::Utf8), "a");
    let number = table("2026-02-01", field("a", DataType::Int32), "b");
    assert!(message(number, text()).contains("column a is string on 2026-01-01 and int32 later"));
    assert!(message(text(), text()).contains("2026-01-01 is given twice"));
    assert!(
        message(text(), table("2026-02-01", field("as_of", DataType::Date32), "b"))
            .contains("column as_of of their own")
    );
    assert!(message(text(), table("2026-02-01", field("a", DataType::Utf8), "a//b")).contains("path is invalid"));

    // A column that one date lacks is nullable although both declare it not null; one that all have is not.
    let (old, new) = (
        text(),
        table(
            "2026-02-01",
            Schema::new(vec![Field::new("a", DataType::Utf8, false), Field::new("b", DataType::Utf8, false)]),
            "b",
        ),
    );
    let merged = FileTable::try_new("t", &[&old, &new]).unwrap().schema();
    let columns: Vec<(&str, bool)> = merged.fields().iter().map(|f| (&**f.name(), f.is_nullable())).collect();
    assert_eq!(columns, [("a", false), ("b", true), ("as_of", false)]);
}
