//! How many requests a run needs, from the number of records of each resource.

use std::collections::BTreeMap;

use futures::{StreamExt as _, TryStreamExt as _, stream};
use serde::Serialize;

use super::{
    fan_out,
    selection::{Selected, Selection},
};
use crate::{
    api::{Access, Client, PageLimits},
    catalog::Resource,
    decode::Decoder,
    error::Error,
};

/// Counts asked for at once.
const AT_ONCE: usize = 8;

/// What one resource costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct ResourceEstimate {
    /// Collection.
    pub(crate) resource: String,
    /// Scope that reading it needs.
    pub(crate) scope: String,
    /// Records; `None` when nobody says.
    pub(crate) records: Option<u64>,
    /// Records in one page, as far as is known.
    pub(crate) page_limit: u32,
    /// Requests; `None` when the number of records is not known.
    pub(crate) requests: Option<u64>,
}

/// What a run costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Estimate {
    /// By resource.
    pub(crate) resources: Vec<ResourceEstimate>,
    /// Requests to find out how large pages may be.
    pub(crate) probing: u64,
    /// All of it.
    pub(crate) requests: u64,
}

/// Estimates a run over `selection` whose resources have that many records.
pub(crate) fn estimate(selection: &Selection, records: &BTreeMap<String, u64>, limits: &PageLimits) -> Estimate {
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

/// How many records each resource has, and which ones the application may not read. One request each.
pub(crate) async fn count<'s>(
    client: &Client,
    as_of: Option<&str>,
    selected: impl Iterator<Item = &'s Selected>,
) -> Result<(BTreeMap<String, u64>, BTreeMap<String, String>), Error> {
    let one = |selected: &'s Selected| async move {
        let resource = &selected.resource;
        let parameters: Vec<(&str, &str)> = resource.as_of_parameter.as_deref().zip(as_of).into_iter().collect();
        let access = client.access(resource, &parameters, &Decoder::new(resource, "plan")).await?;
        Ok::<_, Error>((resource, access))
    };
    let answers: Vec<_> = stream::iter(selected.map(one)).buffered(AT_ONCE).try_collect().await?;
    let (mut counts, mut hidden) = (BTreeMap::new(), BTreeMap::new());
    for (resource, access) in answers {
        let name = resource.name.clone();
        match access {
            Access::Allowed(records) => drop(records.map(|records| counts.insert(name, records))),
            Access::MissingScope(_) => drop(hidden.insert(name, format!("{} is missing", resource.scope))),
            Access::Hidden(_) => drop(hidden.insert(name, "not there: its module is not active".to_owned())),
        }
    }
    Ok((counts, hidden))
}

/// Refuses a run that would need more requests than it may: `kept` pages need none.
pub(crate) async fn refuse_above(
    allowed: u64,
    client: &Client,
    as_of: Option<&str>,
    selection: &Selection,
    limits: &PageLimits,
    kept: u64,
) -> Result<(), Error> {
    let (counts, _) = count(client, as_of, selection.resources.iter()).await?;
    let spent = client.stats().counts().requests;
    let expected = spent + estimate(selection, &counts, limits).requests.saturating_sub(kept);
    if expected > allowed { Err(Error::TooManyRequests { expected, allowed }) } else { Ok(()) }
}
