//! Whether a list that tells what changed is read in full, or what changed is laid upon what the lake has of it.
//!
//! What changed is only believed where it can be checked. It is asked for from the day before the last reading began, which is
//! more than clocks and time zones differ by, and from no later than the last change that the lake knows of: so that records
//! which the lake has must come once more, and do not where the API takes the question otherwise.

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use sha2::{Digest as _, Sha256};

use super::{
    base::{Base, both, new_days},
    selection::Selection,
    stamps::Stamps,
};
use crate::{
    catalog::Resource,
    error::Error,
    lake::{Days, Lake, TableReading},
    settings::{self, LeavesWindow},
};

/// What is to be known before it can be said how lists are read.
#[derive(Debug)]
pub(crate) struct Readings<'r> {
    pub(crate) lake: &'r Lake,
    pub(crate) before: &'r Days,
    pub(crate) settings: settings::Increments,
    /// Whether everything is asked for whatever the settings say.
    pub(crate) fresh: bool,
    /// When the pages of the run begin, which may be those of a run that died.
    pub(crate) began_at: DateTime<Utc>,
    /// Where a day is a day.
    pub(crate) zone: Tz,
    /// The days whose absences are read.
    pub(crate) window: Option<LeavesWindow>,
    /// Names the program, the tenant and the key.
    pub(crate) reader: &'r str,
}

/// How one list is read.
#[derive(Debug, Clone)]
pub(crate) struct Upon {
    /// What the lake has, where it was asked for in the same way.
    pub(crate) base: Option<Arc<Base>>,
    /// What its rows say of when they changed, where only what changed is read.
    pub(crate) stamps: Option<Arc<Stamps>>,
    /// Why everything is read, where only what changed was wanted.
    pub(crate) in_full_because: Option<String>,
    /// What is to be said of a reading in full, by the one that makes it.
    pub(crate) reading: TableReading,
}

/// By resource: how lists are read that tell what changed.
pub(crate) type Increments = BTreeMap<String, Upon>;

/// Says of each list that tells what changed how it is read.
///
/// # Errors
/// When the snapshots of the lake cannot be read.
pub(crate) async fn upon(readings: &Readings<'_>, selection: &Selection) -> Result<Increments, Error> {
    let mut increments = Increments::new();
    let resources = selection.resources.iter().map(|selected| &selected.resource);
    for resource in resources.filter(|resource| !resource.since().is_empty()) {
        increments.insert(resource.name.clone(), readings.of(resource).await?);
    }
    Ok(increments)
}

impl Readings<'_> {
    async fn of(&self, resource: &Resource) -> Result<Upon, Error> {
        let has_window = resource.route.as_ref().is_some_and(|route| route.window.is_some());
        let reading = TableReading {
            began_at: self.began_at,
            full_at: self.began_at,
            since: None,
            asked: hex::encode(Sha256::digest(format!("{} {resource:?}", self.reader))),
            days: self.window.filter(|_| has_window).map(|window| [window.from, window.until]),
        };
        let name = resource.table_name();
        let snapshot = self.lake.last_written_in(self.before, &name).await?;
        let there = snapshot.as_ref().and_then(|s| Some((s.id(), s.table(&name)?, s.state.readings.get(&name)?)));
        let same = there.filter(|(_, _, before)| before.asked == reading.asked);
        let base = same.map(|(of, table, before)| Base { of, table: table.clone(), reading: before.clone() });
        let mut upon = Upon { base: None, stamps: None, in_full_because: None, reading };
        let why = match &base {
            _ if !self.settings.wanted => None,
            _ if self.fresh => Some("--fresh asks for everything".to_owned()),
            None if there.is_some() => Some("it is asked for otherwise than before".to_owned()),
            None => Some("the lake has no reading of it yet that changes could be laid upon".to_owned()),
            Some(base) => self.is_due(&upon.reading, &base.reading),
        };
        if let (Some(base), true, None) = (&base, self.settings.wanted, &why) {
            match Stamps::of(self.lake, resource, base, upon.reading.days).await {
                Ok(Some(stamps)) => upon.stamps = Some(Arc::new(stamps)),
                Ok(None) => upon.in_full_because = Some("nothing in the lake says when its records changed".to_owned()),
                Err(error) => upon.in_full_because = Some(format!("what the lake has cannot be used: {error}")),
            }
        }
        upon.in_full_because = upon.in_full_because.or(why);
        upon.base = base.map(Arc::new);
        Ok(upon)
    }

    /// Why nothing can be laid upon a reading that was made in the same way.
    fn is_due(&self, now: &TableReading, before: &TableReading) -> Option<String> {
        let day = |time: DateTime<Utc>| time.with_timezone(&self.zone).date_naive();
        let (today, full) = (day(now.began_at), day(before.full_at));
        let days = (today - full).num_days();
        if days >= i64::from(self.settings.full_read_every) {
            return Some(format!("that was last done on {full}, {days} days ago"));
        }
        if days < 0 {
            return Some(format!("that was last done on {full}, which is yet to come"));
        }
        let overlap = now.days.zip(before.days).is_none_or(|(now, before)| both(now, before).is_some());
        (!overlap).then(|| "none of its days was read before".to_owned())
    }
}

impl Upon {
    /// What changes are laid upon; `None` where everything is read.
    pub(super) fn changes(&self) -> Option<(&Base, &Stamps)> {
        self.base.as_deref().zip(self.stamps.as_deref())
    }

    /// How many chains of pages read what changed, for each list of ids; `None` where everything is read.
    pub(crate) fn chains(&self) -> Option<u64> {
        let (base, stamps) = self.changes()?;
        let new = self.reading.days.zip(base.reading.days).map_or(0, |(now, before)| new_days(now, before).len());
        Some((stamps.each().count() + new) as u64)
    }

    /// Name and value of the first parameter that asks for what changed; `None` where everything is read.
    pub(super) fn first(&self) -> Option<(String, String)> {
        let stamp = self.stamps.as_ref()?.each().next()?;
        Some((stamp.parameter.clone(), stamp.value()))
    }

    /// The first day since which changes are asked for; `None` where everything is read.
    pub(crate) fn since(&self) -> Option<NaiveDate> {
        self.stamps.as_ref().and_then(|stamps| stamps.earliest())
    }
}
