//! One response of the API, between the client that received it and the decoder that reads it.

use std::collections::BTreeSet;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The bytes of one response of a collection and where they came from.
#[derive(Debug, Clone)]
pub struct Page {
    /// Which page of its chain of cursors, from 1.
    pub number: u64,
    /// The body of the response, decompressed and otherwise as it came.
    pub body: Bytes,
    /// When it was received.
    pub received_at: DateTime<Utc>,
}

/// What the envelope of a page says about the pages after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageEnd {
    /// Records in the page.
    pub records: u64,
    /// Where the next page is.
    pub next: Next,
    /// `totalCount`: records in all pages, where the API says.
    pub total_count: Option<u64>,
}

/// Where the next page is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Next {
    /// At this address.
    Link(String),
    /// At this cursor of an older API, which stands for the number of a page.
    Cursor(String),
    /// There is none: `links.next` is null.
    End,
    /// The page has no `links`, so it does not say whether it is the last.
    Unsaid,
}

/// What the API answered to the largest page asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LearnedLimit {
    /// Records in one page.
    pub(crate) limit: u32,
    /// When it was learned.
    pub(crate) learned_at: DateTime<Utc>,
}

/// Properties that a route does not know: asked for, they were refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LeftOut {
    /// In lower case.
    pub(crate) properties: BTreeSet<String>,
    /// When the first of them was refused.
    pub(crate) learned_at: DateTime<Utc>,
}

/// Why a body could not be read.
#[derive(Debug)]
pub(crate) enum Unreadable {
    /// No page of a collection: a maintenance page, or half a page. Asking again may help.
    NotAPage(BoxError),
    /// A page whose contents break the declared schema. Asking again will not help.
    Breach(BoxError),
}

/// Any error that can cross threads.
pub(crate) type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Turns the body of a page into rows. The client calls it before it counts a response as received, so that a body that
/// is no page is asked for again.
pub(crate) trait ReadPage: Sync {
    /// What the records become.
    type Rows: Send;

    /// Reads one page.
    ///
    /// # Errors
    /// Says whether asking again may help.
    fn read(&self, page: &Page) -> Result<(Self::Rows, PageEnd), Unreadable>;

    /// The ids of the records, in the page's order: they tell whether a page follows another.
    fn ids(&self, rows: &Self::Rows) -> Vec<String>;

    /// Reads what a page counts, and none of its records.
    ///
    /// # Errors
    /// As [`ReadPage::read`].
    fn count(&self, page: &Page) -> Result<Option<u64>, Unreadable>;
}

/// Pages read before a run died, by their address: whoever begins again asks the API only for the others.
#[async_trait]
pub(crate) trait KeptPages<Rows>: Send + Sync {
    /// The page that was read from `address`, if it was kept and is whole.
    async fn find(&self, address: &str) -> Option<(Rows, PageEnd)>;

    /// Keeps a page that was just read. One that cannot be kept costs a request later, and nothing else.
    async fn keep(&self, address: &str, rows: &Rows, end: &PageEnd);
}

/// Keeps nothing.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct NothingKept;

#[async_trait]
impl<Rows: Sync> KeptPages<Rows> for NothingKept {
    async fn find(&self, _: &str) -> Option<(Rows, PageEnd)> {
        None
    }

    async fn keep(&self, _: &str, _: &Rows, _: &PageEnd) {}
}
