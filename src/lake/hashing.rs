//! An upload that knows its own size and SHA-256, and never leaves half an object behind.

use std::{mem, sync::Arc};

use bytes::Bytes;
use futures::{FutureExt, future::BoxFuture};
use object_store::{MultipartUpload, ObjectStore, ObjectStoreExt, PutPayload, PutPayloadMut, Result, path::Path};
use parquet::{arrow::async_writer::AsyncFileWriter, errors::ParquetError};
use sha2::{Digest, Sha256};
use tokio::{runtime::Handle, task::JoinSet};

/// Parts on their way at once. Memory of one upload: this plus the part being filled.
const MAX_PARTS_IN_FLIGHT: usize = 2;

/// Streams one object to the store: a single put when it is small, a multipart upload otherwise.
///
/// `object_store`'s `BufWriter` would do, but when the last part fails it leaves the upload open and can no longer be
/// asked to abort it; whoever pays for the bucket pays for such parts until somebody looks.
pub(super) struct HashingUpload {
    store: Arc<dyn ObjectStore>,
    path: Path,
    part_bytes: usize,
    sha256: Sha256,
    bytes: u64,
    buffer: PutPayloadMut,
    upload: Option<Box<dyn MultipartUpload>>,
    parts: JoinSet<Result<()>>,
}

impl HashingUpload {
    /// Nothing is sent before the first part of `part_bytes` is full or the object is complete.
    pub(super) fn new(store: Arc<dyn ObjectStore>, path: Path, part_bytes: usize) -> Self {
        Self {
            store,
            path,
            part_bytes: part_bytes.max(1),
            sha256: Sha256::new(),
            bytes: 0,
            buffer: PutPayloadMut::new(),
            upload: None,
            parts: JoinSet::new(),
        }
    }

    /// Bytes taken so far.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Lower-case hex SHA-256 of the bytes taken so far.
    pub(super) fn sha256(&self) -> String {
        hex::encode(self.sha256.clone().finalize())
    }

    /// Gives the object up. Nothing of it remains if the store does as asked.
    pub(super) async fn abort(&mut self) -> Result<()> {
        self.parts.shutdown().await;
        match self.upload.take() {
            Some(mut upload) => upload.abort().await,
            None => Ok(()),
        }
    }

    async fn put(&mut self, mut bytes: Bytes) -> Result<()> {
        self.sha256.update(&bytes);
        self.bytes += bytes.len() as u64;
        while !bytes.is_empty() {
            let room = self.part_bytes.saturating_sub(self.buffer.content_length());
            self.buffer.push(bytes.split_to(room.min(bytes.len())));
            if self.buffer.content_length() >= self.part_bytes {
                self.send_part().await?;
            }
        }
        Ok(())
    }

    async fn send_part(&mut self) -> Result<()> {
        while self.parts.len() >= MAX_PARTS_IN_FLIGHT {
            self.join_part().await?;
        }
        let part: PutPayload = mem::take(&mut self.buffer).freeze();
        let upload = match &mut self.upload {
            Some(upload) => upload,
            none => none.insert(self.store.put_multipart(&self.path).await?),
        };
        self.parts.spawn(upload.put_part(part));
        Ok(())
    }

    async fn join_part(&mut self) -> Result<()> {
        match self.parts.join_next().await {
            Some(joined) => joined?,
            None => Ok(()),
        }
    }

    async fn finish(&mut self) -> Result<()> {
        if self.upload.is_none() {
            let payload: PutPayload = mem::take(&mut self.buffer).freeze();
            self.store.put(&self.path, payload).await?;
            return Ok(());
        }
        if self.buffer.content_length() > 0 {
            self.send_part().await?;
        }
        while !self.parts.is_empty() {
            self.join_part().await?;
        }
        if let Some(upload) = &mut self.upload
            && let Err(error) = upload.complete().await
            && !is_there(&self.store, &self.path, self.bytes).await
        {
            return Err(error);
        }
        self.upload = None;
        Ok(())
    }
}

/// Whether an upload whose completion was reported failed is complete all the same. Nobody else writes to its path, and
/// an object of S3 is whole or not there.
async fn is_there(store: &Arc<dyn ObjectStore>, path: &Path, bytes: u64) -> bool {
    store.head(path).await.is_ok_and(|found| found.size == bytes)
}

impl AsyncFileWriter for HashingUpload {
    fn write(&mut self, bytes: Bytes) -> BoxFuture<'_, parquet::errors::Result<()>> {
        self.put(bytes).map(|result| result.map_err(|e| ParquetError::External(Box::new(e)))).boxed()
    }

    fn complete(&mut self) -> BoxFuture<'_, parquet::errors::Result<()>> {
        self.finish().map(|result| result.map_err(|e| ParquetError::External(Box::new(e)))).boxed()
    }
}

impl Drop for HashingUpload {
    /// A cancelled run drops its writers where they stand; what is left of them is cleaned up in the background.
    fn drop(&mut self) {
        if let (Some(mut upload), Ok(runtime)) = (self.upload.take(), Handle::try_current()) {
            let mut parts = mem::take(&mut self.parts);
            runtime.spawn(async move {
                parts.shutdown().await;
                upload.abort().await
            });
        }
    }
}
