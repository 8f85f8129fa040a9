//! What an S3 that is slow, gone, or not what it says it is does to a lake, through real HTTP.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use http::Method;
use object_store::PutMode;
use parquet::arrow::async_writer::AsyncFileWriter;

use super::{
    hashing::HashingUpload,
    s3::{Asked, Served, Server},
    *,
};
use crate::{
    clock::{SharedClock, TokioClock},
    lake::lease::Lease,
};

async fn server() -> (Server, TestLake) {
    let server = Server::start().await;
    let lake = TestLake::on(&server);
    (server, lake)
}

/// Serves the first request of those that `which` names as `how`, and everything else well.
fn once(server: &Server, how: Served, which: impl Fn(&Asked) -> bool + Send + Sync + 'static) -> Arc<AtomicBool> {
    let met = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&met);
    server.serve(move |asked| if which(asked) && !seen.swap(true, Ordering::SeqCst) { how } else { Served::Well });
    met
}

fn is_manifest(asked: &Asked) -> bool {
    asked.method == Method::PUT && asked.path.starts_with("_lake/manifests/")
}

#[tokio::test]
async fn a_store_that_slows_us_down_is_asked_again() {
    let (server, lake) = server().await;
    let asked = AtomicUsize::new(0);
    server.serve(move |_| match asked.fetch_add(1, Ordering::SeqCst) % 3 {
        0 => Served::SlowDown,
        _ => Served::Well,
    });
    let snapshot = publish_employees(&lake, "2026-11-22", "run-1", 0, 30).await.unwrap();
    server.heal();
    assert_eq!(verify(&lake, &snapshot).await.unwrap(), []);
    assert_eq!(verify_lake(&lake).await.unwrap(), []);
}

#[tokio::test]
async fn a_store_that_only_slows_us_down_is_worth_another_run() {
    let (server, lake) = server().await;
    let before = publish_employees(&lake, "2026-11-22", "run-1", 0, 30).await.unwrap();
    let staged = stage(&lake, "run-2", &table("employees", Zone::Core), 0, 3).await;
    server.serve(|asked| if asked.is_change() { Served::SlowDown } else { Served::Well });
    let error = publish(&lake, publication("2026-11-22", "run-2", vec![staged])).await.unwrap_err();
    assert!(error.is_retryable(), "{error}");
    assert_eq!(error.exit_code(), crate::exit_code::ExitCode::Temporary);
    server.heal();
    assert_eq!(lake.newest().await.unwrap().unwrap(), before);
}

/// Each change that a run makes, with its answer lost in each way. Nothing is lost, nothing is there twice, and only
/// what may not be tried twice is answered by reading back.
#[tokio::test]
async fn a_change_that_happened_unheard_is_found_out() {
    for how in [Served::FailedLate, Served::ClosedLate] {
        for number in 0..100 {
            assert!(number < 99, "a run has far fewer changes");
            let (server, lake) = server().await;
            publish_employees(&lake, "2026-11-22", "run-1", 0, 3).await.unwrap();
            let changes = Arc::new(AtomicUsize::new(0));
            let seen = Arc::clone(&changes);
            server.serve(move |asked| {
                let is_it = asked.is_change() && seen.fetch_add(1, Ordering::SeqCst) == number;
                if is_it { how } else { Served::Well }
            });
            let clock: SharedClock = Arc::new(TokioClock::starting_at(now()));
            let lease = Lease::take(&lake, "run-9", None, &clock).await.unwrap();
            let snapshot = publish_employees(&lake, "2026-11-22", "run-9", 0, 30).await.unwrap();
            lake.put_report(&"run-9".parse().unwrap(), b"{}").await.unwrap();
            lease.release().await;
            let done = changes.load(Ordering::SeqCst) <= number;
            server.heal();
            assert_eq!(lake.newest().await.unwrap().unwrap(), snapshot, "{how:?} at {number}");
            assert_eq!(verify(&lake, &snapshot).await.unwrap(), []);
            assert_eq!(verify_lake(&lake).await.unwrap(), []);
            assert_eq!(text(&lake, "_lake/runs/run-9/report.json").await, "{}");
            assert!(text(&lake, "_lake/lease.json").await.contains("\"released\":true"), "{how:?} at {number}");
            if done {
                break;
            }
        }
    }
}

/// A client that does not try again itself, as the program's does not when a put might be done twice.
#[tokio::test]
async fn a_manifest_put_unheard_is_read_back() {
    for (how, happened) in
        [(Served::FailedLate, true), (Served::ClosedLate, true), (Served::Closed, false), (Served::SlowDown, false)]
    {
        for tries_again in [false, true] {
            let (server, lake) = server().await;
            let before = publish_employees(&lake, "2026-11-22", "run-1", 0, 3).await.unwrap();
            let met = once(&server, how, is_manifest);
            let client = if tries_again {
                lake.through(server.patient_client("test"))
            } else {
                lake.through(server.client("test"))
            };
            let published = publish_employees(&client, "2026-11-22", "run-2", 5, 3).await;
            assert!(met.load(Ordering::SeqCst));
            server.heal();
            let current = lake.newest().await.unwrap().unwrap();
            match published {
                Ok(snapshot) => assert!(current == snapshot && (happened || tries_again), "{how:?}"),
                Err(error) => {
                    assert!(error.is_retryable() && !happened, "{how:?}: {error:?}");
                    assert_eq!(current, before);
                    let files = worlds::data(&lake).await;
                    assert!(files.iter().any(|f| f.contains("run-2")), "it may still be put: its files must be there");
                }
            }
            let next = publish_employees(&lake, "2026-11-22", "run-3", 9, 3).await.unwrap();
            assert_eq!(worlds::data(&lake).await, paths(&next));
            assert_eq!(verify(&lake, &next).await.unwrap(), []);
        }
    }
}

#[tokio::test]
async fn a_lease_taken_unheard_is_ours() {
    let clock: SharedClock = Arc::new(TokioClock::starting_at(now()));
    for how in [Served::FailedLate, Served::ClosedLate] {
        for left_behind in [false, true] {
            let (server, lake) = server().await;
            if left_behind {
                std::mem::forget(Lease::take(&lake, "run-1", None, &clock).await.unwrap());
                server.bucket.age("test/_lake/lease.json", Duration::from_secs(3600));
            }
            // Creating it is the first such request, replacing a dead run's the second.
            let creations = AtomicUsize::new(usize::from(left_behind));
            let met = once(&server, how, move |asked| {
                let takes = asked.conditional && asked.path == "_lake/lease.json" && asked.method == Method::PUT;
                takes && creations.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1)).is_err()
            });
            let lease = Lease::take(&lake, "run-2", None, &clock).await.unwrap();
            assert!(met.load(Ordering::SeqCst));
            let held = Lease::take(&lake, "run-3", None, &clock).await.unwrap_err();
            assert!(held.to_string().contains("run-2"), "{held}");
            lease.release().await;
            Lease::take(&lake, "run-3", None, &clock).await.unwrap();
        }
    }
}

#[tokio::test]
async fn of_two_who_take_a_lease_at_once_one_has_it() {
    let (server, lake) = server().await;
    let clock: SharedClock = Arc::new(TokioClock::starting_at(now()));
    for left_behind in [false, true] {
        if left_behind {
            std::mem::forget(Lease::take(&lake, "run-1", None, &clock).await.unwrap());
            server.bucket.age("test/_lake/lease.json", Duration::from_secs(3600));
        }
        let names: Vec<String> = (0..16).map(|n| format!("taker-{n}")).collect();
        let takes = names.iter().map(|name| Lease::take(&lake, name, None, &clock));
        let mut taken: Vec<Lease> = Vec::new();
        for take in futures::future::join_all(takes).await {
            match take {
                Ok(lease) => taken.push(lease),
                Err(error) => assert!(matches!(error, LakeError::Locked { .. }), "{error:?}"),
            }
        }
        assert_eq!(taken.len(), 1);
        taken.pop().unwrap().release().await;
    }
}

#[tokio::test]
async fn a_store_that_ignores_the_condition_is_refused() {
    let (server, lake) = server().await;
    server.bucket.overwrites.store(true, Ordering::SeqCst);
    assert_eq!(lake.probe(&"run-1".parse().unwrap()).await.unwrap(), PutIfAbsent::Ignored);
    assert!(lake.not_conditional().to_string().contains("If-None-Match"));
    server.bucket.overwrites.store(false, Ordering::SeqCst);
    // The first of its two puts may have been heard only the second time.
    once(&server, Served::FailedLate, |asked| asked.conditional);
    assert_eq!(lake.probe(&"run-1".parse().unwrap()).await.unwrap(), PutIfAbsent::Honoured);
}

#[tokio::test]
async fn a_store_that_replaces_regardless_is_told_from_one_that_cannot() {
    let (server, lake) = server().await;
    server.bucket.overwrites.store(true, Ordering::SeqCst);
    assert_eq!(lake.probe_replace(&"run-1".parse().unwrap()).await.unwrap(), Replace::Ignored);
    server.bucket.overwrites.store(false, Ordering::SeqCst);
    assert_eq!(lake.probe_replace(&"run-1".parse().unwrap()).await.unwrap(), Replace::Honoured);
    // The answer to the first replacement is lost, and the client meets its own object when it tries again.
    let puts = AtomicUsize::new(0);
    server.serve(move |asked| match asked.method == Method::PUT && puts.fetch_add(1, Ordering::SeqCst) == 1 {
        true => Served::FailedLate,
        false => Served::Well,
    });
    assert_eq!(lake.probe_replace(&"run-1".parse().unwrap()).await.unwrap(), Replace::Honoured);
    assert_eq!(objects(&lake.raw, "").await, BTreeSet::new());
    // A disk has versions and no put that replaces by them.
    let disk = TestLake::disk();
    let bucket = Lake::with_store(Arc::clone(&disk.raw), Url::parse("memory:///").unwrap());
    assert_eq!(bucket.probe_replace(&"run-1".parse().unwrap()).await.unwrap(), Replace::Unsupported);
}

#[tokio::test]
async fn uploads_do_not_stay_open_whatever_fails() {
    let content: bytes::Bytes = vec![7; 1010].into();
    let path = Path::from("_lake/staging/run-1/core/employees/0000.parquet");
    for how in [Served::SlowDown, Served::Closed, Served::FailedLate, Served::ClosedLate] {
        for failing in ["partNumber=1", "partNumber=2", "uploadId", "nothing"] {
            let (server, lake) = server().await;
            server.bucket.least_part_bytes.store(1000, Ordering::SeqCst);
            let all = move |asked: &Asked| match failing {
                "uploadId" => asked.method == Method::POST && asked.query.starts_with("uploadId"),
                part => asked.query.contains(part),
            };
            server.serve(move |asked| if all(asked) { how } else { Served::Well });
            let mut upload = HashingUpload::new(lake.store(), path.clone(), 1000);
            let mut result = upload.write(content.clone()).await;
            if result.is_ok() {
                result = upload.complete().await;
            }
            let happened = matches!(how, Served::FailedLate | Served::ClosedLate);
            let expected = failing == "nothing" || (failing == "uploadId" && happened);
            assert_eq!(result.is_ok(), expected, "{how:?} {failing}: {result:?}");
            if result.is_err() {
                upload.abort().await.unwrap();
            } else {
                let found = lake.raw.get(&path).await.unwrap().bytes().await.unwrap();
                assert!(found == content);
            }
            assert_eq!((server.bucket.opened_uploads(), server.bucket.open_uploads()), (1, 0), "{how:?} {failing}");
        }
    }
}

#[tokio::test]
async fn signatures_and_buckets_are_checked() {
    let (server, lake) = server().await;
    publish_employees(&lake, "2026-11-22", "run-1", 0, 3).await.unwrap();
    let stranger = lake.through(server.stranger("test"));
    let error = stranger.newest().await.unwrap_err();
    assert!(matches!(error, LakeError::Denied { .. }), "{error:?}");
    let error = Lake::open("s3://other/test", &server.env()).unwrap().newest().await.unwrap_err();
    assert!(!error.is_retryable(), "{error:?}");
    let put = server.stranger("test").put_opts(&Path::from("x"), "x".into(), PutMode::Overwrite.into()).await;
    assert!(put.is_err());
    let opened = Lake::open("s3://lake/test", &server.env()).unwrap();
    assert_eq!(opened.newest().await.unwrap(), lake.newest().await.unwrap(), "the program's own settings lead here");
    assert!(server.requests() > 0);
}
