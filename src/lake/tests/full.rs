//! A disk that is full from some change of a publication on.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::{
    worlds::{Prepared, SCENARIOS},
    *,
};
use crate::{
    exit_code::ExitCode,
    lake::testing::{Change, Fate, FaultyStore},
};

/// For every change: the snapshot before is whole, the error names the path and the remedy, what was staged can be
/// removed, and the next run publishes.
#[tokio::test]
async fn a_full_disk_leaves_the_snapshot_before() {
    let mut cases = 0;
    for scenario in SCENARIOS {
        let prepared = Prepared::new(scenario).await;
        for changes in 0..100 {
            assert!(changes < 99, "a publication has far fewer changes");
            let lake = TestLake::memory();
            prepared.fill(&lake).await;
            let left = AtomicUsize::new(changes);
            let rule = move |change, _: &Path| match change {
                Change::Delete => Fate::Done,
                _ if left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1)).is_ok() => Fate::Done,
                _ => Fate::Full,
            };
            let full = lake.through(FaultyStore::with(&lake.raw, rule));
            let Err(error) = publish(&full, prepared.publication("run-2")).await else {
                assert!(prepared.check_readers(&lake, &["run-2"]).await);
                break;
            };
            assert_eq!((error.exit_code(), error.is_retryable(), error.is_full()), (ExitCode::Temporary, true, true));
            let is_published = prepared.check_readers(&lake, &["run-2"]).await;
            let told = match &error {
                LakeError::Behind { source, .. } => source.to_string(),
                error => error.to_string(),
            };
            assert_eq!(is_published, matches!(error, LakeError::Behind { .. }), "{error}");
            let (told, names) = (told.as_str(), ["core/", "_lake/", "views/"]);
            assert!(told.ends_with(": the disk is full; make room, then run again"), "{told}");
            assert!(names.iter().any(|name| told.contains(name)), "{told}");
            discard(&full, &"run-2".parse().unwrap()).await.unwrap();
            assert_eq!(objects(&lake.raw, "_lake/staging/run-2").await, BTreeSet::new());
            prepared.check_next_run(&lake).await;
            cases += 1;
        }
    }
    assert_eq!(cases, 19, "docs/publishing.md tells this number");
}
