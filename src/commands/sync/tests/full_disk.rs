//! A run whose disk is full from some write on.

use std::sync::atomic::{AtomicU64, Ordering};

use object_store::{ObjectStore, memory::InMemory, path::Path};
use url::Url;

use super::{tables::differences, *};
use crate::lake::{
    Lake, LakeError,
    testing::{Change, Fate, FaultyStore},
};

/// One run over what `inner` holds, on a disk with room for so many writes; also how many it asked for.
async fn run(catalog: &Catalog, inner: &Arc<InMemory>, room: u64, seed: u64) -> (Result<RunReport, Error>, u64) {
    let clock: SharedClock = Arc::new(TokioClock::starting_at("2026-03-15T06:00:00.25Z".parse().unwrap()));
    let transport = transport(&clock, Plan::clean(seed));
    let context = context(catalog, &clock, &transport, seed);
    let mut run = Run::prepare(&context, &settings(), SyncOptions::default()).unwrap();
    let written = Arc::new(AtomicU64::new(0));
    let so_far = Arc::clone(&written);
    // A lake on a disk has a lock in place of a lease, which takes no room.
    let rule = move |change, path: &Path| match change {
        Change::Delete => Fate::Done,
        _ if path.as_ref() == "_lake/lease.json" => Fate::Done,
        _ if so_far.fetch_add(1, Ordering::SeqCst) < room => Fate::Done,
        _ => Fate::Full,
    };
    let inner = Arc::clone(inner) as Arc<dyn ObjectStore>;
    run.lake = Lake::with_store(FaultyStore::with_uploads(&inner, rule), Url::parse("memory:///").unwrap());
    let result = tokio::time::timeout(LONGEST, to_the_end(run, &context)).await.expect("the run does not end");
    (result, written.load(Ordering::SeqCst))
}

#[test]
fn a_full_disk_ends_a_run_with_one_line_and_nothing_left() {
    let catalog = catalog();
    virtually(async {
        let inner = Arc::new(InMemory::new());
        let lake = Lake::with_store(Arc::clone(&inner) as Arc<dyn ObjectStore>, Url::parse("memory:///").unwrap());
        run(&catalog, &inner, u64::MAX, 1).await.0.unwrap();
        let mut before = (read_tables(&lake).await, visible(&lake).await);
        let (result, writes) = run(&catalog, &Arc::new(InMemory::new()), u64::MAX, 2).await;
        result.unwrap();
        assert!(writes > 60, "{writes}");
        for (seed, room) in (0..writes).step_by(3).enumerate() {
            let (result, _) = run(&catalog, &inner, room, 100 + seed as u64).await;
            let after = (read_tables(&lake).await, visible(&lake).await);
            assert_eq!(differences(&after.0, &before.0), Vec::<String>::new(), "{room}");
            let error = match result {
                // The run asks for fewer writes than the first one, which made everything.
                Ok(_) => {
                    before = after;
                    continue;
                }
                Err(error) => error,
            };
            let told = error.with_causes();
            assert!(told.contains(": the disk is full; make room, then run again") && !told.contains('\n'), "{told}");
            assert_eq!(error.exit_code(), ExitCode::Temporary, "{told}");
            if matches!(error, Error::Lake(LakeError::Behind { .. })) {
                before = after;
                continue;
            }
            assert_eq!(after.1, before.1, "room for {room} writes: {told}");
        }
        // There is room again.
        run(&catalog, &inner, u64::MAX, 3).await.0.unwrap();
        assert_eq!(differences(&read_tables(&lake).await, &before.0), Vec::<String>::new());
    });
}
