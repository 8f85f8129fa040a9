//! Queries that are computed at the same time give what they give one after another, row by row; and how one is answered.

use std::{collections::BTreeMap, path::Path};

use arrow::{array::RecordBatch, compute::concat_batches};
use lucca_lake::{
    engine::{Session, SessionOptions, query, stack::run_with_deep_stack},
    lake::Lake,
    table_files,
};
use tempfile::tempdir;

use crate::tenant::{Tenant, code, err, out};

/// All rows of the newest day, in the order of the files, by table.
fn rows(lake: &Path) -> BTreeMap<String, RecordBatch> {
    let read = || async {
        let lake = Lake::open_existing(lake.to_str().unwrap(), &|_| None).unwrap();
        let day = lake.newest().await.unwrap().unwrap();
        let files = day.tables.iter().map(|table| table_files(table, day.as_of));
        let session = Session::over(lake.store(), &SessionOptions::default(), files).unwrap();
        let mut tables = BTreeMap::new();
        for table in &day.tables {
            let rows = query::run(&session, &format!("SELECT * FROM {}", table.name), None).await.unwrap();
            let schema = rows.schema().clone();
            let rows = concat_batches(&schema, &rows.collect().await.unwrap()).unwrap();
            tables.insert(table.name.clone(), rows);
        }
        tables
    };
    run_with_deep_stack(read).unwrap()
}

/// A table without what tells one run from another.
fn without_run(rows: &RecordBatch) -> RecordBatch {
    let schema = rows.schema();
    let kept = schema.fields().iter().enumerate().filter(|(_, field)| field.name() != "_run_id");
    rows.project(&kept.map(|(index, _)| index).collect::<Vec<_>>()).unwrap()
}

#[test]
fn what_is_computed_at_the_same_time_is_the_same() {
    let (tenant, folder) = (Tenant::start(&["--employees", "150"]), tempdir().unwrap());
    let lake = folder.path().join("lake");
    let sync = tenant.run(&lake, &["sync"]);
    assert_eq!(code(&sync), 0, "{}", err(&sync));
    let derive = |limit: &str| {
        let derived = tenant.run_with(&lake, &["derive"], &[("LUCCA_MEMORY_LIMIT", limit)]);
        assert_eq!(code(&derived), 0, "{limit}: {}", err(&derived));
        rows(&lake)
    };
    // With so little memory there is one query, and one part of a plan, at a time.
    let one_at_a_time = derive("512MiB");
    assert!(one_at_a_time.len() > 40 && one_at_a_time.values().filter(|rows| rows.num_rows() > 0).count() > 35);
    for limit in ["1GiB", "4GiB"] {
        let at_once = derive(limit);
        assert!(at_once.keys().eq(one_at_a_time.keys()));
        for (table, rows) in &at_once {
            assert_eq!(without_run(rows), without_run(&one_at_a_time[table]), "{table} with {limit}");
        }
    }

    let explained = tenant.run(&lake, &["derive", "--explain", "legacy_users"]);
    assert_eq!(code(&explained), 0, "{}", err(&explained));
    let (heading, plan) = out(&explained).split_once("\n\n").map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    let rows = one_at_a_time["legacy_users"].num_rows();
    assert!(heading.starts_with("legacy_users as of ") && heading.ends_with(" s, not published"), "{heading}");
    assert!(heading.contains(&format!(": {rows} rows in ")), "{heading}");
    // Every operator tells its rows.
    assert!(plan.lines().all(|line| line.contains("metrics=[")), "{plan}");
    assert!(plan.contains("HashJoinExec") && plan.contains("output_rows="), "{plan}");
    let unknown = tenant.run(&lake, &["derive", "--explain", "legacy_user"]);
    assert_eq!(
        (code(&unknown), err(&unknown).contains("did you mean \"legacy_users\"")),
        (2, true),
        "{}",
        err(&unknown)
    );
}
