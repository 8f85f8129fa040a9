//! The folder of a lake on a disk as a store: what `object_store` has for it, and the modes that folders and files get.
//!
//! An object has the mode of its path before it has its name: what is moved or linked gets it first, and what is put is
//! private until it is opened.

use std::{
    fmt, io,
    ops::Range,
    path::{Path as FsPath, PathBuf},
    sync::Arc,
};

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, RenameOptions, Result, UploadPart, local::LocalFileSystem,
    path::Path,
};

use super::{disk::on_disk, layout};
use crate::modes;

/// A folder as a store.
#[derive(Debug, Clone)]
pub(super) struct DiskStore {
    files: Arc<LocalFileSystem>,
    root: Arc<FsPath>,
}

/// Modes are set where they are asked for, not on a thread of their own: they are names and bits, not content.
impl DiskStore {
    /// The folder must exist; the path is absolute.
    pub(super) fn new(root: &FsPath) -> Result<Self> {
        Ok(Self { files: Arc::new(LocalFileSystem::new_with_prefix(root)?), root: Arc::from(root) })
    }

    /// Makes the folders that lead to an object.
    fn make_way(&self, to: &Path) -> Result<()> {
        if self.on_disk(to).parent().is_some_and(FsPath::is_dir) {
            return Ok(());
        }
        let mut way = Path::default();
        let parts: Vec<_> = to.parts().collect();
        for part in parts.iter().take(parts.len().saturating_sub(1)) {
            way = way.join(part.clone());
            modes::create_folder(&self.on_disk(&way), layout::access(&way)).map_err(|e| failed(&way, e))?;
        }
        Ok(())
    }

    /// Gives the object at `at` the mode that it shall have at `to`.
    fn prepare(&self, at: &Path, to: &Path) -> Result<()> {
        let target = self.on_disk(to);
        let folder = target.parent().unwrap_or(&self.root);
        modes::prepare_file(&self.on_disk(at), folder, layout::access(to)).map_err(|e| failed(at, e))
    }

    fn on_disk(&self, path: &Path) -> PathBuf {
        on_disk(&self.root, path)
    }
}

fn failed(path: &Path, source: io::Error) -> Error {
    match source.kind() {
        io::ErrorKind::NotFound => Error::NotFound { path: path.to_string(), source: source.into() },
        _ => Error::Generic { store: "disk", source: source.into() },
    }
}

impl fmt::Display for DiskStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DiskStore({})", self.root.display())
    }
}

#[async_trait]
impl ObjectStore for DiskStore {
    async fn put_opts(&self, path: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        self.make_way(path)?;
        let put = self.files.put_opts(path, payload, options).await?;
        self.prepare(path, path)?;
        Ok(put)
    }

    async fn put_multipart_opts(&self, path: &Path, options: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        self.make_way(path)?;
        let upload = self.files.put_multipart_opts(path, options).await?;
        Ok(Box::new(Upload { upload, store: self.clone(), path: path.clone() }))
    }

    async fn get_opts(&self, path: &Path, options: GetOptions) -> Result<GetResult> {
        self.files.get_opts(path, options).await
    }

    async fn get_ranges(&self, path: &Path, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        self.files.get_ranges(path, ranges).await
    }

    fn delete_stream(&self, paths: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.files.delete_stream(paths)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.files.list(prefix)
    }

    fn list_with_offset(&self, prefix: Option<&Path>, offset: &Path) -> BoxStream<'static, Result<ObjectMeta>> {
        self.files.list_with_offset(prefix, offset)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.files.list_with_delimiter(prefix).await
    }

    /// A copy is a second name of the same file, whose mode is then that of the last one given. A name in staging, whose folder
    /// keeps everybody out, leaves the mode alone: the file may be one that readers know by another name.
    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.make_way(to)?;
        if layout::staging_run(to.as_ref()).is_none() {
            self.prepare(from, to)?;
        }
        self.files.copy_opts(from, to, options).await
    }

    async fn rename_opts(&self, from: &Path, to: &Path, options: RenameOptions) -> Result<()> {
        self.make_way(to)?;
        self.prepare(from, to)?;
        self.files.rename_opts(from, to, options).await
    }
}

/// An object that comes in parts.
#[derive(Debug)]
struct Upload {
    upload: Box<dyn MultipartUpload>,
    store: DiskStore,
    path: Path,
}

#[async_trait]
impl MultipartUpload for Upload {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        self.upload.put_part(data)
    }

    async fn complete(&mut self) -> Result<PutResult> {
        let put = self.upload.complete().await?;
        self.store.prepare(&self.path, &self.path)?;
        Ok(put)
    }

    async fn abort(&mut self) -> Result<()> {
        self.upload.abort().await
    }
}
