//! How many requests a run needs, from the number of records of each resource.

use std::collections::BTreeMap;

use futures::{StreamExt as _, TryStreamExt as _, stream};
use serde::Serialize;

use super::{
    carried::LastTables,
    fan_out,
    selection::{IdsOf, Selected, Selection},
    since::{Increments, Upon},
};
use crate::{
    api::{Access, Client, PageLimits},
    catalog::{Required, Resource},
    decode::Decoder,
    error::Error,
    settings::{HistorySettings, LeavesWindow},
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

/// What is asked of historised collections.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'w> {
    /// Their records of one day; none for all.
    pub(crate) as_of: Option<&'w str>,
    /// Which definitions, and of whom.
    pub(crate) history: &'w HistorySettings,
    /// The days that windows are about.
    pub(crate) window: Option<LeavesWindow>,
    /// How lists are read that tell what changed.
    pub(crate) increments: &'w Increments,
}

/// How many records there are to read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Counts {
    /// By resource, where the API tells.
    pub(crate) records: BTreeMap<String, u64>,
    /// Resources that cannot be read, and why: one request finds it out.
    pub(crate) hidden: BTreeMap<String, String>,
    /// Rows that the lake has, by table, of what is read one by one.
    pub(crate) there: BTreeMap<String, u64>,
    /// Chains of pages that read what changed, for each list of ids, of resources of which only that is read.
    pub(crate) chains: BTreeMap<String, u64>,
}

/// Estimates a run over `selection` whose resources have that many records.
pub(crate) fn estimate(
    selection: &Selection,
    counts: &Counts,
    limits: &PageLimits,
    history: &HistorySettings,
) -> Estimate {
    let Counts { records, hidden, there, chains } = counts;
    let one = |Selected { resource, contents, .. }: &Selected| {
        if let Some(each) = &resource.each {
            return one_by_one(resource, *contents, records.get(&each.from).copied(), there);
        }
        let count = records.get(&resource.name).copied();
        if let Some(chains) = chains.get(&resource.name) {
            return changes(resource, *chains, count, records, limits.current(resource));
        }
        let people = resource.fan_out.as_ref().and_then(|fan_out| records.get(&fan_out.from)).copied();
        let page_limit = limits.current(resource);
        let some = history.statuses.is_some();
        let requests = count.map(|count| requests(resource, count, people, page_limit, some));
        let requests = requests.or(hidden.contains_key(&resource.name).then_some(1));
        let (resource, scope) = (resource.name.clone(), resource.scope.clone());
        ResourceEstimate { resource, scope, records: count, page_limit, requests }
    };
    let resources: Vec<ResourceEstimate> = selection.resources.iter().map(one).collect();
    let hoping = selection.resources.iter().any(|s| limits.would_probe(&s.resource));
    let probing = u64::from(hoping);
    let requests = probing + resources.iter().filter_map(|r| r.requests).sum::<u64>();
    Estimate { resources, probing, requests }
}

/// What changed: a page for each chain, or the pages of what was counted, and a count of all records in the end. Whoever is
/// asked for by ids is asked for by one list more than those need, for people whom they do not reach.
fn changes(
    resource: &Resource,
    chains: u64,
    changed: Option<u64>,
    records: &BTreeMap<String, u64>,
    page_limit: u32,
) -> ResourceEstimate {
    let ids = IdsOf::required(resource).and_then(|ids| records.get(&ids.resource).copied());
    let lists = ids.map_or(1, |ids| fan_out::fewest_of(ids) + 1);
    let is_by_ids = IdsOf::required(resource).is_some();
    let changed = changed.filter(|_| !is_by_ids);
    let pages = changed.map_or(1, |changed| changed.div_ceil(u64::from(page_limit.max(1))).max(1));
    let (requests, scope) = (Some(lists * (chains * pages + 1)), resource.scope.clone());
    ResourceEstimate { resource: resource.name.clone(), scope, records: changed, page_limit, requests }
}

/// One request for each record that another resource may name, and one for what it describes, but for those that the lake
/// has: the most that it can be, as long as nothing falls due.
fn one_by_one(
    resource: &Resource,
    contents: bool,
    named: Option<u64>,
    there: &BTreeMap<String, u64>,
) -> ResourceEstimate {
    let has = |table: &str| there.get(table).copied().unwrap_or_default();
    let content = resource.content.as_ref().filter(|_| contents);
    let requests = named.map(|named| {
        let records = named.saturating_sub(has(&resource.table_name()));
        records + content.map_or(0, |content| named.saturating_sub(has(&content.table)))
    });
    let (resource, scope) = (resource.name.clone(), resource.scope.clone());
    ResourceEstimate { resource, scope, records: None, page_limit: 1, requests }
}

/// Pages, and what splitting costs: a count to split by and one in the end. Where only some people are wanted nothing is
/// counted, and they are taken to be all.
fn requests(resource: &Resource, records: u64, people: Option<u64>, page_limit: u32, some: bool) -> u64 {
    let limit = u64::from(page_limit.max(1));
    let pages = match &resource.route {
        // Each page but the first begins with a record that is known.
        Some(_) => 1 + records.saturating_sub(limit).div_ceil(limit.saturating_sub(1).max(1)),
        None => records.div_ceil(limit).max(1),
    };
    match (&resource.fan_out, people) {
        (Some(fan_out), Some(people)) => {
            match fan_out::expected_pages(people, records, page_limit, fan_out.max_values, some) {
                Some(pages) if some => pages,
                Some(pages) => pages + 2,
                None => pages + 1,
            }
        }
        _ => pages,
    }
}

/// The parameters that ask for the days of a window.
pub(crate) fn window_of(resource: &Resource, days: Option<LeavesWindow>) -> Vec<(String, String)> {
    let window = resource.route.as_ref().and_then(|route| route.window.as_ref());
    let window = window.zip(days).map(|(window, days)| window.parameters(days.from, days.until));
    window.into_iter().flatten().map(|(name, days)| (name.to_owned(), days)).collect()
}

/// The ids that a collection is asked for by, where they are known without reading any.
fn named(resource: &Resource, history: &HistorySettings) -> Option<(String, String)> {
    let filter = resource.filter.as_ref()?;
    let ids: Vec<&str> = history.patterns.iter().map(String::as_str).collect();
    let list = if ids.iter().any(|id| id.ends_with('*')) { None } else { filter.list(&ids) };
    Some((filter.parameter.clone(), list?))
}

/// How many records each resource has, and which ones the application may not read. One request each.
pub(crate) async fn count<'s>(
    client: &Client,
    wanted: Wanted<'s>,
    selected: impl Iterator<Item = &'s Selected>,
) -> Result<Counts, Error> {
    let one = |selected: &'s Selected| async move {
        let resource = &selected.resource;
        let named = named(resource, wanted.history);
        let as_of = resource.as_of_parameter.as_deref().zip(wanted.as_of);
        let named = named.as_ref().map(|(parameter, list)| (parameter.as_str(), list.as_str()));
        let window = window_of(resource, wanted.window);
        let window = window.iter().map(|(name, days)| (name.as_str(), days.as_str()));
        let since = wanted.increments.get(&resource.name).and_then(Upon::first);
        let since = since.iter().map(|(name, since)| (name.as_str(), since.as_str()));
        let required = resource.route.as_ref().and_then(|route| route.required.as_ref());
        let everybody = required.and_then(Required::everybody);
        let parameters = as_of.into_iter().chain(named).chain(window).chain(everybody).chain(since);
        let parameters: Vec<(&str, &str)> = parameters.collect();
        let access = match client.access(resource, &parameters, &Decoder::new(resource, "plan")).await {
            // Not every tenant need understand what stands for everybody.
            Err(error) if everybody.is_some() && error.takes_for_wrong().is_some() => Access::Allowed(None),
            access => access?,
        };
        Ok::<_, Error>((resource, access))
    };
    // What can only be asked for by ids has no count until they are read, unless something stands for all of them.
    let is_listed = |resource: &Resource| {
        let required = resource.route.as_ref().and_then(|route| route.required.as_ref());
        resource.each.is_none() && required.is_none_or(|required| required.everybody().is_some())
    };
    let listed = selected.filter(|selected| is_listed(&selected.resource));
    let answers: Vec<_> = stream::iter(listed.map(one)).buffered(AT_ONCE).try_collect().await?;
    let chains = wanted.increments.iter().filter_map(|(name, upon)| Some((name.clone(), upon.chains()?))).collect();
    let mut counts = Counts { chains, ..Counts::default() };
    for (resource, access) in answers {
        let name = resource.name.clone();
        match access {
            Access::Allowed(records) => counts.records.extend(records.map(|records| (name, records))),
            Access::MissingScope(_) => drop(counts.hidden.insert(name, format!("{} is missing", resource.scope))),
            Access::Hidden(_) => drop(counts.hidden.insert(name, "not there: its module is not active".to_owned())),
        }
    }
    Ok(counts)
}

/// How many rows tables have.
pub(crate) fn rows(tables: &LastTables) -> BTreeMap<String, u64> {
    tables.iter().map(|(name, table)| (name.clone(), table.rows())).collect()
}

/// Refuses a run that would need more requests than it may: `kept` pages need none.
pub(crate) async fn refuse_above(
    allowed: u64,
    client: &Client,
    wanted: Wanted<'_>,
    selection: &Selection,
    limits: &PageLimits,
    last_tables: &LastTables,
    kept: u64,
) -> Result<(), Error> {
    let mut counts = count(client, wanted, selection.resources.iter()).await?;
    counts.there = rows(last_tables);
    let spent = client.stats().counts().requests;
    let expected = spent + estimate(selection, &counts, limits, wanted.history).requests.saturating_sub(kept);
    if expected > allowed { Err(Error::TooManyRequests { expected, allowed }) } else { Ok(()) }
}
