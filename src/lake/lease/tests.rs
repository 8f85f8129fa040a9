//! Leases in a bucket whose clock is the test's, and is not that of the writers.

use std::{fmt, ops::Range, sync::Arc};

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, PutMultipartOptions, PutOptions,
    PutPayload, Result, memory::InMemory,
};
use url::Url;

use super::*;
use crate::clock::{Clock as _, TokioClock};

/// A store in memory that dates objects by virtual time.
#[derive(Debug)]
struct Dated {
    inner: InMemory,
    clock: TokioClock,
    written: std::sync::Mutex<std::collections::HashMap<Path, DateTime<Utc>>>,
}

impl fmt::Display for Dated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Dated")
    }
}

#[async_trait]
impl ObjectStore for Dated {
    async fn put_opts(&self, path: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        let put = self.inner.put_opts(path, payload, options).await?;
        self.written.lock().unwrap().insert(path.clone(), self.clock.now());
        Ok(put)
    }

    async fn put_multipart_opts(&self, path: &Path, options: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        self.inner.put_multipart_opts(path, options).await
    }

    async fn get_opts(&self, path: &Path, options: GetOptions) -> Result<GetResult> {
        let mut found = self.inner.get_opts(path, options).await?;
        found.meta.last_modified = self.written.lock().unwrap()[path];
        Ok(found)
    }

    async fn get_ranges(&self, path: &Path, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        self.inner.get_ranges(path, ranges).await
    }

    fn delete_stream(&self, paths: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.inner.delete_stream(paths)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.inner.copy_opts(from, to, options).await
    }
}

/// A bucket, and the clock of a writer that goes `ahead` of it.
fn bucket_and_clock(ahead: TimeDelta) -> (Lake, SharedClock) {
    let start = "2026-11-22T06:00:00Z".parse().unwrap();
    let clock = TokioClock::starting_at(start);
    let store = Dated { inner: InMemory::new(), clock, written: Default::default() };
    let lake = Lake::with_store(Arc::new(store), Url::parse("memory:///").unwrap());
    (lake, Arc::new(TokioClock::starting_at(start + ahead)))
}

fn bucket() -> (Lake, SharedClock) {
    bucket_and_clock(TimeDelta::zero())
}

async fn refused(lake: &Lake, clock: &SharedClock) -> String {
    Lease::take(lake, "the second", None, clock).await.unwrap_err().to_string()
}

fn stand_still(lease: &Lease) {
    let Kind::Remote { renewal, .. } = &lease.kind else { panic!("a bucket") };
    renewal.abort();
}

async fn content(lake: &Lake) -> Content {
    read(lake).await.unwrap().content.unwrap()
}

#[tokio::test(start_paused = true)]
async fn one_at_a_time_for_as_long_as_it_takes() {
    let (lake, clock) = bucket();
    let lease = Lease::take(&lake, "the first", None, &clock).await.unwrap();
    for _ in 0..10 {
        assert!(refused(&lake, &clock).await.contains("the first"));
        tokio::time::sleep(Duration::from_secs(50)).await;
    }
    lease.release().await;
    Lease::take(&lake, "the second", None, &clock).await.unwrap().release().await;
}

#[tokio::test(start_paused = true)]
async fn a_killed_writer_is_followed_after_a_minute_and_learns_it_if_it_wakes() {
    let (lake, clock) = bucket();
    let lease = Lease::take(&lake, "the first", None, &clock).await.unwrap();
    let Kind::Remote { taken, .. } = &lease.kind else { panic!("a bucket") };
    stand_still(&lease);
    let version = taken.ours().await.unwrap().0;
    tokio::time::sleep(Duration::from_secs(59)).await;
    assert!(refused(&lake, &clock).await.contains("the first"));
    tokio::time::sleep(Duration::from_secs(2)).await;
    let successor = Lease::take(&lake, "the second", None, &clock).await.unwrap();
    let (sender, lost) = watch::channel(false);
    Taken::clone(taken).renew(version, sender).await;
    assert!(*lost.borrow());
    drop(successor);
}

/// The clock of a writer says nothing: neither one that goes ahead ends another's lease early, nor does one that goes
/// behind keep its own for longer.
#[tokio::test(start_paused = true)]
async fn only_the_clock_of_the_store_counts() {
    for ahead in [TimeDelta::hours(3), TimeDelta::hours(-3)] {
        let (lake, wrong) = bucket_and_clock(ahead);
        let right: SharedClock = Arc::new(TokioClock::starting_at("2026-11-22T06:00:00Z".parse().unwrap()));
        for (first, second) in [(&wrong, &right), (&right, &wrong)] {
            let lease = Lease::take(&lake, "the first", None, first).await.unwrap();
            tokio::time::sleep(Duration::from_secs(30)).await;
            assert!(refused(&lake, second).await.contains("the first"));
            stand_still(&lease);
            tokio::time::sleep(Duration::from_secs(61)).await;
            Lease::take(&lake, "the second", None, second).await.unwrap().release().await;
        }
    }
}

/// A writer that stood still gives back what is no longer its own.
#[tokio::test(start_paused = true)]
async fn a_lease_is_released_only_by_who_holds_it() {
    let (lake, clock) = bucket();
    // Called alike, as two containers that count their processes from 1 may be.
    let first = Lease::take(&lake, "sync (process 1)", None, &clock).await.unwrap();
    stand_still(&first);
    tokio::time::sleep(Duration::from_secs(61)).await;
    let second = Lease::take(&lake, "sync (process 1)", None, &clock).await.unwrap();
    let held = content(&lake).await;
    first.release().await;
    assert_eq!(content(&lake).await, held);
    assert!(refused(&lake, &clock).await.contains("sync (process 1)"));
    second.release().await;
    let left = content(&lake).await;
    assert!(left.released && left.token == held.token);
    let third = Lease::take(&lake, "the third", None, &clock).await.unwrap();
    assert_ne!(content(&lake).await.token, held.token, "each acquisition has a token of its own");
    drop(third);
}

/// A renewal whose answer never came changes the version under who gives the lease back.
#[tokio::test(start_paused = true)]
async fn a_renewal_under_way_does_not_keep_a_lease_from_being_given_back() {
    let (lake, clock) = bucket();
    let lease = Lease::take(&lake, "the first", None, &clock).await.unwrap();
    let Kind::Remote { taken, .. } = &lease.kind else { panic!("a bucket") };
    let (version, written) = taken.ours().await.unwrap();
    taken.put(written + 1, false, PutMode::Update(version.clone())).await.unwrap();
    lease.release().await;
    assert!(content(&lake).await.released);
    let second = Lease::take(&lake, "the second", None, &clock).await.unwrap();
    let Kind::Remote { taken, .. } = &second.kind else { panic!("a bucket") };
    let late = taken.put(9, false, PutMode::Update(version)).await.unwrap_err();
    assert!(matches!(late, StoreError::Precondition { .. }), "one that comes too late changes nothing: {late:?}");
}

#[tokio::test(start_paused = true)]
async fn a_killed_writer_is_followed_at_once_on_its_own_machine() {
    let (lake, clock) = bucket();
    let owner = &Owner::new("this machine", "that tenant");
    std::mem::forget(Lease::take(&lake, "the first", Some(owner), &clock).await.unwrap());
    for other in [None, Some(&Owner::new("another machine", ""))] {
        let held = Lease::take(&lake, "the second", other, &clock).await.unwrap_err();
        assert!(held.to_string().contains("the first"));
    }
    Lease::take(&lake, "the second", Some(owner), &clock).await.unwrap();
}

/// Versions before tokens went by `expires_at` and deleted what they gave back; they and this one exclude each other.
#[tokio::test(start_paused = true)]
async fn a_lease_of_an_earlier_version_is_understood() {
    let (lake, clock) = bucket();
    let earlier = r#"{"holder":"sync r1","expires_at":"2026-11-22T06:01:00Z"}"#;
    lake.store.put(&layout::lease(), earlier.into()).await.unwrap();
    assert!(refused(&lake, &clock).await.contains("sync r1"));
    lake.store.put(&layout::lease(), "what is this".into()).await.unwrap();
    assert!(refused(&lake, &clock).await.contains("somebody unknown"));
    tokio::time::sleep(Duration::from_secs(61)).await;
    let lease = Lease::take(&lake, "the second", None, &clock).await.unwrap();
    assert_eq!(content(&lake).await.expires_at, clock.now() + TERM);
    lease.release().await;
    assert_eq!(content(&lake).await.expires_at, clock.now());
}

#[tokio::test]
async fn a_folder_is_locked_by_the_system() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(&folder.path().display().to_string(), &|_| None).unwrap();
    let clock: SharedClock = Arc::new(crate::clock::SystemClock);
    let lease = Lease::take(&lake, "the first", None, &clock).await.unwrap();
    assert!(refused(&lake, &clock).await.contains("the first"));
    drop(lease);
    Lease::take(&lake, "the second", None, &clock).await.unwrap();
}
