//! How many requests a run needs, from the number of records of each resource. Pure.

use std::collections::BTreeMap;

use serde::Serialize;

use super::sync::{Selection, fan_out};
use crate::{api::PageLimits, catalog::Resource};

/// What one resource costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct ResourceEstimate {
    /// Collection.
    pub(super) resource: String,
    /// Scope that reading it needs.
    pub(super) scope: String,
    /// Records; `None` when nobody says.
    pub(super) records: Option<u64>,
    /// Records in one page, as far as is known.
    pub(super) page_limit: u32,
    /// Requests; `None` when the number of records is not known.
    pub(super) requests: Option<u64>,
}

/// What a run costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Estimate {
    /// By resource.
    pub(super) resources: Vec<ResourceEstimate>,
    /// Requests to find out how large pages may be.
    pub(super) probing: u64,
    /// All of it.
    pub(super) requests: u64,
}

/// Estimates a run over `selection` whose resources have that many records.
pub(super) fn estimate(selection: &Selection, records: &BTreeMap<String, u64>, limits: &PageLimits) -> Estimate {
    let one = |resource: &Resource| {
        let count = records.get(&resource.name).copied();
        let people = resource.fan_out.as_ref().and_then(|fan_out| records.get(&fan_out.from)).copied();
        let page_limit = limits.current(resource);
        let requests = count.map(|count| requests(resource, count, people, page_limit));
        let (resource, scope) = (resource.name.clone(), resource.scope.clone());
        ResourceEstimate { resource, scope, records: count, page_limit, requests }
    };
    let resources: Vec<ResourceEstimate> = selection.resources.iter().map(|s| one(&s.resource)).collect();
    let hoping = selection.resources.iter().any(|s| limits.would_probe(&s.resource));
    let probing = u64::from(hoping);
    let requests = probing + resources.iter().filter_map(|r| r.requests).sum::<u64>();
    Estimate { resources, probing, requests }
}

/// Full pages, and what splitting costs: a count to split by and one in the end, and for each chain a last page that is half empty on average.
fn requests(resource: &Resource, records: u64, people: Option<u64>, page_limit: u32) -> u64 {
    let pages = records.div_ceil(u64::from(page_limit.max(1))).max(1);
    match (&resource.fan_out, people) {
        (Some(fan_out), Some(people)) => {
            let chains = fan_out::expected_chains(people, records, page_limit, fan_out.max_values);
            1 + u64::from(chains > 0) + pages + chains.div_ceil(2)
        }
        _ => pages,
    }
}
