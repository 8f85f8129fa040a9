//! Records by their ids, as the API sends them.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::Account;
use crate::{
    api::{ApiError, Single},
    catalog::{OtherId, Resource, list::MOST_VALUES},
};

/// Longest list of ids in an address, in bytes: the API takes request lines of 8 KiB.
const LIST_BYTES: usize = 6_000;
/// Requests begun at once; the budget lets them go.
pub(super) const AT_ONCE: usize = 8;
/// Longest id that is documented, in characters.
const LONGEST_ID: usize = 255;

/// What comes with one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum With {
    Nothing,
    /// What the API embeds in it.
    Embedded,
    /// Links, some of which hold secrets of files.
    Links,
}

/// One record.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    /// The parameter that the id asked for was found by, where it is not the record's own.
    pub(crate) found_by: Option<String>,
    /// As it was sent.
    pub(crate) json: Box<RawValue>,
    /// When it was received.
    pub(crate) received_at: DateTime<Utc>,
}

/// What there is of some ids.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The records, in the order of the ids.
    pub(crate) records: Vec<Record>,
    /// Ids that no record has, as far as the application may see.
    pub(crate) missing: Vec<String>,
}

/// Ids as they can be asked for: each once, in their order.
///
/// # Errors
/// When one is no id.
pub(crate) fn check_ids(given: &[String]) -> Result<Vec<String>, String> {
    let mut seen = HashSet::new();
    for id in given {
        // In an address these two are names of other folders.
        if id.trim().is_empty() || id == "." || id == ".." {
            return Err(format!("{id:?} is no id"));
        }
        if id.chars().count() > LONGEST_ID {
            let beginning: String = id.chars().take(20).collect();
            return Err(format!("{beginning:?} and more is no id: it is longer than {LONGEST_ID} characters"));
        }
        seen.insert(id.as_str());
    }
    Ok(given.iter().filter(|id| seen.remove(id.as_str())).cloned().collect())
}

/// One request.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Ask {
    /// For the record at its own address.
    One(String),
    /// For the records that have one of these values where the parameter looks.
    Several { parameter: String, ids: Vec<String> },
}

/// The requests for some ids, as few as there can be. `by_list` tells whether the collection can be filtered by ids.
fn asks(ids: &[String], by_list: bool) -> Vec<Ask> {
    let (listed, single): (Vec<String>, Vec<String>) = ids.iter().cloned().partition(|id| by_list && is_listable(id));
    let listed = lists(listed).map(|ids| match ids.as_slice() {
        [one] => Ask::One(one.clone()),
        _ => Ask::Several { parameter: "id".to_owned(), ids },
    });
    listed.chain(single.into_iter().map(Ask::One)).collect()
}

/// Ids in lists that one request can hold each.
fn lists(ids: Vec<String>) -> impl Iterator<Item = Vec<String>> {
    let mut lists: Vec<Vec<String>> = Vec::new();
    let mut bytes = 0;
    for id in ids {
        bytes += id.len() + 1;
        match lists.last_mut().filter(|list| list.len() < MOST_VALUES && bytes <= LIST_BYTES) {
            Some(list) => list.push(id),
            None => {
                bytes = id.len() + 1;
                lists.push(vec![id]);
            }
        }
    }
    lists.into_iter()
}

/// Whether an id means itself in a list: a comma would part it, and `null` asks for what has none.
fn is_listable(id: &str) -> bool {
    id != "null" && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

/// A page of a list, as far as it is looked at.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    items: Vec<Box<RawValue>>,
    total_count: Option<u64>,
}

/// What some requests found.
#[derive(Debug, Default)]
struct Answered {
    /// By the id asked for.
    records: HashMap<String, Vec<Record>>,
    /// Ids of which a list said nothing, though there may be more of it.
    unsaid: Vec<String>,
}

impl With {
    fn or_nothing(embedded: bool) -> Self {
        if embedded { Self::Embedded } else { Self::Nothing }
    }
}

impl Account {
    /// The records with these ids: where the collection can be filtered by ids one request for up to 100 of them, else one
    /// each, as also for what is `embedded`, which comes with one record alone. An id that no record has is tried as the
    /// schema says that ids may be taken for.
    ///
    /// # Errors
    /// As for any request; when the answer is not what was asked for.
    pub(crate) async fn records(&self, resource: &Resource, ids: &[String], embedded: bool) -> Result<Found, ApiError> {
        let by_list = !embedded && resource.filters_by("id");
        let mut answered = self.ask_all(resource, asks(ids, by_list), embedded).await?;
        let again = std::mem::take(&mut answered.unsaid).into_iter().map(Ask::One).collect();
        answered.records.extend(self.ask_all(resource, again, embedded).await?.records);
        if let Some(other) = &resource.other_id {
            let is_unknown = |id: &&String| !answered.records.contains_key(*id) && is_listable(id);
            let unknown: Vec<String> = ids.iter().filter(is_unknown).cloned().collect();
            answered.records.extend(self.by_other_id(resource, other, unknown, embedded).await?);
        }
        let mut found = Found::default();
        for id in ids {
            match answered.records.remove(id) {
                Some(records) => found.records.extend(records),
                None => found.missing.push(id.clone()),
            }
        }
        Ok(found)
    }

    /// How many requests these ids take, where each has its record.
    pub(crate) fn requests(resource: &Resource, ids: &[String], embedded: bool) -> usize {
        asks(ids, !embedded && resource.filters_by("id")).len()
    }

    /// One record, as the API sent it; `None` when there is none of that id, or the application may not see it.
    ///
    /// # Errors
    /// As for any request.
    pub(crate) async fn record(
        &self,
        resource: &Resource,
        id: &str,
        embedded: bool,
    ) -> Result<Option<Box<RawValue>>, ApiError> {
        Ok(self.one(resource, id, With::or_nothing(embedded)).await?.map(|record| record.json))
    }

    pub(super) async fn one(&self, resource: &Resource, id: &str, with: With) -> Result<Option<Record>, ApiError> {
        let include: &[(&str, &str)] = match with {
            With::Nothing => &[],
            With::Embedded => &[("include", "embedded")],
            With::Links => &[("include", "links")],
        };
        let Some(url) = self.client.tenant().record(&resource.name, id, include) else { return Ok(None) };
        match self.client.single(Single::get(&resource.name, &resource.scope, &url)).await {
            Ok(answer) => {
                let json = answer.json(&resource.name)?;
                Ok(Some(Record { found_by: None, json, received_at: answer.received_at }))
            }
            Err(error) if error.is_unknown_record() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The records that are known by these ids of something else.
    async fn by_other_id(
        &self,
        resource: &Resource,
        other: &OtherId,
        ids: Vec<String>,
        embedded: bool,
    ) -> Result<HashMap<String, Vec<Record>>, ApiError> {
        let asks = lists(ids).map(|ids| Ask::Several { parameter: other.parameter.clone(), ids }).collect();
        let mut answered = self.ask_all(resource, asks, embedded).await?;
        if !answered.unsaid.is_empty() {
            return Err(ApiError::contrary(&resource.name, "a list has more records than were asked for"));
        }
        for record in answered.records.values_mut().flatten() {
            record.found_by = Some(other.parameter.clone());
            if embedded && let Some(own) = id_in(&record.json, "") {
                let whole = self.one(resource, &own, With::Embedded).await?;
                record.json = whole.map_or_else(|| record.json.clone(), |whole| whole.json);
            }
        }
        Ok(answered.records)
    }

    async fn ask_all(&self, resource: &Resource, asks: Vec<Ask>, embedded: bool) -> Result<Answered, ApiError> {
        let answers = stream::iter(asks).map(|ask| self.ask(resource, ask, embedded)).buffered(AT_ONCE);
        answers
            .try_fold(Answered::default(), |mut all, answered| async move {
                all.records.extend(answered.records);
                all.unsaid.extend(answered.unsaid);
                Ok(all)
            })
            .await
    }

    async fn ask(&self, resource: &Resource, ask: Ask, embedded: bool) -> Result<Answered, ApiError> {
        match ask {
            Ask::One(id) => {
                let Some(record) = self.one(resource, &id, With::or_nothing(embedded)).await? else {
                    return Ok(Answered::default());
                };
                let other = resource.other_id.as_ref().and_then(|other| id_in(&record.json, &other.json));
                if id_in(&record.json, "").as_ref() != Some(&id) && other.as_ref() != Some(&id) {
                    return Err(ApiError::contrary(&resource.name, "another record was sent than was asked for"));
                }
                Ok(Answered { records: HashMap::from([(id, vec![record])]), unsaid: Vec::new() })
            }
            Ask::Several { parameter, ids } => self.several(resource, &parameter, ids).await,
        }
    }

    /// The records that have one of these ids where a parameter looks: at the record itself, or at what it refers to.
    async fn several(&self, resource: &Resource, parameter: &str, ids: Vec<String>) -> Result<Answered, ApiError> {
        let (list, limit) = (ids.join(","), MOST_VALUES.to_string());
        // Without links, which hold secrets of files: one page has room for all.
        let query = [("include", "totalCount"), ("limit", limit.as_str()), (parameter, list.as_str())];
        let url = self.client.tenant().collection(&resource.name, &query);
        let answer = self.client.single(Single::get(&resource.name, &resource.scope, &url)).await?;
        let Page { items, total_count } = answer.json(&resource.name)?;
        let is_whole = total_count.is_none_or(|total| total <= items.len() as u64);
        let looks_at = parameter.strip_suffix(".id").unwrap_or("");
        let mut records: HashMap<String, Vec<Record>> = HashMap::new();
        for json in items {
            let id = id_in(&json, looks_at).filter(|id| ids.contains(id));
            let id =
                id.ok_or_else(|| ApiError::contrary(&resource.name, "other records were sent than were asked for"))?;
            let record = Record { found_by: None, json, received_at: answer.received_at };
            let of_id = records.entry(id).or_default();
            // Of one id there is one record, though a page may repeat it.
            if !looks_at.is_empty() || of_id.is_empty() {
                of_id.push(record);
            }
        }
        let unsaid = ids.into_iter().filter(|id| !is_whole && !records.contains_key(id)).collect();
        Ok(Answered { records, unsaid })
    }
}

/// The id of a record, or of what it refers to at a dotted path.
fn id_in(json: &RawValue, path: &str) -> Option<String> {
    let mut value = json;
    for step in path.split('.').filter(|step| !step.is_empty()).chain(["id"]) {
        let properties: HashMap<String, &RawValue> = serde_json::from_str(value.get()).ok()?;
        value = properties.get(step)?;
    }
    serde_json::from_str(value.get()).ok()
}

#[cfg(test)]
mod tests;
