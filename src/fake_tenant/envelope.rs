//! The envelope of a page, and what surrounds a single record.

use super::collections::{Kind, View, Write};
use super::paging::CursorKey;
use super::query::Query;

/// Where a page's neighbours are, as positions.
#[derive(Debug, Clone, Copy)]
pub(super) struct Neighbours {
    pub(super) prev: Option<u64>,
    pub(super) next: Option<u64>,
}

/// Writes an envelope around items that are appended one by one.
pub(super) struct Envelope {
    out: Vec<u8>,
    empty: bool,
}

/// A JSON string.
fn string(text: &str, out: &mut Vec<u8>) {
    // Strings always serialise.
    let _ = serde_json::to_writer(out, text);
}

impl Envelope {
    /// `collection` is the path of the endpoint, `url` the whole URL that was asked for.
    pub(super) fn open(collection: &str, url: &str, total_count: Option<u64>) -> Self {
        let mut out = Vec::with_capacity(16 * 1024);
        out.extend_from_slice(b"{\"type\":");
        string(collection, &mut out);
        out.extend_from_slice(b",\"url\":");
        string(url, &mut out);
        if let Some(total) = total_count {
            out.extend_from_slice(format!(",\"totalCount\":{total}").as_bytes());
        }
        out.extend_from_slice(b",\"items\":[");
        Self { out, empty: true }
    }

    /// Appends an item.
    pub(super) fn item(&mut self, write: impl FnOnce(&mut Vec<u8>) -> Option<()>) -> Option<()> {
        if !self.empty {
            self.out.push(b',');
        }
        self.empty = false;
        write(&mut self.out)
    }

    /// Ends the items and writes `links`; `here` is the URL of the collection.
    pub(super) fn links(&mut self, neighbours: Neighbours, query: &Query, here: &str) {
        self.out.push(b']');
        if !query.include.links {
            return;
        }
        self.out.extend_from_slice(b",\"links\":{\"prev\":");
        self.link(neighbours.prev, query.cursors, &query.kept, here);
        self.out.extend_from_slice(b",\"next\":");
        self.link(neighbours.next, query.cursors, &query.kept, here);
        self.out.push(b'}');
    }

    fn link(&mut self, position: Option<u64>, cursors: CursorKey, kept: &str, here: &str) {
        match position {
            None => self.out.extend_from_slice(b"null"),
            Some(position) => {
                self.out.extend_from_slice(b"{\"href\":");
                string(&format!("{here}?{kept}&page={}", cursors.encode(position)), &mut self.out);
                self.out.push(b'}');
            }
        }
    }

    /// Writes `embedded` if it was asked for, and ends the envelope.
    pub(super) fn close(mut self, embedded: Option<impl FnOnce(&mut Vec<u8>) -> Option<()>>) -> Option<Vec<u8>> {
        if let Some(write) = embedded {
            self.out.extend_from_slice(b",\"embedded\":");
            write(&mut self.out)?;
        }
        self.out.push(b'}');
        Some(self.out)
    }
}

/// The records to embed: `type → id → record`.
#[derive(Default)]
pub(super) struct Embedded(Vec<Dictionary>);

struct Dictionary {
    kind: &'static Kind,
    write: Write,
    indexes: Vec<usize>,
}

impl Embedded {
    /// Adds a dictionary; each record appears once.
    pub(super) fn add(&mut self, kind: &'static Kind, write: Write, mut indexes: Vec<usize>) {
        indexes.sort_unstable();
        indexes.dedup();
        self.0.push(Dictionary { kind, write, indexes });
    }

    /// Appends the dictionaries as JSON.
    pub(super) fn write(&self, view: &View<'_>, out: &mut Vec<u8>) -> Option<()> {
        out.push(b'{');
        for (nth, dictionary) in self.0.iter().enumerate() {
            if nth > 0 {
                out.push(b',');
            }
            string(dictionary.kind.item, out);
            out.extend_from_slice(b":{");
            for (nth, index) in dictionary.indexes.iter().enumerate() {
                if nth > 0 {
                    out.push(b',');
                }
                string(&dictionary.kind.id(*index).to_string(), out);
                out.push(b':');
                (dictionary.write)(view, *index, out)?;
            }
            out.push(b'}');
        }
        out.push(b'}');
        Some(())
    }
}
