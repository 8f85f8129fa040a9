//! The order of a collection: by id, or sorted once and remembered.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::collections::{Collection, SortKey};
use super::people::People;

/// Which record is at which position.
#[derive(Debug, Clone)]
pub(super) enum Order {
    Ascending,
    Descending,
    Sorted(Arc<[usize]>),
}

/// The orders asked for so far, by collection path and `sort`. Few, as a property may be named once.
#[derive(Debug, Default)]
pub(super) struct Orders(Mutex<HashMap<(&'static str, String), Order>>);

impl Orders {
    pub(super) fn get(&self, collection: &Collection, sort: &str, people: &People) -> Order {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let made = || Order::new(collection, sort, people);
        known.entry((collection.kind.path, sort.to_owned())).or_insert_with(made).clone()
    }
}

impl Order {
    /// The order of a valid `sort`, such as `-startsOn,id`. Records that compare equal are in id order.
    fn new(collection: &Collection, sort: &str, people: &People) -> Self {
        match sort {
            "id" => return Self::Ascending,
            "-id" => return Self::Descending,
            _ => {}
        }
        let parts: Vec<(&str, bool)> =
            sort.split(',').map(|part| part.strip_prefix('-').map_or((part, false), |name| (name, true))).collect();
        let key = |name: &str, index: usize| -> SortKey {
            let sort = collection.sorts.iter().find(|sort| sort.name == name);
            sort.map_or(SortKey::Ticks(i64::try_from(index).unwrap_or(i64::MAX)), |sort| (sort.key)(people, index))
        };
        let keys = |index: usize| parts.iter().map(|(name, _)| key(name, index)).collect::<Vec<_>>();
        let mut rows: Vec<(Vec<SortKey>, usize)> =
            (0..(collection.len)(people)).map(|index| (keys(index), index)).collect();
        rows.sort_by(|(left, left_index), (right, right_index)| {
            let compared = parts.iter().zip(left.iter().zip(right)).map(|((_, descending), (left, right))| {
                let order = left.cmp(right);
                if *descending { order.reverse() } else { order }
            });
            let different = compared.into_iter().find(|order| *order != Ordering::Equal);
            different.unwrap_or_else(|| left_index.cmp(right_index))
        });
        Self::Sorted(rows.into_iter().map(|(_, index)| index).collect())
    }

    /// The record at a position of a collection of `len` records.
    pub(super) fn at(&self, position: u64, len: usize) -> Option<usize> {
        let position = usize::try_from(position).ok().filter(|position| *position < len)?;
        match self {
            Self::Ascending => Some(position),
            Self::Descending => len.checked_sub(position + 1),
            Self::Sorted(rows) => rows.get(position).copied(),
        }
    }
}
