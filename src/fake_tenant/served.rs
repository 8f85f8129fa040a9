//! What a tenant has answered so far.

use std::collections::BTreeMap;

/// Counts of the requests a tenant has answered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Served {
    /// API requests by the status they got; token requests apart.
    pub by_status: BTreeMap<u16, u64>,
    /// API requests answered with what they asked for, lists and single records alike, by collection path (`employees`).
    pub by_collection: BTreeMap<String, u64>,
    /// Images sent.
    pub images: u64,
    /// Requests to the token endpoint, refused ones included.
    pub token_requests: u64,
    /// API requests refused with 429.
    pub refused_429: u64,
}

impl Served {
    /// API requests in all, refused ones included.
    pub fn api_requests(&self) -> u64 {
        self.by_status.values().sum()
    }

    pub(super) fn count(&mut self, status: u16, collection: Option<&str>) {
        *self.by_status.entry(status).or_default() += 1;
        self.refused_429 += u64::from(status == 429);
        if let (200..=299, Some(collection)) = (status, collection) {
            *self.by_collection.entry(collection.to_owned()).or_default() += 1;
        }
    }
}
