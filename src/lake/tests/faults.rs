//! What a lake is after something failed: every operation of the store, at every instant.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::lake::testing::{Change, Fate, FaultyStore};

on_every_store! {
    a_crash_at_any_instant_leaves_one_whole_snapshot
    a_put_that_happened_but_was_reported_failed_is_found
    a_put_that_may_still_happen_keeps_its_files
    a_refused_put_takes_the_files_back
    failing_to_delete_does_not_fail_the_run
    failing_to_write_views_is_told_after_publishing
    a_store_that_overwrites_is_found_out
}

fn is_manifest(path: &Path) -> bool {
    path.as_ref().starts_with("_lake/manifests/")
}

/// Two tables in several files replace a snapshot of two others, and the store stops after `changes` changes.
pub(super) async fn run_until_crash(
    lake: &TestLake,
    run: &str,
    changes: usize,
    last: Fate,
) -> std::result::Result<(), LakeError> {
    let left = AtomicUsize::new(changes);
    let store = FaultyStore::with(&lake.raw, move |_, _| {
        match left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1)) {
            Ok(1) => last,
            Ok(_) => Fate::Done,
            Err(_) => Fate::Failed,
        }
    });
    let crashing = lake.through(store);
    let mut staged = Vec::new();
    for name in ["employees", "departments"] {
        let options = WriterOptions { target_file_bytes: 1, max_row_group_bytes: 4096, ..WriterOptions::default() };
        let mut writer = TableWriter::new(&crashing, &run.parse().unwrap(), &table(name, Zone::Core), options);
        writer.write(&batch(&rows(0, 30))).await?;
        staged.push(writer.close().await?);
    }
    assert!(staged.iter().all(|t| t.table().files.len() > 1), "several files must be moved");
    publish(&crashing, publication("2026-11-22", run, staged)).await.map(drop)
}

async fn a_crash_at_any_instant_leaves_one_whole_snapshot(lake: &TestLake) {
    let mut outcomes = BTreeSet::new();
    for last in [Fate::Done, Fate::DoneButFailed] {
        for changes in 0..200 {
            assert!(changes < 199, "a run has far fewer changes");
            let before =
                publish_employees(lake, "2026-11-22", &format!("good-{last:?}-{changes}"), 0, 3).await.unwrap();
            assert_eq!(verify(lake, &before).await.unwrap(), [], "a good run cleans up after a crashed one");
            let glob = objects(&lake.raw, "core").await;
            assert_eq!(glob, paths(&before), "what crashed runs left is gone");

            let run = format!("crash-{last:?}-{changes}");
            let result = run_until_crash(lake, &run, changes, last).await;
            let after = lake.newest().await.unwrap().unwrap();
            let findings = verify(lake, &after).await.unwrap();
            assert!(findings.iter().all(|f| f.problem == Problem::Stray), "{changes}: {findings:?}");
            if after != before {
                assert_eq!(after.run_id.as_str(), run);
                assert_eq!(after.tables.len(), 2);
            }
            outcomes.insert((result.is_ok(), after != before));
            let staged = objects(&lake.raw, &format!("_lake/staging/{run}")).await;
            discard(lake, &run.parse().unwrap()).await.unwrap();
            if result.is_ok() && findings.is_empty() && staged.is_empty() {
                break;
            }
            if let Err(error) = result {
                assert!(error.is_retryable(), "{error}");
            }
        }
    }
    // Failed and invisible; failed (views) but published; done.
    assert_eq!(outcomes, BTreeSet::from([(false, false), (false, true), (true, true)]));
}

async fn a_put_that_happened_but_was_reported_failed_is_found(lake: &TestLake) {
    let lost = |change, path: &Path| match change {
        Change::Create if is_manifest(path) => Fate::DoneButFailed,
        _ => Fate::Done,
    };
    let lossy = lake.through(FaultyStore::with(&lake.raw, lost));
    let snapshot = publish_employees(&lossy, "2026-11-22", "run-1", 0, 3).await.unwrap();
    assert_eq!(lake.newest().await.unwrap().unwrap(), snapshot);
    assert_eq!(verify(lake, &snapshot).await.unwrap(), []);
}

async fn a_store_that_overwrites_is_found_out(lake: &TestLake) {
    assert_eq!(lake.probe(&"run-1".parse().unwrap()).await.unwrap(), PutIfAbsent::Honoured);
    for (fate, expected) in [(Fate::Overwritten, PutIfAbsent::Ignored), (Fate::DoneButFailed, PutIfAbsent::Honoured)] {
        let first = std::sync::atomic::AtomicBool::new(true);
        let rule = move |change, _: &Path| match change {
            // A lost answer is followed by another try, which finds the object.
            Change::Create if fate == Fate::DoneButFailed => {
                match first.swap(false, std::sync::atomic::Ordering::Relaxed) {
                    true => fate,
                    false => Fate::Done,
                }
            }
            Change::Create => fate,
            _ => Fate::Done,
        };
        let found = lake.through(FaultyStore::with(&lake.raw, rule)).probe(&"run-1".parse().unwrap()).await;
        match fate {
            Fate::Overwritten => assert_eq!(found.unwrap(), expected),
            _ => assert!(found.is_err(), "the store said that it failed"),
        }
    }
    let refused =
        FaultyStore::with(&lake.raw, |change, _| if change == Change::Create { Fate::Refused } else { Fate::Done });
    assert!(lake.through(refused).probe(&"run-2".parse().unwrap()).await.is_err());
    assert_eq!(objects(&lake.raw, "_lake").await, BTreeSet::new(), "a probe leaves nothing behind");
}

async fn a_put_that_may_still_happen_keeps_its_files(lake: &TestLake) {
    let before = publish_employees(lake, "2026-11-22", "run-0", 0, 3).await.unwrap();
    let down =
        |change, path: &Path| if change == Change::Create && is_manifest(path) { Fate::Failed } else { Fate::Done };
    let failing = lake.through(FaultyStore::with(&lake.raw, down));
    let error = publish_employees(&failing, "2026-11-22", "run-1", 0, 3).await.unwrap_err();
    assert!(error.is_retryable());
    assert_eq!(lake.newest().await.unwrap().unwrap(), before);
    let left = objects(&lake.raw, "core").await.difference(&paths(&before)).count();
    // A request that a remote store did not answer may be carried out later; what a disk did not do stays undone.
    assert_eq!(left, if lake.root().is_some() { 0 } else { 1 });
}

async fn a_refused_put_takes_the_files_back(lake: &TestLake) {
    let before = publish_employees(lake, "2026-11-22", "run-0", 0, 3).await.unwrap();
    let no =
        |change, path: &Path| if change == Change::Create && is_manifest(path) { Fate::Refused } else { Fate::Done };
    let refusing = lake.through(FaultyStore::with(&lake.raw, no));
    let error = publish_employees(&refusing, "2026-11-22", "run-1", 0, 3).await.unwrap_err();
    assert!(matches!(error, LakeError::Denied { .. }), "{error}");
    assert_eq!(objects(&lake.raw, "core").await, paths(&before));
}

async fn failing_to_delete_does_not_fail_the_run(lake: &TestLake) {
    let before = publish_employees(lake, "2026-11-22", "run-0", 0, 3).await.unwrap();
    let stuck = |change, _: &Path| if change == Change::Delete { Fate::Failed } else { Fate::Done };
    let sticky = lake.through(FaultyStore::with(&lake.raw, stuck));
    let after = publish_employees(&sticky, "2026-11-22", "run-1", 0, 3).await.unwrap();
    assert_eq!(lake.newest().await.unwrap().unwrap(), after);
    assert!(objects(&lake.raw, "core").await.is_superset(&paths(&before)));
    let next = publish_employees(lake, "2026-11-22", "run-2", 0, 3).await.unwrap();
    assert_eq!(objects(&lake.raw, "core").await, paths(&next));
}

async fn failing_to_write_views_is_told_after_publishing(lake: &TestLake) {
    let broken = |_, path: &Path| if path.as_ref().starts_with("views/") { Fate::Failed } else { Fate::Done };
    let failing = lake.through(FaultyStore::with(&lake.raw, broken));
    let before = publish_employees(lake, "2026-11-22", "run-0", 0, 3).await.unwrap();
    let error = publish_employees(&failing, "2026-11-22", "run-1", 0, 3).await.unwrap_err();
    assert!(matches!(error, LakeError::Behind { .. }) && error.is_retryable(), "{error}");
    let snapshot = lake.newest().await.unwrap().unwrap();
    assert_eq!(snapshot.run_id.as_str(), "run-1");
    let (old, new) = (paths(&before), paths(&snapshot));
    assert_eq!(objects(&lake.raw, "core").await, old.union(&new).cloned().collect(), "the views name the old files");
    assert_eq!(verify_lake(lake).await.unwrap().len(), 2);
    assert_eq!(objects(&lake.raw, "_lake/staging").await, BTreeSet::new());
}
