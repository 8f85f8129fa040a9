//! What the manifest remembers beside the tables, committed together with the data it belongs to.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde_json::{Map, Value, json};

use super::{Produced, Run, Work, evidence};
use crate::{
    api::{LearnedLimit, Tenant},
    catalog::{LakeType, Split, Zone, matches_any},
    commands::gates::{READ_ON, REFERENCES, references_to_remember},
    error::Error,
    lake::{self, Lake, Snapshot},
    settings::HistoryMode,
};

/// Whose data the lake holds.
const TENANT: &str = "tenant";
/// How many records each resource had when it was last read.
const RECORDS: &str = "records";
/// How many records of each resource the API counted and did not serve, where that was accepted.
const MISSING: &str = "accepted_missing";
/// How large pages the API gives.
const PAGE_LIMITS: &str = "page_limits";
/// The run whose pages the snapshot was made from: they are used up.
const PAGES_OF: &str = "pages_of";

/// The types that columns of the wide tables have or had.
pub(crate) const WIDE_TYPES: &str = "wide_types";
/// Definitions whose attributes were read.
const DEFINITIONS_READ: &str = "attribute_definitions";
/// Definitions whose values are personal beyond the declared rule; before [`PUBLIC`] was there: all that were.
const PERSONAL: &str = "personal_definitions";
/// Custom definitions whose values are not personal.
const PUBLIC: &str = "public_definitions";
/// Definitions whose values were personal when a snapshot does not say.
const ONCE_PERSONAL: [&str; 2] = ["personal.*", "e_*"];
/// Statuses of the people whose attributes were read; null for all.
const PEOPLE: &str = "attribute_people";
/// Whether the attributes are those of all days.
const WHOLE_HISTORY: &str = "whole_history";

/// How attributes were read.
#[derive(Debug, Clone)]
pub(crate) struct AttributesRead {
    /// Those of all days, or those of the day alone.
    pub(crate) whole_history: bool,
    /// Definitions, as patterns.
    pub(crate) patterns: Vec<String>,
    /// Which definitions are personal.
    pub(crate) split: Split,
    /// Definitions that went to the personal table by an older rule, as patterns.
    pub(crate) once_personal: Option<Vec<String>>,
    /// Statuses of the people; `None` for all.
    pub(crate) statuses: Option<Vec<String>>,
}

impl AttributesRead {
    /// Whether the wide table of a zone shows a definition. What an older rule left outside the personal table is shown
    /// there no more when it is personal by the rule of today, and in no other wide table either: its values are not there.
    pub(crate) fn shows(&self, definition: &str, zone: Zone) -> bool {
        let in_personal_table = match &self.once_personal {
            Some(patterns) => matches_any(patterns, definition),
            None => self.split.is_private(definition),
        };
        match zone {
            Zone::Personal => in_personal_table,
            _ => !in_personal_table && !self.split.is_private(definition),
        }
    }
}

impl Run {
    /// How the attributes of a day were read: by this run, or by the one that left them there.
    pub(super) fn attributes_of_day(&self, replaced: Option<&Snapshot>) -> AttributesRead {
        match replaced {
            Some(before) if !self.reads_labels() => attributes_read(before, &self.split),
            _ => AttributesRead {
                whole_history: self.history.mode == HistoryMode::History,
                patterns: self.history.patterns.clone(),
                split: self.split.clone(),
                once_personal: None,
                statuses: self.history.statuses.clone(),
            },
        }
    }

    /// The day on which the API was read. A snapshot that keeps tables which were read on its own day stays one of that day.
    fn read_on(&self, replaced: Option<&Snapshot>) -> NaiveDate {
        let of_its_day = replaced.filter(|before| evidence::read_on(before, self.zone) == before.as_of);
        let keeps_some = !self.carried_over(replaced).is_empty();
        of_its_day.filter(|_| keeps_some).map_or(self.today, |before| before.as_of)
    }

    /// What the manifest remembers: whose data it is, how many records each resource had when it was last read, how
    /// large pages the API gives, and which pages are used up.
    pub(super) fn state(&self, replaced: Option<&Snapshot>, work: &Work, produced: &Produced) -> Map<String, Value> {
        let before =
            |key| replaced.and_then(|s| s.state.get(key)).and_then(Value::as_object).cloned().unwrap_or_default();
        let mut records = before(RECORDS);
        records.extend(produced.resources.iter().map(|r| (r.resource.clone(), json!(r.records))));
        // Tables that this run did not make may have stayed.
        let mut described = before(lake::DESCRIBED);
        described.extend(produced.described.iter().map(|(table, words)| (table.clone(), json!(words))));
        let mut missing = before(MISSING);
        missing.retain(|resource, _| produced.resources.iter().all(|r| r.resource != *resource));
        let now = produced.resources.iter().filter(|r| r.missing > 0);
        missing.extend(now.map(|r| (r.resource.clone(), json!(r.missing))));
        let read = self.selection.table_names();
        let before = replaced.into_iter().flat_map(Snapshot::absent).filter(|(table, _)| !read.contains(table));
        let now = produced.absent.iter().flat_map(|a| a.tables.iter().map(|table| (table.as_str(), a.reason.as_str())));
        let absent: BTreeMap<&str, &str> = before.chain(now).collect();
        let attributes = self.attributes_of_day(replaced);
        let known_days = work.before.dates().into_iter().chain(produced.published.iter().map(|day| day.as_of));
        let state = [
            (TENANT, json!(self.client.tenant().host())),
            (RECORDS, Value::Object(records)),
            (MISSING, Value::Object(missing)),
            (PAGE_LIMITS, json!(work.limits.learned())),
            (PAGES_OF, json!(work.checkpoint.checkpoint().run_id())),
            (lake::ABSENT, json!(absent)),
            (WIDE_TYPES, json!(produced.wide_types)),
            (lake::DESCRIBED, Value::Object(described)),
            (DEFINITIONS_READ, json!(attributes.patterns)),
            (WHOLE_HISTORY, json!(attributes.whole_history)),
            (PERSONAL, json!(attributes.once_personal.as_ref().unwrap_or(&attributes.split.also))),
            (PUBLIC, json!(attributes.once_personal.is_none().then_some(&attributes.split.opened))),
            (PEOPLE, json!(attributes.statuses)),
            (REFERENCES, references_to_remember(&produced.references)),
            (READ_ON, json!(self.read_on(replaced))),
            (lake::KNOWN_DAYS, json!(lake::KnownDays::new(self.started_at, known_days))),
        ];
        state.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
    }
}

/// A lake holds one tenant: rows of two could not be told apart.
pub(crate) async fn check_tenant(lake: &Lake, tenant: &Tenant) -> Result<(), Error> {
    let asked = tenant.host();
    let snapshot = lake.any_snapshot().await?;
    match snapshot.as_ref().and_then(tenant_of) {
        Some(held) if held != asked => Err(Error::OtherTenant { lake: lake.display(), held: held.to_owned(), asked }),
        _ => Ok(()),
    }
}

/// Whose data a snapshot holds.
pub(crate) fn tenant_of(snapshot: &Snapshot) -> Option<&str> {
    snapshot.state.get(TENANT).and_then(Value::as_str)
}

/// What the snapshot says about page limits. Where a version wrote it that says it otherwise, it is asked anew, for one
/// request.
pub(crate) fn remembered_limits(snapshot: &Snapshot) -> BTreeMap<String, LearnedLimit> {
    let remembered = snapshot.state.get(PAGE_LIMITS).cloned().unwrap_or_default();
    serde_json::from_value(remembered).unwrap_or_default()
}

/// The run whose pages the snapshot was made from.
pub(super) fn pages_used(snapshot: &Snapshot) -> Option<&str> {
    snapshot.state.get(PAGES_OF).and_then(Value::as_str)
}

/// How many records each resource had when the snapshot was made.
pub(crate) fn known_records(snapshot: &Snapshot) -> BTreeMap<String, u64> {
    let records = snapshot.state.get(RECORDS).and_then(Value::as_object).into_iter().flatten();
    records.filter_map(|(resource, count)| Some((resource.clone(), count.as_u64()?))).collect()
}

/// The types that columns of the wide tables have or had.
pub(crate) fn wide_types(snapshot: &Snapshot) -> BTreeMap<String, LakeType> {
    let types = snapshot.state.get(WIDE_TYPES).cloned().unwrap_or_default();
    serde_json::from_value(types).unwrap_or_default()
}

/// How the attributes of a snapshot were read. `split` is the rule of today, which older snapshots were not read by.
pub(crate) fn attributes_read(snapshot: &Snapshot, split: &Split) -> AttributesRead {
    let list = |key: &str| snapshot.state.get(key).and_then(|v| serde_json::from_value::<Vec<String>>(v.clone()).ok());
    let mut split = split.clone();
    let personal = list(PERSONAL);
    let once_personal = match list(PUBLIC) {
        Some(opened) => {
            (split.also, split.opened) = (personal.unwrap_or_default(), opened);
            None
        }
        None => Some(personal.unwrap_or_else(|| ONCE_PERSONAL.map(str::to_owned).to_vec())),
    };
    AttributesRead {
        whole_history: snapshot.state.get(WHOLE_HISTORY).and_then(Value::as_bool).unwrap_or(false),
        patterns: list(DEFINITIONS_READ).unwrap_or_else(|| vec!["*".to_owned()]),
        split,
        once_personal,
        statuses: list(PEOPLE),
    }
}

/// Whether two snapshots remember that the same attributes were read.
pub(crate) fn same_attributes(one: &Map<String, Value>, other: &Map<String, Value>) -> bool {
    [DEFINITIONS_READ, WHOLE_HISTORY, PERSONAL, PUBLIC, PEOPLE].iter().all(|key| one.get(*key) == other.get(*key))
}

/// The type that each column of the wide tables had first, in any of the snapshots.
pub(crate) fn known_types(ascending: &[Snapshot]) -> BTreeMap<String, LakeType> {
    let mut types = BTreeMap::new();
    for (name, lake_type) in ascending.iter().flat_map(wide_types) {
        types.entry(name).or_insert(lake_type);
    }
    types
}
