//! The lake's store as a session knows it: it reads what it is asked for, whole, or fails: a file that ends before its manifest says gives an error, where
//! the Parquet reader takes for granted that it got all bytes.

use std::{fmt, ops::Range, sync::Arc};

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;
use object_store::{
    CopyOptions, Error, GetOptions, GetRange, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    ObjectStoreExt as _, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result, path::Path,
};

/// The URL under which a session knows the store; paths below it are lake-relative.
pub(super) const STORE_URL: &str = "lake://snapshot";

/// A file ended before a range that it should have.
#[derive(Debug, thiserror::Error)]
#[error("{path} is shorter than its manifest says")]
pub(super) struct ShortFile {
    path: String,
}

/// Reads of `inner`; queries write nothing, so nothing else is passed on.
#[derive(Debug)]
pub(super) struct WholeRanges {
    inner: Arc<dyn ObjectStore>,
}

impl WholeRanges {
    /// Over a store.
    pub(super) fn new(inner: Arc<dyn ObjectStore>) -> Self {
        Self { inner }
    }

    /// A store that refuses a range says why in words of its own: the file's size tells whether it is too short.
    async fn explained(&self, path: &Path, error: Error, ranges: &[GetRange]) -> Error {
        if matches!(error, Error::NotFound { .. }) {
            return error;
        }
        match self.inner.head(path).await {
            Ok(meta) if ranges.iter().any(|range| ends_behind(range, meta.size)) => short(path),
            _ => error,
        }
    }
}

impl fmt::Display for WholeRanges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WholeRanges({})", self.inner)
    }
}

fn short(path: &Path) -> Error {
    Error::Generic { store: "lake", source: Box::new(ShortFile { path: path.to_string() }) }
}

fn only_read(operation: &str) -> Error {
    Error::NotImplemented { operation: operation.to_owned(), implementer: "a query's store".to_owned() }
}

/// Whether a range that is asked for ends behind the file's end.
fn ends_behind(range: &GetRange, size: u64) -> bool {
    match range {
        GetRange::Bounded(range) => range.end > size,
        GetRange::Offset(offset) => *offset >= size,
        GetRange::Suffix(length) => *length > size,
    }
}

#[async_trait]
impl ObjectStore for WholeRanges {
    async fn get_opts(&self, path: &Path, options: GetOptions) -> Result<GetResult> {
        let range = options.range.clone();
        match self.inner.get_opts(path, options).await {
            Ok(found) if range.as_ref().is_some_and(|range| ends_behind(range, found.meta.size)) => Err(short(path)),
            Ok(found) => Ok(found),
            Err(error) => Err(self.explained(path, error, &Vec::from_iter(range)).await),
        }
    }

    async fn get_ranges(&self, path: &Path, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        let whole = |(range, bytes): (&Range<u64>, &Bytes)| range.end.saturating_sub(range.start) == bytes.len() as u64;
        match self.inner.get_ranges(path, ranges).await {
            Ok(found) if found.len() == ranges.len() && ranges.iter().zip(&found).all(whole) => Ok(found),
            Ok(_) => Err(short(path)),
            Err(error) => {
                let ranges: Vec<GetRange> = ranges.iter().cloned().map(GetRange::Bounded).collect();
                Err(self.explained(path, error, &ranges).await)
            }
        }
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list(prefix)
    }

    fn list_with_offset(&self, prefix: Option<&Path>, offset: &Path) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list_with_offset(prefix, offset)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn put_opts(&self, _: &Path, _: PutPayload, _: PutOptions) -> Result<PutResult> {
        Err(only_read("put"))
    }

    async fn put_multipart_opts(&self, _: &Path, _: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        Err(only_read("put_multipart"))
    }

    fn delete_stream(&self, paths: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        drop(paths);
        Box::pin(futures::stream::once(async { Err(only_read("delete")) }))
    }

    async fn copy_opts(&self, _: &Path, _: &Path, _: CopyOptions) -> Result<()> {
        Err(only_read("copy"))
    }
}
