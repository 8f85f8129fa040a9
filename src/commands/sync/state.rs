//! What the manifest remembers of a run beside the tables.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde_json::{Map, Value, json};

use super::{Produced, Run, Work};
use crate::{
    api::Tenant,
    assemble::{AttributesRead, attributes_read, read_on, state::*, tenant_of},
    error::Error,
    lake::{self, Lake, Snapshot},
    settings::HistoryMode,
};

impl Run {
    /// How the attributes of a day were read: by this run, or by the one that left them there.
    pub(crate) fn attributes_of_day(&self, replaced: Option<&Snapshot>) -> AttributesRead {
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
        let of_its_day = replaced.filter(|before| read_on(before, self.zone) == before.as_of);
        let keeps_some = !self.carried_over(replaced).is_empty();
        of_its_day.filter(|_| keeps_some).map_or(self.today, |before| before.as_of)
    }

    /// What the manifest remembers: whose data it is, how many records each resource had when it was last read, how
    /// large pages the API gives, and which pages are used up.
    pub(crate) fn state(&self, replaced: Option<&Snapshot>, work: &Work, produced: &Produced) -> Map<String, Value> {
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
        let before = replaced.into_iter().flat_map(Snapshot::absent).filter(|(table, _)| !read.contains(*table));
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
