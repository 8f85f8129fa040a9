//! What an S3 bucket holds, behind one lock, so that every operation is atomic as S3's are.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use futures::TryStreamExt;
use s3s::{Body, S3, S3Request, S3Response, S3Result, dto::*, s3_error};

use crate::lake::seal::sha256_hex;

/// Keys of one page of a listing, as on AWS.
const PAGE: usize = 1000;

/// One bucket.
#[derive(Debug, Clone)]
pub(in crate::lake) struct Bucket {
    content: Arc<Mutex<Content>>,
    /// What every part of an upload but the last must have: 5 MiB, as on AWS, unless a test wants to be quick.
    pub(in crate::lake) least_part_bytes: Arc<AtomicUsize>,
    /// Whether `If-None-Match` and `If-Match` are not looked at, as by stores that only resemble S3.
    pub(in crate::lake) overwrites: Arc<AtomicBool>,
}

#[derive(Debug, Default)]
struct Content {
    objects: BTreeMap<String, Stored>,
    uploads: BTreeMap<String, Upload>,
    /// Uploads that were completed, which may be asked for again when the answer was lost.
    completed: BTreeMap<String, ETag>,
    opened: u64,
}

#[derive(Debug, Clone)]
struct Stored {
    content: Bytes,
    e_tag: ETag,
    modified: SystemTime,
}

#[derive(Debug)]
struct Upload {
    key: String,
    parts: BTreeMap<i32, Stored>,
}

impl Stored {
    fn new(content: Bytes) -> Self {
        Self { e_tag: ETag::Strong(sha256_hex(&content)), modified: SystemTime::now(), content }
    }
}

impl Default for Bucket {
    fn default() -> Self {
        Self {
            content: Arc::default(),
            least_part_bytes: Arc::new(AtomicUsize::new(5 << 20)),
            overwrites: Arc::default(),
        }
    }
}

impl Bucket {
    /// Every key and its object.
    pub(in crate::lake) fn objects(&self) -> Vec<(String, Bytes)> {
        self.lock().objects.iter().map(|(key, stored)| (key.clone(), stored.content.clone())).collect()
    }

    /// Puts an object without being asked over HTTP.
    pub(in crate::lake) fn fill(&self, key: String, content: Bytes) {
        self.lock().objects.insert(key, Stored::new(content));
    }

    /// Makes an object older, by the clock of the store.
    pub(in crate::lake) fn age(&self, key: &str, by: Duration) {
        self.lock().objects.get_mut(key).unwrap().modified -= by;
    }

    /// The uploads that were neither completed nor aborted: somebody pays for them.
    pub(in crate::lake) fn open_uploads(&self) -> usize {
        self.lock().uploads.len()
    }

    /// How many uploads were begun.
    pub(in crate::lake) fn opened_uploads(&self) -> u64 {
        self.lock().opened
    }

    fn lock(&self) -> MutexGuard<'_, Content> {
        self.content.lock().unwrap()
    }

    /// Puts an object if the conditions allow it.
    fn put(
        &self,
        key: String,
        content: Bytes,
        if_none: Option<IfNoneMatch>,
        if_match: Option<IfMatch>,
    ) -> S3Result<ETag> {
        let stored = Stored::new(content);
        let mut content = self.lock();
        let present = content.objects.get(&key).map(|o| &o.e_tag);
        if !self.overwrites.load(Ordering::SeqCst) {
            if if_none.is_some() && present.is_some() {
                return Err(s3_error!(PreconditionFailed));
            }
            if let Some(wanted) = if_match {
                let Some(present) = present else { return Err(s3_error!(NoSuchKey)) };
                if wanted.as_etag().is_some_and(|wanted| wanted != present) {
                    return Err(s3_error!(PreconditionFailed));
                }
            }
        }
        let e_tag = stored.e_tag.clone();
        content.objects.insert(key, stored);
        Ok(e_tag)
    }
}

async fn whole(body: Option<StreamingBlob>) -> S3Result<Bytes> {
    let Some(body) = body else { return Ok(Bytes::new()) };
    let broken = |_| s3_error!(IncompleteBody);
    body.try_fold(BytesMut::new(), |mut all, chunk| async move {
        all.extend_from_slice(&chunk);
        Ok(all)
    })
    .await
    .map(BytesMut::freeze)
    .map_err(broken)
}

fn size(bytes: usize) -> i64 {
    i64::try_from(bytes).unwrap()
}

fn answer<T>(output: T) -> S3Result<S3Response<T>> {
    Ok(S3Response::new(output))
}

#[async_trait]
impl S3 for Bucket {
    async fn put_object(&self, request: S3Request<PutObjectInput>) -> S3Result<S3Response<PutObjectOutput>> {
        let PutObjectInput { key, body, if_none_match, if_match, .. } = request.input;
        let e_tag = self.put(key, whole(body).await?, if_none_match, if_match)?;
        answer(PutObjectOutput { e_tag: Some(e_tag), ..Default::default() })
    }

    async fn get_object(&self, request: S3Request<GetObjectInput>) -> S3Result<S3Response<GetObjectOutput>> {
        let GetObjectInput { key, range, .. } = request.input;
        let stored = self.lock().objects.get(&key).cloned().ok_or_else(|| s3_error!(NoSuchKey))?;
        let length = stored.content.len();
        let (content, content_range) = match range {
            None => (stored.content, None),
            Some(range) => {
                let range = range.check(length as u64).map_err(|_| s3_error!(InvalidRange))?;
                let shown = format!("bytes {}-{}/{length}", range.start, range.end - 1);
                let (start, end) = (usize::try_from(range.start).unwrap(), usize::try_from(range.end).unwrap());
                (stored.content.slice(start..end), Some(shown))
            }
        };
        answer(GetObjectOutput {
            content_length: Some(size(content.len())),
            content_range,
            e_tag: Some(stored.e_tag),
            last_modified: Some(stored.modified.into()),
            body: Some(StreamingBlob::from(Body::from(content))),
            ..Default::default()
        })
    }

    async fn head_object(&self, request: S3Request<HeadObjectInput>) -> S3Result<S3Response<HeadObjectOutput>> {
        let stored = self.lock().objects.get(&request.input.key).cloned().ok_or_else(|| s3_error!(NoSuchKey))?;
        answer(HeadObjectOutput {
            content_length: Some(size(stored.content.len())),
            e_tag: Some(stored.e_tag),
            last_modified: Some(stored.modified.into()),
            ..Default::default()
        })
    }

    async fn list_objects_v2(
        &self,
        request: S3Request<ListObjectsV2Input>,
    ) -> S3Result<S3Response<ListObjectsV2Output>> {
        let ListObjectsV2Input { prefix, delimiter, continuation_token, start_after, max_keys, .. } = request.input;
        let prefix = prefix.unwrap_or_default();
        let after = continuation_token.or(start_after).unwrap_or_default();
        let page = max_keys.map_or(PAGE, |n| usize::try_from(n).unwrap().min(PAGE));
        let (mut contents, mut folders) = (Vec::new(), BTreeSet::new());
        let (mut last, mut truncated) = (String::new(), false);
        for (key, stored) in self.lock().objects.iter().filter(|(key, _)| key.starts_with(&prefix)) {
            let rest = key.strip_prefix(&prefix).unwrap();
            let folder = delimiter.as_ref().and_then(|d| rest.split_once(d.as_str()).map(|(name, _)| (name, d)));
            // A folder counts as one entry, and is not begun again on the next page.
            let entry = folder.map_or(key.clone(), |(name, delimiter)| format!("{prefix}{name}{delimiter}"));
            if *entry <= *after || folders.contains(&entry) {
                continue;
            }
            if contents.len() + folders.len() == page {
                truncated = true;
                break;
            }
            last.clone_from(&entry);
            if folder.is_some() {
                folders.insert(entry);
            } else {
                contents.push(Object {
                    key: Some(entry),
                    size: Some(size(stored.content.len())),
                    e_tag: Some(stored.e_tag.clone()),
                    last_modified: Some(stored.modified.into()),
                    ..Default::default()
                });
            }
        }
        answer(ListObjectsV2Output {
            name: Some(request.input.bucket),
            key_count: i32::try_from(contents.len() + folders.len()).ok(),
            contents: Some(contents),
            common_prefixes: Some(folders.into_iter().map(|f| CommonPrefix { prefix: Some(f) }).collect()),
            is_truncated: Some(truncated),
            next_continuation_token: truncated.then_some(last),
            ..Default::default()
        })
    }

    async fn delete_object(&self, request: S3Request<DeleteObjectInput>) -> S3Result<S3Response<DeleteObjectOutput>> {
        self.lock().objects.remove(&request.input.key);
        answer(DeleteObjectOutput::default())
    }

    async fn delete_objects(
        &self,
        request: S3Request<DeleteObjectsInput>,
    ) -> S3Result<S3Response<DeleteObjectsOutput>> {
        let keys = request.input.delete.objects.into_iter().map(|o| o.key);
        let mut content = self.lock();
        let deleted = keys.map(|key| {
            content.objects.remove(&key);
            DeletedObject { key: Some(key), ..Default::default() }
        });
        answer(DeleteObjectsOutput { deleted: Some(deleted.collect()), ..Default::default() })
    }

    async fn copy_object(&self, request: S3Request<CopyObjectInput>) -> S3Result<S3Response<CopyObjectOutput>> {
        let CopySource::Bucket { key: from, .. } = request.input.copy_source else {
            return Err(s3_error!(NotImplemented));
        };
        let mut content = self.lock();
        let source = content.objects.get(&*from).ok_or_else(|| s3_error!(NoSuchKey))?.content.clone();
        let copy = Stored::new(source);
        let copied = CopyObjectResult {
            e_tag: Some(copy.e_tag.clone()),
            last_modified: Some(copy.modified.into()),
            ..Default::default()
        };
        content.objects.insert(request.input.key, copy);
        answer(CopyObjectOutput { copy_object_result: Some(copied), ..Default::default() })
    }

    async fn create_multipart_upload(
        &self,
        request: S3Request<CreateMultipartUploadInput>,
    ) -> S3Result<S3Response<CreateMultipartUploadOutput>> {
        let CreateMultipartUploadInput { bucket, key, .. } = request.input;
        let mut content = self.lock();
        content.opened += 1;
        let id = format!("upload-{}", content.opened);
        content.uploads.insert(id.clone(), Upload { key: key.clone(), parts: BTreeMap::new() });
        answer(CreateMultipartUploadOutput {
            bucket: Some(bucket),
            key: Some(key),
            upload_id: Some(id),
            ..Default::default()
        })
    }

    async fn upload_part(&self, request: S3Request<UploadPartInput>) -> S3Result<S3Response<UploadPartOutput>> {
        let UploadPartInput { upload_id, part_number, body, .. } = request.input;
        let part = Stored::new(whole(body).await?);
        let e_tag = Some(part.e_tag.clone());
        let mut content = self.lock();
        let upload = content.uploads.get_mut(&upload_id).ok_or_else(|| s3_error!(NoSuchUpload))?;
        upload.parts.insert(part_number, part);
        answer(UploadPartOutput { e_tag, ..Default::default() })
    }

    async fn complete_multipart_upload(
        &self,
        request: S3Request<CompleteMultipartUploadInput>,
    ) -> S3Result<S3Response<CompleteMultipartUploadOutput>> {
        let CompleteMultipartUploadInput { bucket, key, upload_id, multipart_upload, .. } = request.input;
        let mut content = self.lock();
        let done = |e_tag: ETag| {
            let (bucket, key) = (Some(bucket), Some(key.clone()));
            answer(CompleteMultipartUploadOutput { bucket, key, e_tag: Some(e_tag), ..Default::default() })
        };
        if let Some(e_tag) = content.completed.get(&upload_id) {
            return done(e_tag.clone());
        }
        let upload = content.uploads.get(&upload_id).ok_or_else(|| s3_error!(NoSuchUpload))?;
        let wanted = multipart_upload.and_then(|m| m.parts).unwrap_or_default();
        let mut whole = BytesMut::new();
        for (number, part) in wanted.iter().enumerate() {
            let stored = part.part_number.and_then(|n| upload.parts.get(&n));
            let Some(stored) = stored.filter(|s| Some(&s.e_tag) == part.e_tag.as_ref()) else {
                return Err(s3_error!(InvalidPart));
            };
            if stored.content.len() < self.least_part_bytes.load(Ordering::SeqCst) && number + 1 < wanted.len() {
                return Err(s3_error!(EntityTooSmall));
            }
            whole.extend_from_slice(&stored.content);
        }
        if wanted.is_empty() || upload.key != key {
            return Err(s3_error!(InvalidRequest));
        }
        let stored = Stored::new(whole.freeze());
        let e_tag = stored.e_tag.clone();
        content.objects.insert(key.clone(), stored);
        content.uploads.remove(&upload_id);
        content.completed.insert(upload_id, e_tag.clone());
        done(e_tag)
    }

    async fn abort_multipart_upload(
        &self,
        request: S3Request<AbortMultipartUploadInput>,
    ) -> S3Result<S3Response<AbortMultipartUploadOutput>> {
        let removed = self.lock().uploads.remove(&request.input.upload_id);
        removed.ok_or_else(|| s3_error!(NoSuchUpload))?;
        answer(AbortMultipartUploadOutput::default())
    }
}
