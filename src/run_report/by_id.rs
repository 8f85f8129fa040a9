//! What was read record by record, and what was taken over from the lake as it was.

use std::{
    collections::BTreeMap,
    fmt::{self, Write as _},
};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::ResourceReport;

/// Between the newest record that the lake had and the oldest that the API still served, some may have come and gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct WindowMissed {
    /// When the newest came to be that the lake had.
    pub(crate) after: DateTime<Utc>,
    /// When the oldest did that the API served.
    pub(crate) until: DateTime<Utc>,
}

/// What reading one record after another took.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ByIdReport {
    /// Records asked for.
    pub(crate) asked: u64,
    /// Records among them that are no longer there.
    pub(crate) gone: u64,
    /// What the records describe, where that was wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) content: Option<ContentReport>,
}

/// What reading the content of records took.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ContentReport {
    /// Contents asked for.
    pub(crate) asked: u64,
    /// Contents among them that came.
    pub(crate) received: u64,
    /// Contents among them that the lake had: the API said that they are the same.
    pub(crate) unchanged: u64,
    /// Contents that were not asked for, as the lake has them.
    pub(crate) carried_over: u64,
    /// Contents that came and are of another type than their record says.
    pub(crate) other_type: u64,
    /// Contents that are not kept, by the reason.
    pub(crate) not_kept: BTreeMap<String, u64>,
}

impl ResourceReport {
    /// What is to be known of records that the lake had, and of those that were read one by one.
    pub(super) fn of_the_lake(&self, out: &mut String) -> fmt::Result {
        let Self { resource, carried_over, received, window_missed, by_id, .. } = self;
        if let Some(WindowMissed { after, until }) = window_missed {
            let (after, until) = (in_seconds(*after), in_seconds(*until));
            writeln!(
                out,
                "{resource}: some may be missing for ever: the newest in the lake is of {after}, the oldest that the API still \
                 has of {until}"
            )?;
        }
        if *carried_over > 0 && by_id.is_none() && self.increment.is_none() {
            writeln!(out, "{resource}: {carried_over} kept from the lake, {received} received by webhook")?;
        }
        let Some(ByIdReport { asked, gone, content }) = by_id else { return Ok(()) };
        writeln!(
            out,
            "{resource}: {carried_over} are as the lake has them, {asked} asked for one by one, {gone} gone"
        )?;
        let Some(ContentReport { asked, received, unchanged, carried_over, other_type, not_kept }) = content else {
            return Ok(());
        };
        let not_kept: String =
            not_kept.iter().map(|(why, count)| format!(", {count} {}", why.replace('_', " "))).collect();
        let of_another_type = match other_type {
            0 => String::new(),
            some => format!("; {some} are of another type than said"),
        };
        writeln!(
            out,
            "{resource}: {carried_over} images are as the lake has them, {asked} asked for: {received} received, {unchanged} \
             unchanged{not_kept}{of_another_type}"
        )
    }
}

pub(super) fn in_seconds(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}
