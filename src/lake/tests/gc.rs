//! Collections over manifests that this program cannot read, on every kind of store.

use chrono::TimeDelta;

use super::{worlds::data, *};

fn keep_last(last: usize) -> GarbageScope {
    GarbageScope::Retention(Retention { last: Some(last), ..Retention::default() })
}

/// In a bucket, files must look old enough.
async fn find(lake: &Lake, scope: &GarbageScope) -> Garbage {
    find_garbage(lake, scope, day("2026-11-22"), Utc::now() + TimeDelta::days(2)).await.unwrap()
}

async fn damage(lake: &TestLake, as_of: &str, sequence: u64, content: &'static str) {
    let path = layout::manifest(SnapshotId { as_of: day(as_of), sequence });
    lake.raw.put(&path, content.into()).await.unwrap();
}

async fn a_manifest_that_was_replaced_as_it_was_is_no_objection(lake: &TestLake) {
    publish_employees(lake, "2026-11-21", "run-1", 0, 3).await.unwrap();
    publish_employees(lake, "2026-11-22", "run-2", 0, 3).await.unwrap();
    damage(lake, "2026-11-21", 1, "{").await;
    let all = data(lake).await;
    let doubtful = find(lake, &keep_last(1)).await;
    assert!(matches!(doubtful.objections[..], [Objection::Unreadable { .. }]), "{:?}", doubtful.objections);
    collect_garbage(lake, &"gc-1".parse().unwrap(), &doubtful).await.unwrap();
    assert_eq!(data(lake).await, all, "not even then");
    // The day is read again.
    publish_employees(lake, "2026-11-21", "run-3", 0, 3).await.unwrap();
    assert!(find(lake, &keep_last(2)).await.is_empty());
    let garbage = find(lake, &keep_last(1)).await;
    assert_eq!((garbage.objections.len(), garbage.snapshots.len()), (0, 2));
    // Bytes that changed since are another matter.
    damage(lake, "2026-11-21", 1, "[").await;
    assert_eq!(find(lake, &keep_last(1)).await.objections.len(), 1);
    damage(lake, "2026-11-21", 1, "{").await;
    collect_garbage(lake, &"gc-2".parse().unwrap(), &garbage).await.unwrap();
    assert_eq!(lake.every_snapshot().await.unwrap().len(), 1);
    assert_eq!(data(lake).await.len(), 1);
}

async fn nothing_goes_from_a_lake_that_a_later_version_wrote_to(lake: &TestLake) {
    for (as_of, run) in [("2026-11-20", "run-1"), ("2026-11-21", "run-2"), ("2026-11-22", "run-3")] {
        publish_employees(lake, as_of, run, 0, 3).await.unwrap();
    }
    damage(lake, "2026-11-21", 1, "{ \"format_version\": 99 }").await;
    let before = objects(&lake.raw, "").await;
    let drop = |as_of: &str| GarbageScope::Days(BTreeSet::from([day(as_of)]));
    for scope in [keep_last(1), drop("2026-11-20")] {
        let garbage = find(lake, &scope).await;
        assert_eq!(garbage.snapshots, ["2026-11-20.1"]);
        let error = collect_garbage(lake, &"gc-1".parse().unwrap(), &garbage).await.unwrap_err();
        assert!(matches!(error, LakeError::Newer { found: 99, .. }), "{error:?}");
    }
    assert_eq!(objects(&lake.raw, "").await, before);
    // That day itself may be named.
    let garbage = find(lake, &drop("2026-11-21")).await;
    collect_garbage(lake, &"gc-1".parse().unwrap(), &garbage).await.unwrap();
    assert_eq!(data(lake).await.len(), 2);
}

async fn somebody_who_published_meanwhile_keeps_every_file(lake: &TestLake) {
    publish_employees(lake, "2026-11-21", "run-1", 0, 3).await.unwrap();
    publish_employees(lake, "2026-11-22", "run-2", 0, 3).await.unwrap();
    let garbage = find(lake, &keep_last(1)).await;
    publish_employees(lake, "2026-11-21", "run-3", 0, 3).await.unwrap();
    let files = data(lake).await;
    let error = collect_garbage(lake, &"gc-1".parse().unwrap(), &garbage).await.unwrap_err();
    assert!(matches!(error, LakeError::ChangedMeanwhile { .. }), "{error:?}");
    assert_eq!(error.exit_code() as u8, 6);
    assert_eq!(data(lake).await, files);
    assert_eq!(lake.snapshot(day("2026-11-21")).await.unwrap().unwrap().run_id.as_str(), "run-3");
}

on_every_store! {
    a_manifest_that_was_replaced_as_it_was_is_no_objection
    nothing_goes_from_a_lake_that_a_later_version_wrote_to
    somebody_who_published_meanwhile_keeps_every_file
}
