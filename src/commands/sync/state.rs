//! What the manifest remembers of a run beside the tables.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{Produced, Run, Work};
use crate::{
    assemble::AttributesRead,
    engine::Value,
    lake::{KnownDays, Snapshot, SnapshotState},
    settings::HistoryMode,
};

impl Run {
    /// What the queries that make tables of the older APIs' are given.
    pub(super) fn mapping_values(&self) -> BTreeMap<String, Value> {
        let people = self.history.statuses.as_deref().unwrap_or_default().join(",");
        let texts = self.account_rules.values().into_iter().chain([("attribute_people", people)]);
        texts.map(|(name, text)| (name.to_owned(), Value::Text(text))).collect()
    }

    /// How the attributes of a day were read: by this run, or by the one that left them there.
    pub(super) fn attributes_of_day(&self, replaced: Option<&Snapshot>) -> AttributesRead {
        match replaced {
            Some(before) if !self.reads_attributes() && self.of_same_source(Some(before)).is_some() => {
                AttributesRead::of(&before.state, &self.split)
            }
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
        let of_its_day = replaced.filter(|before| before.read_on(self.zone) == before.as_of);
        let keeps_some = !self.carried_over(replaced).is_empty();
        of_its_day.filter(|_| keeps_some).map_or(self.today, |before| before.as_of)
    }

    /// What the snapshot remembers of how its tables were read.
    pub(super) fn state(&self, replaced: Option<&Snapshot>, work: &Work, produced: &Produced) -> SnapshotState {
        let before = self.of_same_source(replaced).map(|snapshot| snapshot.state.clone()).unwrap_or_default();
        let mut records = before.records;
        records.extend(produced.resources.iter().map(|r| (r.resource.clone(), r.records_there())));
        let mut accepted_missing = before.accepted_missing;
        accepted_missing.retain(|resource, _| produced.resources.iter().all(|r| r.resource != *resource));
        let now = produced.resources.iter().filter(|r| r.missing > 0);
        accepted_missing.extend(now.map(|r| (r.resource.clone(), r.missing)));
        let mut absent = before.absent;
        let read = self.selection.table_names();
        absent.retain(|table, _| !read.contains(table));
        absent.extend(produced.absent.iter().flat_map(|a| a.tables.iter().map(|t| (t.clone(), a.reason.clone()))));
        let mut not_available = before.not_available;
        not_available.retain(|lacking| !read.contains(&lacking.table));
        not_available.extend(produced.not_available.iter().cloned());
        not_available.sort_by(|a, b| a.table.cmp(&b.table));
        let mut only_current = before.only_current;
        only_current.retain(|table| !read.contains(table));
        only_current.extend(produced.only_current.iter().cloned());
        let mut readings = before.readings;
        readings.retain(|table, _| !read.contains(table));
        let table_of = |resource: &str| {
            let selected = self.selection.resources.iter().find(|s| s.resource.name == resource);
            selected.map(|selected| selected.resource.table_name())
        };
        readings.extend(produced.resources.iter().filter_map(|r| Some((table_of(&r.resource)?, r.reading.clone()?))));
        let known_days = work.before.dates().into_iter().chain(produced.published.iter().map(|day| day.as_of));
        SnapshotState {
            absent,
            accepted_missing,
            known_days: Some(KnownDays::new(self.started_at, known_days)),
            not_available,
            only_current,
            left_out: work.limits.all_left_out(),
            page_limits: work.limits.learned(),
            pages_of: Some(work.checkpoint.checkpoint().run_id().clone()),
            readings,
            read_on: Some(self.read_on(replaced)),
            records,
            source: self.selection.source,
            tenant: Some(self.client.tenant().host()),
            ..SnapshotState::default()
        }
    }
}
