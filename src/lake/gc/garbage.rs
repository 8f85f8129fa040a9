//! What there is to collect.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::Objection;
use crate::{
    lake::{Retention, SnapshotId, layout},
    run_id::RunId,
};

/// What to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Everything; dates go by these rules.
    Retention(Retention),
    /// Only these days, whole.
    Days(BTreeSet<NaiveDate>),
}

/// What there is to collect, and why.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Garbage {
    /// Snapshots that go, ascending, replaced ones included.
    pub(crate) snapshots: Vec<String>,
    /// Days that go because somebody named them.
    pub(crate) dropped: BTreeSet<NaiveDate>,
    /// Of those, the ones of which nothing is left but that views or snapshots name them: the lake forgets them.
    pub(crate) vanished: BTreeSet<NaiveDate>,
    /// Objects, by path.
    pub(crate) objects: Vec<GarbageObject>,
    /// What else is to be known before it goes.
    pub(crate) notes: Vec<String>,
    /// What speaks against it: it should go only if somebody who saw the list says so.
    pub(crate) objections: Vec<Objection>,
    /// When it was looked for.
    #[serde(skip)]
    pub(super) at: DateTime<Utc>,
    /// The manifests of `snapshots`, ascending.
    #[serde(skip)]
    pub(super) manifests: Vec<SnapshotId>,
    /// The manifests that stay.
    #[serde(skip)]
    pub(super) remaining: BTreeSet<SnapshotId>,
    /// A manifest that stays and that a later version of the program wrote, with its format.
    #[serde(skip)]
    pub(super) newer: Option<(SnapshotId, u32)>,
    /// Former collections that are ended by this one.
    #[serde(skip)]
    pub(super) ended: Vec<RunId>,
}

/// An object to delete.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GarbageObject {
    /// Lake-relative path.
    pub(crate) path: String,
    /// Size.
    pub(crate) bytes: u64,
    /// Why nobody needs it.
    pub(crate) why: Why,
}

impl GarbageObject {
    /// The day and the folder of its table, such as `core/employees`; of what a run staged, no day and the run's folder.
    pub(crate) fn place(&self) -> (Option<NaiveDate>, &str) {
        let (as_of, levels) = match layout::place_of(&self.path) {
            Some((_, as_of)) => (Some(as_of), 2),
            None => (None, 3),
        };
        let end = self.path.match_indices('/').nth(levels - 1).map_or(self.path.len(), |(end, _)| end);
        (as_of, self.path.get(..end).unwrap_or(&self.path))
    }
}

/// Why nobody needs an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Why {
    /// A snapshot past retention names it.
    Expired,
    /// A later snapshot of its date replaced it, and its grace is over.
    Superseded,
    /// No manifest names it: a run that was killed left it.
    Unnamed,
    /// It is in the staging of a run that ended long ago, or whose held snapshot waited long enough.
    Staging,
    /// It is of a day that somebody named.
    Dropped,
}

impl Why {
    /// In words, for a list.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Expired => "past retention",
            Self::Superseded => "replaced",
            Self::Unnamed => "in no manifest",
            Self::Staging => "left in staging",
            Self::Dropped => "of a dropped day",
        }
    }
}

impl Garbage {
    /// Whether there is nothing to do.
    pub(crate) fn is_empty(&self) -> bool {
        self.manifests.is_empty() && self.objects.is_empty() && self.ended.is_empty() && self.vanished.is_empty()
    }
}
