//! A store that fails on demand.

use std::{fmt, ops::Range, sync::Arc};

use async_trait::async_trait;
use bytes::Bytes;
use futures::{StreamExt, stream::BoxStream};
use object_store::{
    CopyMode, CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    ObjectStoreExt as _, PutMode, PutMultipartOptions, PutOptions, PutPayload, PutResult, RenameOptions, Result,
    path::Path,
};
use tokio::sync::Barrier;

/// A change of the store, as the rule of a [`FaultyStore`] sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    Put,
    /// Put or copy if absent.
    Create,
    /// The beginning of an upload in parts.
    Upload,
    Move,
    Delete,
}

/// What happens to a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Done,
    Failed,
    /// It does not happen, as the disk is full.
    Full,
    /// It happens, but the answer is lost.
    DoneButFailed,
    Refused,
    /// A put of what must be absent overwrites what is there.
    Overwritten,
    /// It does not happen, and there is no answer: the process is no more.
    Dead,
}

type Rule = dyn Fn(Change, &Path) -> Fate + Send + Sync;

/// A store that fails by rule. Reads never fail.
pub(crate) struct FaultyStore {
    inner: Arc<dyn ObjectStore>,
    rule: Arc<Rule>,
    meeting: Option<Arc<Barrier>>,
}

impl FaultyStore {
    pub(crate) fn with(
        inner: &Arc<dyn ObjectStore>,
        rule: impl Fn(Change, &Path) -> Fate + Send + Sync + 'static,
    ) -> Arc<dyn ObjectStore> {
        let rule = move |change, path: &Path| if change == Change::Upload { Fate::Done } else { rule(change, path) };
        Self::with_uploads(inner, rule)
    }

    /// The same for those who have a rule for uploads too.
    pub(crate) fn with_uploads(
        inner: &Arc<dyn ObjectStore>,
        rule: impl Fn(Change, &Path) -> Fate + Send + Sync + 'static,
    ) -> Arc<dyn ObjectStore> {
        Arc::new(Self { inner: Arc::clone(inner), rule: Arc::new(rule), meeting: None })
    }

    /// Nothing fails, but whoever creates an object waits for the others at `meeting` first.
    pub(crate) fn meeting_at_manifest(inner: &Arc<dyn ObjectStore>, meeting: Arc<Barrier>) -> Arc<dyn ObjectStore> {
        Arc::new(Self { inner: Arc::clone(inner), rule: Arc::new(|_, _| Fate::Done), meeting: Some(meeting) })
    }

    async fn change<T>(&self, change: Change, path: &Path, work: impl Future<Output = Result<T>>) -> Result<T> {
        self.meet(change, (self.rule)(change, path), path, work).await
    }

    async fn meet<T>(
        &self,
        change: Change,
        fate: Fate,
        path: &Path,
        work: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        if let (Change::Create, Some(meeting)) = (change, &self.meeting) {
            meeting.wait().await;
        }
        if fate == Fate::Dead {
            return std::future::pending().await;
        }
        let done = if matches!(fate, Fate::Done | Fate::DoneButFailed) { Some(work.await?) } else { None };
        match (fate, done) {
            (Fate::Done, Some(done)) => Ok(done),
            (Fate::Refused, _) => Err(Error::PermissionDenied { path: path.to_string(), source: "no".into() }),
            (Fate::Full, _) => Err(full()),
            _ => Err(Error::Generic { store: "faulty", source: "connection reset".into() }),
        }
    }
}

/// As a disk says it.
fn full() -> Error {
    let source = Box::new(std::io::Error::from(std::io::ErrorKind::StorageFull));
    Error::Generic { store: "LocalFileSystem", source }
}

impl fmt::Debug for FaultyStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FaultyStore")
    }
}

impl fmt::Display for FaultyStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FaultyStore")
    }
}

#[async_trait]
impl ObjectStore for FaultyStore {
    async fn put_opts(&self, path: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        let change = if options.mode == PutMode::Create { Change::Create } else { Change::Put };
        let fate = (self.rule)(change, path);
        if fate == Fate::Overwritten {
            return self.inner.put(path, payload).await;
        }
        self.meet(change, fate, path, self.inner.put_opts(path, payload, options)).await
    }

    async fn put_multipart_opts(&self, path: &Path, options: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        self.change(Change::Upload, path, self.inner.put_multipart_opts(path, options)).await
    }

    async fn get_opts(&self, path: &Path, options: GetOptions) -> Result<GetResult> {
        self.inner.get_opts(path, options).await
    }

    async fn get_ranges(&self, path: &Path, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        self.inner.get_ranges(path, ranges).await
    }

    fn delete_stream(&self, paths: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        let (inner, rule) = (Arc::clone(&self.inner), Arc::clone(&self.rule));
        let delete = move |path: Result<Path>| {
            let (inner, rule) = (Arc::clone(&inner), Arc::clone(&rule));
            async move {
                let path = path?;
                match rule(Change::Delete, &path) {
                    Fate::Done => inner.delete(&path).await.map(|()| path),
                    Fate::Dead => std::future::pending().await,
                    _ => Err(Error::Generic { store: "faulty", source: "connection reset".into() }),
                }
            }
        };
        paths.then(delete).boxed()
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        let change = if options.mode == CopyMode::Create { Change::Create } else { Change::Move };
        self.change(change, to, self.inner.copy_opts(from, to, options)).await
    }

    async fn rename_opts(&self, from: &Path, to: &Path, options: RenameOptions) -> Result<()> {
        self.change(Change::Move, to, self.inner.rename_opts(from, to, options)).await
    }
}
