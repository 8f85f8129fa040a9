//! One day that cannot be read does not hide the others, and can be read again; days in the future are never the newest.

use super::*;

on_every_store! {
    one_bad_day_leaves_the_others
    a_bad_day_is_repaired_by_publishing_it_again
    what_a_bad_manifest_kept_is_not_carried_over
    a_bad_manifest_in_the_grace_keeps_its_files
    days_in_the_future_are_never_the_newest
    a_lake_without_any_readable_manifest_is_nobodys
}

/// Leaves half of the manifest, and tells its path.
async fn truncate(lake: &TestLake, id: SnapshotId) -> Path {
    let path = layout::manifest(id);
    let whole = text(lake, path.as_ref()).await;
    lake.raw.put(&path, whole.into_bytes()[..100].to_vec().into()).await.unwrap();
    path
}

fn dates(snapshots: &[Snapshot]) -> Vec<String> {
    snapshots.iter().map(|snapshot| snapshot.as_of.to_string()).collect()
}

async fn one_bad_day_leaves_the_others(lake: &TestLake) {
    let older = publish_employees(lake, "2026-11-20", "run-1", 0, 3).await.unwrap();
    let bad = publish_employees(lake, "2026-11-21", "run-2", 0, 4).await.unwrap();
    let newer = publish_employees(lake, "2026-11-22", "run-3", 0, 5).await.unwrap();
    let path = truncate(lake, bad.id()).await;

    let days = lake.days().await.unwrap();
    assert_eq!(days.snapshots, [older.clone(), newer.clone()]);
    let [unreadable] = days.unreadable.as_slice() else { panic!("{days:?}") };
    assert_eq!((unreadable.as_of, unreadable.sequence, &unreadable.path), (bad.as_of, 1, &path.to_string()));
    let message = unreadable.error.to_string();
    for part in [path.as_ref(), "lucca-lake verify", "gc --drop 2026-11-21", "sync --as-of 2026-11-21"] {
        assert!(message.contains(part), "{message} lacks {part}");
    }
    assert_eq!(days.newest(), Some(&newer));
    assert_eq!(lake.newest().await.unwrap(), Some(newer.clone()));
    assert!(matches!(lake.snapshot(bad.as_of).await, Err(LakeError::Corrupt { .. })), "asked for, it is an error");

    // Another day is published, and leaves everything of the bad one where it is.
    let again = publish_employees(lake, "2026-11-22", "run-4", 0, 6).await.unwrap();
    assert_eq!(verify(lake, &again).await.unwrap(), []);
    assert_eq!(verify_lake(lake).await.unwrap(), []);
    assert!(objects(&lake.raw, "core").await.is_superset(&paths(&bad)), "nothing of that day is deleted");
    for file in ["views/duckdb.sql", "views/spark.sql"] {
        let views = text(lake, file).await;
        assert!(views.contains(&format!("-- 2026-11-21 is left out: its manifest {path} cannot be read\n")), "{views}");
        assert_eq!(views::named_files(&views), paths(&older).union(&paths(&again)).cloned().collect());
    }

    // The newest that can be read.
    truncate(lake, again.id()).await;
    assert_eq!(lake.newest().await.unwrap(), Some(older));
    assert_eq!(dates(&lake.days().await.unwrap().snapshots), ["2026-11-20"]);
    assert!(matches!(lake.snapshot(again.as_of).await, Err(LakeError::Corrupt { .. })), "no falling back within a day");
}

async fn a_bad_day_is_repaired_by_publishing_it_again(lake: &TestLake) {
    publish_employees(lake, "2026-11-22", "run-1", 0, 3).await.unwrap();
    let bad = publish_employees(lake, "2026-11-22", "run-2", 0, 4).await.unwrap();
    let path = truncate(lake, bad.id()).await;
    let days = lake.days().await.unwrap();
    assert_eq!((days.of(bad.as_of), days.sequence_of(bad.as_of)), (None, Some(2)));

    // A run that knows of another state must not replace it.
    let staged = stage(lake, "run-3", &table("employees", Zone::Core), 0, 5).await;
    let late = Publication { replaces: Replaces::Exactly(None), ..publication("2026-11-22", "run-3", vec![staged]) };
    assert!(matches!(publish(lake, late).await, Err(LakeError::Conflict { sequence: 2, .. })));

    let staged = stage(lake, "run-4", &table("employees", Zone::Core), 0, 5).await;
    let mut next = publication("2026-11-22", "run-4", vec![staged]);
    (next.replaces, next.superseded_grace) = (Replaces::Exactly(Some(2)), chrono::TimeDelta::hours(6));
    let next = publish(lake, next).await.unwrap();
    assert_eq!(next.sequence, 3);
    let link = next.previous.as_ref().unwrap();
    assert_eq!((link.path.as_str(), &link.sha256), (path.as_ref(), &lake.load(bad.id()).await.unwrap().sha256));
    assert_eq!(objects(&lake.raw, "core").await, paths(&next), "what the bad manifest named is not known, and goes");
    assert_eq!(verify(lake, &next).await.unwrap(), [], "the chain goes on over it");
    assert_eq!(verify_lake(lake).await.unwrap(), []);
    assert!(lake.days().await.unwrap().unreadable.is_empty());

    // It is still looked after: other bytes than those that were replaced are found, and so is a loss before it.
    lake.raw.put(&path, "{}".into()).await.unwrap();
    assert_eq!(verify(lake, &next).await.unwrap().len(), 1);
    truncate(lake, SnapshotId { sequence: 1, ..bad.id() }).await;
    assert_eq!(verify(lake, &next).await.unwrap().len(), 1);
}

async fn what_a_bad_manifest_kept_is_not_carried_over(lake: &TestLake) {
    let first = publish_employees(lake, "2026-11-22", "run-1", 0, 3).await.unwrap();
    truncate(lake, first.id()).await;
    assert_eq!(lake.tables_with_files(first.as_of).await.unwrap(), BTreeSet::from(["employees".to_owned()]));
    let next = Publication { carried_over: first.tables.clone(), ..publication("2026-11-22", "run-2", vec![]) };
    let error = publish(lake, next).await.unwrap_err();
    assert!(matches!(&error, LakeError::Conflict { winner, .. } if winner.contains("cannot be read")), "{error}");
    assert!(objects(&lake.raw, "core").await.is_superset(&paths(&first)));
}

async fn a_bad_manifest_in_the_grace_keeps_its_files(lake: &TestLake) {
    let mut kept = Vec::new();
    for run in ["run-1", "run-2", "run-3"] {
        let staged = stage(lake, run, &table("employees", Zone::Core), 0, 3).await;
        let graceful = publication("2026-11-22", run, vec![staged]);
        let graceful = Publication { superseded_grace: chrono::TimeDelta::hours(6), ..graceful };
        if run == "run-3" {
            truncate(lake, SnapshotId { as_of: day("2026-11-22"), sequence: 1 }).await;
        }
        kept.push(publish(lake, graceful).await.unwrap());
    }
    let all: BTreeSet<String> = kept.iter().flat_map(paths).collect();
    assert_eq!(objects(&lake.raw, "core").await, all, "its grace is not over");
}

async fn days_in_the_future_are_never_the_newest(lake: &TestLake) {
    let right = publish_employees(lake, "2026-11-23", "run-1", 0, 3).await.unwrap();
    let slip = publish_employees(lake, "2062-11-21", "run-2", 0, 3).await.unwrap();
    let today = lake.lake.clone().with_latest_day(day("2026-11-23"));
    assert_eq!(today.newest().await.unwrap(), Some(right.clone()));
    let days = today.days().await.unwrap();
    assert_eq!(days.newest(), Some(&right));
    assert_eq!(days.in_the_future().collect::<Vec<_>>(), [slip.as_of]);
    assert_eq!(days.snapshots.len(), 2, "it is there all the same for who asks for it");
    let yesterday = lake.lake.clone().with_latest_day(day("2026-11-22"));
    assert_eq!(yesterday.newest().await.unwrap(), None);
    assert!(yesterday.any_snapshot().await.unwrap().is_some(), "whose lake it is can be told");
}

async fn a_lake_without_any_readable_manifest_is_nobodys(lake: &TestLake) {
    assert_eq!(lake.any_snapshot().await.unwrap(), None);
    let first = publish_employees(lake, "2026-11-22", "run-1", 0, 3).await.unwrap();
    let second = publish_employees(lake, "2026-11-22", "run-2", 0, 3).await.unwrap();
    truncate(lake, second.id()).await;
    assert_eq!(lake.any_snapshot().await.unwrap(), Some(first.clone()), "a replaced one tells whose it is");
    truncate(lake, first.id()).await;
    let error = lake.any_snapshot().await.unwrap_err();
    assert!(matches!(error, LakeError::NoneReadable { .. }), "{error}");
    assert!(error.to_string().contains("as_of=2026-11-22/0000000002.json"), "{error}");
}
