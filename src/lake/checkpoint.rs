//! Pages of a run that has not ended, so that the next run need not ask for them again: a process may be killed at any
//! moment, and at 50 requests a minute a page is dear.
//!
//! They lie with the staged files of the run that began, `_lake/staging/<run_id>/pages/`, one object each: the SHA-256 of
//! the rest, then one Arrow IPC stream with the rows, whose schema carries what else is to be known of the page. An object
//! that is not whole counts as absent.

use std::{collections::HashMap, sync::Arc};

use arrow::{
    datatypes::Schema,
    ipc::{reader::StreamReader, writer::StreamWriter},
    record_batch::RecordBatch,
};
use bytes::Bytes;
use chrono::{DateTime, NaiveDate, Utc};
use object_store::{ObjectMeta, ObjectStoreExt, path::Path};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};

use super::{Lake, LakeError, layout, staging};
use crate::run_id::RunId;

/// Key of the schema's metadata that holds a page's facts.
const FACTS: &str = "facts";
/// Bytes of a SHA-256.
const DIGEST_BYTES: usize = 32;

/// What an unfinished run was reading. Pages are used again only by a run that reads the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Purpose {
    /// The day the data describes.
    pub(crate) as_of: NaiveDate,
    /// Whose data, seen by whom, read by which program: equal or not.
    pub(crate) reader: String,
}

/// What `begun.json` beside the pages holds.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Begun {
    begun_at: DateTime<Utc>,
    purpose: Purpose,
}

/// What a run puts down beside its pages.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Note {
    /// How large pages the API gives.
    PageLimits,
    /// What it published of them.
    Published,
}

impl Note {
    fn name(self) -> &'static str {
        match self {
            Self::PageLimits => "notes",
            Self::Published => "published",
        }
    }
}

/// Where the pages of one run are kept.
#[derive(Debug, Clone)]
pub(crate) struct Checkpoint {
    lake: Lake,
    run_id: RunId,
    begun_at: DateTime<Utc>,
}

impl Checkpoint {
    /// Starts to keep pages for the run `run_id`.
    ///
    /// # Errors
    /// When the lake cannot be written.
    pub(crate) async fn begin(
        lake: &Lake,
        run_id: &RunId,
        purpose: Purpose,
        begun_at: DateTime<Utc>,
    ) -> Result<Self, LakeError> {
        let path = layout::checkpoint(run_id);
        let json = serde_json::to_vec_pretty(&Begun { begun_at, purpose }).unwrap_or_default();
        lake.store.put(&path, json.into()).await.map_err(|e| LakeError::store("write", &path, e))?;
        Ok(Self { lake: lake.clone(), run_id: run_id.clone(), begun_at })
    }

    /// Every run for `purpose` that was not discarded.
    ///
    /// # Errors
    /// When the lake cannot be read.
    pub(crate) async fn all(lake: &Lake, purpose: &Purpose) -> Result<Vec<Self>, LakeError> {
        let mut found = Vec::new();
        for run_id in staging::staged_runs(lake).await? {
            // A folder without the file, or with half of one, belongs to a run that kept nothing.
            let Ok(object) = lake.store.get(&layout::checkpoint(&run_id)).await else { continue };
            let Ok(json) = object.bytes().await else { continue };
            let Ok(begun) = serde_json::from_slice::<Begun>(&json) else { continue };
            if begun.purpose == *purpose {
                found.push(Self { lake: lake.clone(), run_id, begun_at: begun.begun_at });
            }
        }
        Ok(found)
    }

    /// The run that began to keep these pages.
    pub(crate) fn run_id(&self) -> &RunId {
        &self.run_id
    }

    /// When it did.
    pub(crate) fn begun_at(&self) -> DateTime<Utc> {
        self.begun_at
    }

    /// How many pages are kept.
    ///
    /// # Errors
    /// When the lake cannot be read.
    pub(crate) async fn pages(&self) -> Result<u64, LakeError> {
        Ok(self.objects_of_pages().await?.len() as u64)
    }

    /// Tells these pages from those that are kept as soon as one of them was read again: a hash of when and how long they
    /// are, as the store has it.
    ///
    /// # Errors
    /// When the lake cannot be read.
    pub(crate) async fn fingerprint(&self) -> Result<String, LakeError> {
        let mut pages: Vec<String> = self
            .objects_of_pages()
            .await?
            .iter()
            .map(|page| format!("{} {} {:?} {:?}\n", page.location, page.size, page.last_modified, page.e_tag))
            .collect();
        pages.sort_unstable();
        Ok(hex::encode(Sha256::digest(pages.concat())))
    }

    async fn objects_of_pages(&self) -> Result<Vec<ObjectMeta>, LakeError> {
        let mut objects = self.lake.objects_in(&layout::checkpoint_dir(&self.run_id)).await?;
        objects.retain(|object| object.location.extension() == Some("arrow"));
        Ok(objects)
    }

    /// The rows and facts kept under `key`; `None` when there are none, or they are not whole.
    pub(crate) async fn page(&self, key: &str) -> Option<(RecordBatch, String)> {
        let object = self.lake.store.get(&self.path(key)).await.ok()?;
        decode(&object.bytes().await.ok()?)
    }

    /// Keeps rows and facts under `key`.
    ///
    /// # Errors
    /// When the lake cannot be written.
    pub(crate) async fn keep(&self, key: &str, rows: &RecordBatch, facts: &str) -> Result<(), LakeError> {
        let path = self.path(key);
        let content = encode(rows, facts)
            .map_err(|e| LakeError::Internal { reason: format!("a page cannot be written as Arrow: {e}") })?;
        self.lake.store.put(&path, content.into()).await.map_err(|e| LakeError::store("write", &path, e))?;
        Ok(())
    }

    /// What was put down; nothing where that is not there, not whole, or something else.
    pub(crate) async fn noted<T: DeserializeOwned + Default>(&self, note: Note) -> T {
        let path = layout::checkpoint_note(&self.run_id, note.name());
        let Ok(object) = self.lake.store.get(&path).await else { return T::default() };
        object.bytes().await.ok().and_then(|json| serde_json::from_slice(&json).ok()).unwrap_or_default()
    }

    /// Puts something down, in place of what there was.
    ///
    /// # Errors
    /// When the lake cannot be written.
    pub(crate) async fn note<T: Serialize>(&self, note: Note, content: &T) -> Result<(), LakeError> {
        let path = layout::checkpoint_note(&self.run_id, note.name());
        let json = serde_json::to_vec(content).unwrap_or_default();
        self.lake.store.put(&path, json.into()).await.map_err(|e| LakeError::store("write", &path, e))?;
        Ok(())
    }

    /// Forgets the run and everything it staged.
    ///
    /// # Errors
    /// When the store refuses or fails.
    pub(crate) async fn discard(&self) -> Result<(), LakeError> {
        staging::discard(&self.lake, &self.run_id).await
    }

    /// Forgets the run and its pages; tables that it staged stay.
    ///
    /// # Errors
    /// When the store refuses or fails.
    pub(crate) async fn discard_pages(&self) -> Result<(), LakeError> {
        staging::discard_folder(&self.lake, &layout::checkpoint_dir(&self.run_id)).await
    }

    fn path(&self, key: &str) -> Path {
        layout::kept_page(&self.run_id, &hex::encode(Sha256::digest(key)))
    }
}

fn encode(rows: &RecordBatch, facts: &str) -> Result<Vec<u8>, arrow::error::ArrowError> {
    let metadata = HashMap::from([(FACTS.to_owned(), facts.to_owned())]);
    let schema = Arc::new(Schema::clone(&rows.schema()).with_metadata(metadata));
    let rows = RecordBatch::try_new(Arc::clone(&schema), rows.columns().to_vec())?;
    let mut writer = StreamWriter::try_new(vec![0; DIGEST_BYTES], &schema)?;
    writer.write(&rows)?;
    let mut content = writer.into_inner()?;
    let digest = content.get(DIGEST_BYTES..).map(Sha256::digest).unwrap_or_default();
    for (to, from) in content.iter_mut().zip(digest) {
        *to = from;
    }
    Ok(content)
}

fn decode(content: &Bytes) -> Option<(RecordBatch, String)> {
    let (digest, stream) = content.split_at_checked(DIGEST_BYTES)?;
    if Sha256::digest(stream).as_slice() != digest {
        return None;
    }
    let mut reader = StreamReader::try_new(stream, None).ok()?;
    let facts = reader.schema().metadata().get(FACTS)?.clone();
    let rows = reader.next()?.ok()?;
    Some((rows, facts))
}

#[cfg(test)]
mod tests {
    use arrow::array::{ArrayRef, StringArray};
    use url::Url;

    use super::*;

    fn lake() -> Lake {
        Lake::with_store(Arc::new(object_store::memory::InMemory::new()), Url::parse("memory:///").unwrap())
    }

    fn rows(texts: &[&str]) -> RecordBatch {
        RecordBatch::try_from_iter([("id", Arc::new(StringArray::from(texts.to_vec())) as ArrayRef)]).unwrap()
    }

    fn purpose(day: &str) -> Purpose {
        Purpose { as_of: day.parse().unwrap(), reader: "us".into() }
    }

    fn at(time: &str) -> DateTime<Utc> {
        time.parse().unwrap()
    }

    #[tokio::test]
    async fn what_is_kept_is_found_and_what_is_damaged_is_not() {
        let lake = lake();
        let kept = Checkpoint::begin(&lake, &"r1".parse().unwrap(), purpose("2026-11-22"), at("2026-11-22T06:00:00Z"))
            .await
            .unwrap();
        for texts in [&["a", "é"][..], &[]] {
            kept.keep("https://a/b?c", &rows(texts), "{\"x\":1}").await.unwrap();
            let (found, facts) = kept.page("https://a/b?c").await.unwrap();
            assert_eq!((found.columns(), facts.as_str()), (rows(texts).columns(), "{\"x\":1}"));
        }
        assert!(kept.page("https://a/b").await.is_none());
        assert_eq!(kept.noted::<Option<u8>>(Note::PageLimits).await, None);
        for number in [1, 2] {
            kept.note(Note::PageLimits, &number).await.unwrap();
            assert_eq!(kept.noted::<u8>(Note::PageLimits).await, number);
            assert_eq!(kept.noted::<u8>(Note::Published).await, 0, "each has its place");
            assert_eq!(kept.noted::<String>(Note::PageLimits).await, "", "something else");
        }
        let path = kept.path("https://a/b?c");
        let whole = lake.store.get(&path).await.unwrap().bytes().await.unwrap();
        for position in 0..whole.len() {
            let mut damaged = whole.to_vec();
            damaged[position] ^= 1;
            assert!(decode(&damaged.into()).is_none(), "byte {position}");
            assert!(decode(&whole.slice(..position)).is_none(), "cut at {position}");
        }
    }

    #[tokio::test]
    async fn pages_are_the_same_until_one_is_read_again() {
        let lake = lake();
        let begun = at("2026-11-22T06:00:00Z");
        let kept = Checkpoint::begin(&lake, &"r1".parse().unwrap(), purpose("2026-11-22"), begun).await.unwrap();
        let mut seen = vec![kept.fingerprint().await.unwrap()];
        for key in ["a", "b", "a"] {
            kept.keep(key, &rows(&["1"]), "{}").await.unwrap();
            let now = kept.fingerprint().await.unwrap();
            kept.note(Note::Published, &1).await.unwrap();
            assert_eq!(kept.fingerprint().await.unwrap(), now);
            assert!(!seen.contains(&now), "{key}");
            seen.push(now);
        }
    }

    #[tokio::test]
    async fn runs_of_the_same_purpose_are_found_until_they_are_discarded() {
        let lake = lake();
        let begun = [("r1", "2026-11-22", "06"), ("r2", "2026-11-22", "08"), ("r3", "2026-11-23", "09")];
        for (run, day, hour) in begun {
            let begun_at = at(&format!("2026-11-22T{hour}:00:00Z"));
            Checkpoint::begin(&lake, &run.parse().unwrap(), purpose(day), begun_at).await.unwrap();
        }
        let found = || async {
            let mut found = Checkpoint::all(&lake, &purpose("2026-11-22")).await.unwrap();
            found.sort_by_key(Checkpoint::begun_at);
            found
        };
        let names = |found: &[Checkpoint]| found.iter().map(|c| c.run_id().to_string()).collect::<Vec<_>>();
        let mut both = found().await;
        assert_eq!(names(&both), ["r1", "r2"]);
        assert_eq!(both[1].begun_at(), at("2026-11-22T08:00:00Z"));
        both.pop().unwrap().discard().await.unwrap();
        assert_eq!(names(&found().await), ["r1"]);
    }
}
