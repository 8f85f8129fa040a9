//! Delta logs follow the manifests: what they name is what is published, and is there.

use std::collections::BTreeMap;

use serde_json::Value;

use super::*;
use crate::lake::testing::{Change, Fate, FaultyStore};

on_every_store! {
    a_version_for_each_snapshot_that_changes_a_table
    a_log_that_is_behind_catches_up
    a_crash_at_any_instant_leaves_no_log_that_names_what_is_gone
    a_log_that_cannot_follow_keeps_the_replaced_files
    columns_may_come_and_go
    a_column_of_two_types_is_refused_before_anything_changes
    a_table_that_is_gone_becomes_empty
    a_version_of_somebody_else_is_taken_in
    no_reader_of_files_sees_the_log
    rows_of_a_day_that_cannot_be_read_stay
}

fn delta(lake: &TestLake) -> TestLake {
    let inner = lake.lake.clone().with_table_format(TableFormat::Delta);
    TestLake { lake: inner, raw: Arc::clone(&lake.raw), _folder: None }
}

/// The actions of each version, read as any JSON.
async fn versions(lake: &TestLake, table: &str) -> Vec<Vec<Value>> {
    let mut versions = Vec::new();
    for (number, path) in objects(&lake.raw, &format!("{table}/_delta_log")).await.into_iter().enumerate() {
        assert_eq!(
            path,
            format!("{table}/_delta_log/{number:020}.json"),
            "versions follow each other, nothing else is there"
        );
        versions.push(text(lake, &path).await.lines().map(|line| serde_json::from_str(line).unwrap()).collect());
    }
    versions
}

/// The files of a table after all versions, with what the log says of each.
async fn active(lake: &TestLake, table: &str) -> BTreeMap<String, Value> {
    let mut files = BTreeMap::new();
    for action in versions(lake, table).await.into_iter().flatten() {
        let path = |of: &Value| format!("{table}/{}", of["path"].as_str().unwrap());
        if let Some(add) = action.get("add") {
            assert!(files.insert(path(add), add.clone()).is_none(), "added twice: {add}");
        } else if let Some(remove) = action.get("remove") {
            assert!(files.remove(&path(remove)).is_some(), "removed but never added: {remove}");
        }
    }
    files
}

async fn named(lake: &TestLake, table: &str) -> BTreeSet<String> {
    active(lake, table).await.into_keys().collect()
}

/// The files of a table in all current snapshots.
async fn published(lake: &Lake, table: &str) -> BTreeSet<String> {
    let snapshots = lake.days().await.unwrap().snapshots;
    snapshots.iter().filter_map(|s| s.table(table)).flat_map(|t| &t.files).map(|f| f.path.clone()).collect()
}

fn columns(version: &[Value]) -> Option<Vec<(String, bool)>> {
    let metadata = version.iter().find_map(|action| action.get("metaData"))?;
    let schema: Value = serde_json::from_str(metadata["schemaString"].as_str().unwrap()).unwrap();
    let field = |f: &Value| (f["name"].as_str().unwrap().to_owned(), f["nullable"].as_bool().unwrap());
    Some(schema["fields"].as_array().unwrap().iter().map(field).collect())
}

async fn a_version_for_each_snapshot_that_changes_a_table(lake: &TestLake) {
    let lake = &delta(lake);
    let employees = "core/employees";
    let first = publish_employees(lake, "2026-11-22", "run-1", 0, 10).await.unwrap();
    let log = versions(lake, employees).await;
    assert_eq!(log.len(), 1);
    let metadata = log[0].iter().find_map(|action| action.get("metaData")).unwrap();
    assert!(metadata["description"].as_str().unwrap().starts_with("All days"), "{metadata}");
    assert_eq!(named(lake, employees).await, paths(&first));
    publish_employees(lake, "2026-11-23", "run-2", 0, 4).await.unwrap();
    assert_eq!(versions(lake, employees).await.len(), 2);

    // The same date again: one version takes the old file out and puts the new one in.
    let again = publish_employees(lake, "2026-11-22", "run-3", 50, 20).await.unwrap();
    assert_eq!(again.sequence, 2);
    let log = versions(lake, employees).await;
    assert_eq!(log.len(), 3);
    assert_eq!(named(lake, employees).await, published(lake, "employees").await);
    let kinds: Vec<&String> = log[2].iter().flat_map(|action| action.as_object().unwrap().keys()).collect();
    assert_eq!(kinds, ["commitInfo", "remove", "add"]);
    let made_from: Value = serde_json::from_str(log[2][0]["commitInfo"]["userMetadata"].as_str().unwrap()).unwrap();
    let snapshots = serde_json::json!([{ "as_of": "2026-11-22", "sequence": 2, "run_id": "run-3" }]);
    assert_eq!(made_from["snapshots"], snapshots);

    // Nothing to do is no version; so is a snapshot that carries the table over.
    align(lake).await.unwrap();
    let staged = stage(lake, "run-4", &table("departments", Zone::Core), 0, 3).await;
    let mut beside = publication("2026-11-22", "run-4", vec![staged]);
    beside.carried_over = again.tables.clone();
    publish(lake, beside).await.unwrap();
    assert_eq!(versions(lake, employees).await.len(), 3);
    assert_eq!(versions(lake, "core/departments").await.len(), 1);

    for (path, add) in active(lake, employees).await {
        let snapshots = lake.days().await.unwrap().snapshots;
        let file = snapshots.iter().flat_map(Snapshot::files).find(|f| f.path == path).unwrap();
        assert_eq!(add["size"], file.bytes);
        assert!(path.contains(&format!("/as_of={}/", add["partitionValues"]["as_of"].as_str().unwrap())));
        // Counts, but no values: they would outlive the file.
        let stats: Value = serde_json::from_str(add["stats"].as_str().unwrap()).unwrap();
        assert_eq!(stats, serde_json::json!({ "numRecords": file.rows }));
    }
}

async fn a_log_that_is_behind_catches_up(lake: &TestLake) {
    let lake = &delta(lake);
    publish_employees(lake, "2026-11-22", "run-1", 0, 10).await.unwrap();
    publish_employees(lake, "2026-11-22", "run-2", 5, 10).await.unwrap();
    // As if the process had died between manifest and log, of the second run and of the first.
    for lost in [&[1][..], &[0, 1]] {
        for version in lost {
            lake.raw.delete(&Path::from(format!("core/employees/_delta_log/{version:020}.json"))).await.unwrap();
        }
        align(lake).await.unwrap();
        assert_eq!(named(lake, "core/employees").await, published(lake, "employees").await);
        assert_eq!(versions(lake, "core/employees").await.len(), 3 - lost.len());
    }
    // A date that was published without logs.
    let plain = lake.lake.clone().with_table_format(TableFormat::Parquet);
    publish_employees(&plain, "2026-11-20", "run-3", 0, 2).await.unwrap();
    align(lake).await.unwrap();
    assert_eq!(named(lake, "core/employees").await, published(lake, "employees").await);
}

async fn a_crash_at_any_instant_leaves_no_log_that_names_what_is_gone(lake: &TestLake) {
    let lake = &delta(lake);
    for changes in 0..200 {
        assert!(changes < 199, "a run has far fewer changes");
        publish_employees(lake, "2026-11-22", &format!("good-{changes}"), 0, 3).await.unwrap();
        let run = format!("crash-{changes}");
        let result = faults::run_until_crash(lake, &run, changes, Fate::Done).await;
        let stored = objects(&lake.raw, "core").await;
        for table in ["employees", "departments"] {
            let gone: Vec<String> = named(lake, &format!("core/{table}")).await.difference(&stored).cloned().collect();
            assert_eq!(gone, Vec::<String>::new(), "{changes}");
        }
        align(lake).await.unwrap();
        for table in ["employees", "departments"] {
            assert_eq!(named(lake, &format!("core/{table}")).await, published(lake, table).await, "{changes}");
        }
        discard(lake, &run.parse().unwrap()).await.unwrap();
        if result.is_ok() && verify(lake, &lake.newest().await.unwrap().unwrap()).await.unwrap().is_empty() {
            return;
        }
    }
}

async fn a_log_that_cannot_follow_keeps_the_replaced_files(lake: &TestLake) {
    let lake = &delta(lake);
    let first = publish_employees(lake, "2026-11-22", "run-1", 0, 10).await.unwrap();
    for (fate, retryable) in [(Fate::Failed, true), (Fate::Refused, false)] {
        let rule = move |_: Change, path: &Path| if path.as_ref().contains("_delta_log") { fate } else { Fate::Done };
        let failing = lake.through(FaultyStore::with(&lake.raw, rule));
        let error = publish_employees(&failing, "2026-11-22", &format!("run-{retryable}"), 5, 3).await.unwrap_err();
        assert!(matches!(error, LakeError::Behind { behind: "Delta logs", .. }), "{error}");
        assert_eq!(error.is_retryable(), retryable, "{error:?}");
        assert_eq!(named(lake, "core/employees").await, paths(&first));
        assert!(objects(&lake.raw, "core").await.is_superset(&paths(&first)), "readers of the log miss nothing");
    }
    let last = publish_employees(lake, "2026-11-22", "run-4", 5, 3).await.unwrap();
    assert_eq!(named(lake, "core/employees").await, paths(&last));
    assert_eq!(verify(lake, &last).await.unwrap(), []);
}

/// `employees` with these columns, without rows.
async fn publish_columns(
    lake: &Lake,
    as_of: &str,
    run: &str,
    columns: &[(&str, LakeType)],
) -> Result<Snapshot, LakeError> {
    let columns = columns.iter().map(|(name, lake_type)| column(name, *lake_type, false)).collect();
    let employees = Table { columns, ..table("employees", Zone::Core) };
    let staged =
        TableWriter::new(lake, &run.parse().unwrap(), &employees, WriterOptions::default()).close().await.unwrap();
    publish(lake, publication(as_of, run, vec![staged])).await
}

async fn columns_may_come_and_go(lake: &TestLake) {
    let lake = &delta(lake);
    let text = LakeType::String;
    publish_columns(lake, "2026-11-20", "run-1", &[("id", text), ("old", text)]).await.unwrap();
    publish_columns(lake, "2026-11-21", "run-2", &[("new", text), ("id", text)]).await.unwrap();
    publish_columns(lake, "2026-11-22", "run-3", &[("new", text), ("id", text)]).await.unwrap();
    publish_columns(lake, "2026-11-20", "run-4", &[("new", text), ("id", text)]).await.unwrap();
    let log = versions(lake, "core/employees").await;
    let is = |name: &str, nullable| (name.to_owned(), nullable);
    let found: Vec<_> = log.iter().map(|version| columns(version)).collect();
    let expected = [
        Some(vec![is("id", false), is("old", false), is("as_of", false)]),
        // A column that some dates lack is null there.
        Some(vec![is("new", true), is("id", false), is("old", true), is("as_of", false)]),
        None,
        Some(vec![is("new", false), is("id", false), is("as_of", false)]),
    ];
    assert_eq!(found, expected);
    let id = |version: &[Value]| version.iter().find_map(|a| a.get("metaData")).map(|m| m["id"].clone());
    assert_eq!(id(&log[0]), id(&log[3]), "it stays the same table");
}

async fn a_column_of_two_types_is_refused_before_anything_changes(lake: &TestLake) {
    let lake = &delta(lake);
    publish_columns(lake, "2026-11-20", "run-1", &[("number", LakeType::Int32)]).await.unwrap();
    let before = objects(&lake.raw, "core").await;
    let error = publish_columns(lake, "2026-11-21", "run-2", &[("number", LakeType::Int64)]).await.unwrap_err();
    assert!(matches!(error, LakeError::DeltaTypes { .. }), "{error}");
    assert!(error.to_string().contains("column number is int32 on 2026-11-20 and int64 later"), "{error}");
    assert_eq!(objects(&lake.raw, "core").await, before);
    assert_eq!(lake.snapshots().await.unwrap().len(), 1);
    // The same date replaces the type with the file.
    publish_columns(lake, "2026-11-20", "run-3", &[("number", LakeType::Int64)]).await.unwrap();
    assert_eq!(named(lake, "core/employees").await, published(lake, "employees").await);
}

async fn a_table_that_is_gone_becomes_empty(lake: &TestLake) {
    let lake = &delta(lake);
    publish_employees(lake, "2026-11-22", "run-1", 0, 10).await.unwrap();
    let staged = stage(lake, "run-2", &table("departments", Zone::Core), 0, 3).await;
    publish(lake, publication("2026-11-22", "run-2", vec![staged])).await.unwrap();
    assert_eq!(named(lake, "core/employees").await, BTreeSet::new());
    assert_eq!(named(lake, "core/departments").await, published(lake, "departments").await);
    align(lake).await.unwrap();
    assert_eq!(versions(lake, "core/employees").await.len(), 2);
}

async fn a_version_of_somebody_else_is_taken_in(lake: &TestLake) {
    let lake = &delta(lake);
    publish_employees(lake, "2026-11-22", "run-1", 0, 10).await.unwrap();
    let add = r#"{"add":{"path":"as_of=2026-11-22/foreign.parquet","partitionValues":{"as_of":"2026-11-22"},"size":1,"modificationTime":1,"dataChange":true}}"#;
    let path = Path::from(format!("core/employees/_delta_log/{:020}.json", 1));
    lake.raw.put(&path, add.into()).await.unwrap();
    align(lake).await.unwrap();
    assert_eq!(versions(lake, "core/employees").await.len(), 3);
    assert_eq!(named(lake, "core/employees").await, published(lake, "employees").await);
}

async fn no_reader_of_files_sees_the_log(lake: &TestLake) {
    let lake = &delta(lake);
    let snapshot = publish_employees(lake, "2026-11-22", "run-1", 0, 10).await.unwrap();
    assert_eq!(verify(lake, &snapshot).await.unwrap(), []);
    // More versions than the library writes a checkpoint after by default.
    for number in 0..101 {
        publish_employees(lake, "2026-11-22", &format!("again-{number}"), 0, 1).await.unwrap();
    }
    let below = objects(&lake.raw, "core/employees").await;
    let parquet: BTreeSet<String> = below.iter().filter(|path| path.ends_with(".parquet")).cloned().collect();
    assert_eq!(parquet, published(lake, "employees").await);
    assert_eq!(below.iter().filter(|path| !path.ends_with(".json")).count(), parquet.len());
}

async fn rows_of_a_day_that_cannot_be_read_stay(lake: &TestLake) {
    let lake = &delta(lake);
    let bad = publish_employees(lake, "2026-11-21", "run-1", 0, 10).await.unwrap();
    publish_employees(lake, "2026-11-22", "run-2", 0, 5).await.unwrap();
    let manifest = layout::manifest(bad.id());
    let whole = text(lake, manifest.as_ref()).await;
    lake.raw.put(&manifest, "{".into()).await.unwrap();
    align(lake).await.unwrap();
    let next = publish_employees(lake, "2026-11-22", "run-3", 0, 6).await.unwrap();
    let both: BTreeSet<String> = paths(&bad).union(&paths(&next)).cloned().collect();
    assert_eq!(named(lake, "core/employees").await, both);
    lake.raw.put(&manifest, whole.into()).await.unwrap();
    align(lake).await.unwrap();
    assert_eq!(named(lake, "core/employees").await, both);
}
