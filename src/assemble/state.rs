//! What the manifest remembers beside the tables, committed together with the data it belongs to.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use chrono_tz::Tz;
use serde_json::{Map, Value, json};

use crate::{
    api::LearnedLimit,
    catalog::{LakeType, Split, Zone, matches_any},
    lake::Snapshot,
    quality::compare::References,
    report::ReferenceReport,
    run_id::RunId,
};

/// Whose data the lake holds.
pub(crate) const TENANT: &str = "tenant";
/// How many records each resource had when it was last read.
pub(crate) const RECORDS: &str = "records";
/// How many records of each resource the API counted and did not serve, where that was accepted.
pub(crate) const MISSING: &str = "accepted_missing";
/// How large pages the API gives.
pub(crate) const PAGE_LIMITS: &str = "page_limits";
/// The run whose pages the snapshot was made from: they are used up.
pub(crate) const PAGES_OF: &str = "pages_of";

/// References of each column and how many lead nowhere, by `table.column`, as the manifest remembers them.
pub(crate) const REFERENCES: &str = "references";
/// The day on which the API was read.
pub(crate) const READ_ON: &str = "read_on";

/// The types that columns of the wide tables have or had.
pub(crate) const WIDE_TYPES: &str = "wide_types";
/// Definitions whose attributes were read.
pub(crate) const DEFINITIONS_READ: &str = "attribute_definitions";
/// Definitions whose values are personal beyond the declared rule; before [`PUBLIC`] was there: all that were.
pub(crate) const PERSONAL: &str = "personal_definitions";
/// Custom definitions whose values are not personal.
pub(crate) const PUBLIC: &str = "public_definitions";
/// Definitions whose values were personal when a snapshot does not say.
pub(crate) const ONCE_PERSONAL: [&str; 2] = ["personal.*", "e_*"];
/// Statuses of the people whose attributes were read; null for all.
pub(crate) const PEOPLE: &str = "attribute_people";
/// Whether the attributes are those of all days.
pub(crate) const WHOLE_HISTORY: &str = "whole_history";

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
pub(crate) fn pages_used(snapshot: &Snapshot) -> Option<RunId> {
    snapshot.state.get(PAGES_OF)?.as_str()?.parse().ok()
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

/// The day on which the API was read for a snapshot. Those of older versions tell only when they were published.
pub(crate) fn read_on(snapshot: &Snapshot, zone: Tz) -> NaiveDate {
    let noted = snapshot.state.get(READ_ON).and_then(|day| serde_json::from_value(day.clone()).ok());
    noted.unwrap_or_else(|| snapshot.published_at.with_timezone(&zone).date_naive())
}

/// What the manifest remembers of the references.
pub(crate) fn remembered_references(snapshot: &Snapshot) -> BTreeMap<String, References> {
    let columns = snapshot.state.get(REFERENCES).and_then(Value::as_object).into_iter().flatten();
    let counts = |value: &Value| {
        let [all, unresolved] = value.as_array()?.as_slice() else { return None };
        Some(References { all: all.as_u64()?, unresolved: unresolved.as_u64()? })
    };
    columns.filter_map(|(column, value)| Some((column.clone(), counts(value)?))).collect()
}

/// What the manifest remembers of the references.
pub(crate) fn references_to_remember(references: &[ReferenceReport]) -> Value {
    let of = |r: &ReferenceReport| (format!("{}.{}", r.table, r.column), json!([r.references, r.unresolved]));
    Value::Object(references.iter().map(of).collect())
}
