//! A store whose every operation, reads and listings included, first asks whether it may happen.

use std::{
    fmt,
    ops::Range,
    sync::atomic::{AtomicUsize, Ordering},
};

use async_trait::async_trait;
use bytes::Bytes;
use futures::{StreamExt, stream, stream::BoxStream};
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, PutMultipartOptions,
    PutOptions, PutPayload, PutResult, RenameOptions, Result,
};

use super::*;

/// What becomes of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Done,
    /// It does not happen, and the answer is an error.
    Failed,
    /// It happens, and the answer is an error.
    Lost,
    /// It does not happen, and there is no answer: the process is no more.
    Dead,
}

/// Decides on operations.
#[async_trait]
pub(super) trait Gate: fmt::Debug + Send + Sync {
    /// Returns when the next operation, which does `what` to `path`, is decided on.
    async fn pass(&self, what: &'static str, path: &Path) -> Step;
}

/// See the module.
#[derive(Debug, Clone)]
pub(super) struct SteppedStore {
    inner: Arc<dyn ObjectStore>,
    gate: Arc<dyn Gate>,
    under_way: Arc<AtomicUsize>,
}

/// Counts an operation for as long as it is under way.
struct UnderWay(Arc<AtomicUsize>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

fn failed() -> Error {
    Error::Generic { store: "stepped", source: "connection reset".into() }
}

impl SteppedStore {
    pub(super) fn new(inner: &Arc<dyn ObjectStore>, gate: Arc<dyn Gate>) -> Self {
        Self { inner: Arc::clone(inner), gate, under_way: Arc::default() }
    }

    /// Operations that have begun and not ended.
    pub(super) fn under_way(&self) -> usize {
        self.under_way.load(Ordering::SeqCst)
    }

    async fn step<T>(&self, what: &'static str, path: &Path, work: impl Future<Output = Result<T>>) -> Result<T> {
        let step = self.gate.pass(what, path).await;
        self.under_way.fetch_add(1, Ordering::SeqCst);
        let under_way = UnderWay(Arc::clone(&self.under_way));
        match step {
            Step::Done => work.await,
            Step::Failed => Err(failed()),
            Step::Lost => work.await.and(Err(failed())),
            Step::Dead => {
                drop(under_way);
                std::future::pending().await
            }
        }
    }
}

impl fmt::Display for SteppedStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SteppedStore")
    }
}

#[async_trait]
impl ObjectStore for SteppedStore {
    async fn put_opts(&self, path: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        self.step("put", path, self.inner.put_opts(path, payload, options)).await
    }

    async fn put_multipart_opts(&self, path: &Path, options: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        self.step("begin", path, self.inner.put_multipart_opts(path, options)).await
    }

    async fn get_opts(&self, path: &Path, options: GetOptions) -> Result<GetResult> {
        self.step("get", path, self.inner.get_opts(path, options)).await
    }

    async fn get_ranges(&self, path: &Path, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        self.step("get", path, self.inner.get_ranges(path, ranges)).await
    }

    fn delete_stream(&self, paths: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        let store = self.clone();
        let delete = move |path: Result<Path>| {
            let store = store.clone();
            async move {
                let path = path?;
                store.step("delete", &path, store.inner.delete(&path)).await.map(|()| path)
            }
        };
        paths.then(delete).boxed()
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        let (store, prefix) = (self.clone(), prefix.cloned());
        let folder = prefix.clone().unwrap_or_default();
        let all = async move {
            let all: Result<Vec<ObjectMeta>> =
                store.step("list", &folder, store.inner.list(prefix.as_ref()).try_collect()).await;
            match all {
                Ok(all) => all.into_iter().map(Ok).collect(),
                Err(error) => vec![Err(error)],
            }
        };
        stream::once(all).flat_map(stream::iter).boxed()
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        let folder = prefix.cloned().unwrap_or_default();
        self.step("list", &folder, self.inner.list_with_delimiter(prefix)).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.step("copy", to, self.inner.copy_opts(from, to, options)).await
    }

    async fn rename_opts(&self, from: &Path, to: &Path, options: RenameOptions) -> Result<()> {
        self.step("rename", to, self.inner.rename_opts(from, to, options)).await
    }
}
