//! A page of either generation, before it is written.

use super::list::List;
use super::node::Node;

/// Records with their indexes, and what is said of the list.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) records: Vec<(usize, Node)>,
    pub(super) count: Option<usize>,
    /// Said as these: null, or a cursor.
    pub(super) prev: Option<Node>,
    pub(super) next: Option<Node>,
}

/// Which records are there at this moment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Presence {
    /// The seed where records come and go.
    pub(super) shifting: Option<u64>,
    /// How many pages of the list have been read.
    pub(super) pages: u64,
}

impl Presence {
    /// Whether the record at an index of a list is there.
    pub(super) fn has(self, list: &List, index: usize) -> bool {
        self.shifting.is_none_or(|seed| list.is_there(seed, index, self.pages))
    }
}
