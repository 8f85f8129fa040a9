//! A run whose disk is full from some write on.

use std::{
    fmt,
    io::{self, ErrorKind},
    sync::atomic::{AtomicU64, Ordering},
};

use async_trait::async_trait;
use futures::stream::BoxStream;
use object_store::{
    CopyOptions, Error as StoreError, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result as StoreResult, memory::InMemory, path::Path,
};
use url::Url;

use super::{tables::differences, *};
use crate::lake::{Lake, LakeError};

/// A disk with room for so many writes. Nothing else ever fails.
#[derive(Debug)]
struct Disk {
    inner: Arc<InMemory>,
    room: AtomicU64,
    written: AtomicU64,
}

impl Disk {
    fn write(&self) -> StoreResult<()> {
        self.written.fetch_add(1, Ordering::SeqCst);
        let room = self.room.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1));
        let full = |_| StoreError::Generic { store: "disk", source: Box::new(io::Error::from(ErrorKind::StorageFull)) };
        room.map(drop).map_err(full)
    }
}

impl fmt::Display for Disk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Disk")
    }
}

#[async_trait]
impl ObjectStore for Disk {
    async fn put_opts(&self, path: &Path, payload: PutPayload, options: PutOptions) -> StoreResult<PutResult> {
        // A lake on a disk has a lock in its place, which takes no room.
        if path.as_ref() != "_lake/lease.json" {
            self.write()?;
        }
        self.inner.put_opts(path, payload, options).await
    }

    async fn put_multipart_opts(
        &self,
        path: &Path,
        options: PutMultipartOptions,
    ) -> StoreResult<Box<dyn MultipartUpload>> {
        self.write()?;
        self.inner.put_multipart_opts(path, options).await
    }

    async fn get_opts(&self, path: &Path, options: GetOptions) -> StoreResult<GetResult> {
        self.inner.get_opts(path, options).await
    }

    fn delete_stream(&self, paths: BoxStream<'static, StoreResult<Path>>) -> BoxStream<'static, StoreResult<Path>> {
        self.inner.delete_stream(paths)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, StoreResult<ObjectMeta>> {
        self.inner.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> StoreResult<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> StoreResult<()> {
        self.write()?;
        self.inner.copy_opts(from, to, options).await
    }
}

/// One run over what `inner` holds, on a disk with room for so many writes; also how many it asked for.
async fn run(catalog: &Catalog, inner: &Arc<InMemory>, room: u64, seed: u64) -> (Result<RunReport, Error>, u64) {
    let clock: SharedClock = Arc::new(TokioClock::starting_at("2026-03-15T06:00:00.25Z".parse().unwrap()));
    let transport = transport(&clock, Plan::clean(seed));
    let context = context(catalog, &clock, &transport, seed);
    let mut run = Run::prepare(&context, &settings(), SyncOptions::default()).unwrap();
    let disk = Arc::new(Disk { inner: Arc::clone(inner), room: room.into(), written: AtomicU64::new(0) });
    run.lake = Lake::with_store(Arc::clone(&disk) as Arc<dyn ObjectStore>, Url::parse("memory:///").unwrap());
    let result = tokio::time::timeout(LONGEST, to_the_end(run, &context)).await.expect("the run does not end");
    (result, disk.written.load(Ordering::SeqCst))
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
            let told = error.chain();
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
