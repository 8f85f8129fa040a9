//! The order of records, by any of their fields.

use std::cmp::{Ordering, Reverse};

use super::fields::Fields;
use super::list::{Facts, List};
use super::node::Node;

/// Sorts the records at some indexes by fields, each of which may descend; null comes first.
pub(super) fn sort(list: &List, facts: &Facts<'_>, by: &[(String, bool)], indexes: &mut [usize]) {
    for (path, descending) in by.iter().rev() {
        let wanted = Fields::path(path);
        let key = |index: &usize| Key(list.narrow(facts, *index, &wanted, path));
        if *descending {
            indexes.sort_by_cached_key(|index| Reverse(key(index)));
        } else {
            indexes.sort_by_cached_key(key);
        }
    }
}

/// Numbers are in order of size, everything else of its text.
struct Key(Node);

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Node::Integer(left), Node::Integer(right)) => left.cmp(right),
            (left, right) => left.plain().cmp(&right.plain()),
        }
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Key {}
