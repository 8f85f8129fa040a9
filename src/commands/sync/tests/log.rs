//! What a faulty tenant remembers of its answers.

use std::collections::{BTreeMap, HashMap};

use super::kinds::Kind;

/// What happened.
#[derive(Debug, Default, Clone)]
pub(super) struct Log {
    pub(super) strikes: BTreeMap<Kind, u64>,
    /// Most failures in a row of requests for one address.
    pub(super) longest_failure: u32,
    /// Most answers 401 in a row to requests for one address.
    pub(super) longest_refusal: u32,
    pub(super) requests: u64,
    /// Pages that were answered well.
    pub(super) pages: u64,
    failing: HashMap<String, u32>,
    refused: HashMap<String, u32>,
}

impl Log {
    pub(super) fn strike(&mut self, kind: Kind) {
        *self.strikes.entry(kind).or_default() += 1;
    }

    pub(super) fn note(&mut self, address: &str, failed: bool, refused: bool) {
        self.pages += u64::from(!failed && !address.ends_with("/connect/token"));
        let count = |counts: &mut HashMap<String, u32>, more: bool, longest: &mut u32| {
            let row = counts.entry(address.to_owned()).or_default();
            *row = if more { *row + 1 } else { 0 };
            *longest = (*longest).max(*row);
        };
        count(&mut self.failing, failed, &mut self.longest_failure);
        count(&mut self.refused, refused, &mut self.longest_refusal);
    }
}
