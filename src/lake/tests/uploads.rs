//! Uploads in parts: counted, hashed, and never left open.

use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use futures::stream::BoxStream;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, PutMultipartOptions,
    PutOptions, PutPayload, PutResult, Result, UploadPart,
};
use parquet::arrow::async_writer::AsyncFileWriter;

use super::{hashing::HashingUpload, *};

/// Counts the uploads that are open, and fails one part or the completion.
#[derive(Debug)]
struct Uploads {
    inner: InMemory,
    open: Arc<AtomicUsize>,
    opened: AtomicUsize,
    /// Number of the part to fail; one more than there are parts fails the completion.
    failing: Option<usize>,
}

#[derive(Debug)]
struct Upload {
    inner: Box<dyn MultipartUpload>,
    open: Arc<AtomicUsize>,
    parts: usize,
    failing: Option<usize>,
}

impl Uploads {
    fn new(failing: Option<usize>) -> Arc<Self> {
        Arc::new(Self { inner: InMemory::new(), open: Arc::default(), opened: AtomicUsize::new(0), failing })
    }

    fn open(&self) -> usize {
        self.open.load(Ordering::SeqCst)
    }
}

fn broken() -> Error {
    Error::Generic { store: "uploads", source: "connection reset".into() }
}

#[async_trait]
impl MultipartUpload for Upload {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        self.parts += 1;
        if self.failing == Some(self.parts) { Box::pin(async { Err(broken()) }) } else { self.inner.put_part(data) }
    }

    async fn complete(&mut self) -> Result<PutResult> {
        if self.failing == Some(self.parts + 1) {
            return Err(broken());
        }
        self.open.fetch_sub(1, Ordering::SeqCst);
        self.inner.complete().await
    }

    async fn abort(&mut self) -> Result<()> {
        self.open.fetch_sub(1, Ordering::SeqCst);
        self.inner.abort().await
    }
}

impl std::fmt::Display for Uploads {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Uploads")
    }
}

#[async_trait]
impl ObjectStore for Uploads {
    async fn put_opts(&self, path: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        self.inner.put_opts(path, payload, options).await
    }

    async fn put_multipart_opts(&self, path: &Path, options: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        let inner = self.inner.put_multipart_opts(path, options).await?;
        self.open.fetch_add(1, Ordering::SeqCst);
        self.opened.fetch_add(1, Ordering::SeqCst);
        Ok(Box::new(Upload { inner, open: Arc::clone(&self.open), parts: 0, failing: self.failing }))
    }

    async fn get_opts(&self, path: &Path, options: GetOptions) -> Result<GetResult> {
        self.inner.get_opts(path, options).await
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

fn lake_of(uploads: &Arc<Uploads>) -> Lake {
    let store: Arc<dyn ObjectStore> = Arc::<Uploads>::clone(uploads);
    Lake::with_store(store, Url::parse("memory:///").unwrap())
}

fn small_parts() -> WriterOptions {
    WriterOptions { upload_part_bytes: 1000, max_row_group_rows: 100, ..WriterOptions::default() }
}

#[tokio::test]
async fn size_and_hash_are_those_of_the_object() {
    for total in [0u8, 1, 9, 10, 11, 20, 35, 100] {
        for write in [1usize, 7, 10, 33] {
            let uploads = Uploads::new(None);
            let path = Path::from("object");
            let content: Vec<u8> = (0..total).collect();
            let mut upload = HashingUpload::new(lake_of(&uploads).store(), path.clone(), 10);
            for chunk in content.chunks(write) {
                upload.write(bytes::Bytes::copy_from_slice(chunk)).await.unwrap();
            }
            upload.complete().await.unwrap();
            let stored = uploads.inner.get(&path).await.unwrap().bytes().await.unwrap();
            assert_eq!(stored, content);
            assert_eq!((upload.bytes(), upload.sha256()), (total.into(), seal::sha256_hex(&content)));
            assert_eq!(uploads.open(), 0);
            assert_eq!(uploads.opened.load(Ordering::SeqCst), usize::from(total >= 10), "small objects are one put");
        }
    }
}

#[tokio::test]
async fn a_failure_of_any_part_leaves_no_upload_open() {
    let employees = table("employees", Zone::Core);
    for failing in 1.. {
        let uploads = Uploads::new(Some(failing));
        let lake = lake_of(&uploads);
        let mut writer = TableWriter::new(&lake, &"run-1".parse().unwrap(), &employees, small_parts());
        let mut result = writer.write(&batch(&rows(0, 500))).await;
        if result.is_ok() {
            result = writer.close().await.map(drop);
        }
        assert!(uploads.opened.load(Ordering::SeqCst) > 0);
        assert_eq!(uploads.open(), 0, "part {failing}");
        match result {
            Ok(()) => {
                assert!(failing > 4, "several parts, the last and the completion must have failed");
                break;
            }
            Err(error) => assert!(matches!(error, LakeError::Store { retryable: true, .. }), "{error}"),
        }
    }
}

#[tokio::test]
async fn giving_up_leaves_no_upload_open() {
    let employees = table("employees", Zone::Core);
    for abort in [true, false] {
        let uploads = Uploads::new(None);
        let mut writer = TableWriter::new(&lake_of(&uploads), &"run-1".parse().unwrap(), &employees, small_parts());
        writer.write(&batch(&rows(0, 500))).await.unwrap();
        assert_eq!(uploads.open(), 1);
        if abort {
            writer.abort().await;
        } else {
            drop(writer);
            while uploads.open() > 0 {
                tokio::task::yield_now().await;
            }
        }
        assert_eq!(uploads.open(), 0);
        assert_eq!(uploads.inner.list(None).try_collect::<Vec<_>>().await.unwrap(), []);
    }
}
